package main

import (
	"fmt"
	"slices"
	"strings"
)

// mark is a line of the log that GitHub shows at a line of code.
type mark struct {
	level       string // error, warning, notice
	file        string // from the top of the workspace; empty when not known
	line        int
	title, text string
}

var (
	dataEscaper     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscaper = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// String is the mark as a workflow command.
func (m mark) String() string {
	where := ""
	if m.file != "" {
		where = fmt.Sprintf("file=%s,line=%d,", propertyEscaper.Replace(m.file), m.line)
	}
	return fmt.Sprintf("::%s %stitle=%s::%s", m.level, where, propertyEscaper.Replace(m.title), dataEscaper.Replace(m.text))
}

// mostMarks is how many GitHub shows of a level and step.
const mostMarks = 10

// marks are those of all gates: errors, warnings, notices, as many of each as GitHub shows.
func marks(gates []gate) []mark {
	byLevel := map[string][]mark{}
	add := func(m mark) { byLevel[m.level] = append(byLevel[m.level], m) }
	places := places{}
	for _, g := range gates {
		if g.Error != "" {
			add(mark{level: "error", title: "tailgate: " + g.Name + " is invalid", text: short(g.Error)})
		}
		for _, v := range g.Verdicts {
			if level := v.level(g); level != "" && len(byLevel[level]) < mostMarks {
				m := mark{level: level, title: "tailgate: " + v.Outcome + ": " + v.name(), text: v.text(g)}
				m.file, m.line = places.find(g, v)
				add(m)
			}
		}
	}
	return slices.Concat(byLevel["error"], byLevel["warning"], byLevel["notice"])
}

// level is empty for a verdict that needs no mark.
func (v verdict) level(g gate) string {
	switch {
	case v.Outcome == "regressed" && g.Planted != "", v.Outcome == "accepted":
		return "notice"
	case v.Fails:
		return "error"
	case slices.Contains([]string{"drifted", "inconclusive", "blind", "invalid"}, v.Outcome): // and the policy lets it pass
		return "warning"
	}
	return ""
}

func (v verdict) name() string { return strings.TrimSpace(v.Benchmark + " " + v.Unit) }

func (v verdict) text(g gate) string {
	text := short(v.Reason)
	if v.ChangePercent != nil {
		text = fmt.Sprintf("%+.2f %%: %s", *v.ChangePercent, text)
	}
	if g.Planted != "" {
		text += " (" + g.Planted + " planted on purpose)"
	}
	return text
}

// short is the start of a text that may be a whole compiler's output.
func short(text string) string {
	const most = 2000
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + " ..."
	}
	return text
}
