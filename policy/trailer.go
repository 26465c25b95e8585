package policy

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// TrailerKey begins a trailer, in whatever case.
const TrailerKey = "Perf-Accept:"

// Trailer is a line of a commit's message that accepts a change for the worse, up to a ceiling:
//
//	Perf-Accept: Chat p95-ns <=+30% answers are checked now
type Trailer struct {
	Benchmark string  `json:"benchmark"` // the name of a verdict, or its package, a slash and its name
	Metric    string  `json:"metric"`    // the unit of a verdict: "p95-ns"
	Ceiling   Ceiling `json:"ceiling"`
	Reason    string  `json:"reason"`
	Commit    string  `json:"commit"` // full hash
	Line      int     `json:"line"`   // of the commit's message, from 1
	Use       Use     `json:"use"`    // what became of it; empty until a report says so
}

// Use is what became of a trailer in a report.
type Use string

const (
	Heeded    Use = "accepted"  // a change since the baseline is accepted because of it
	Exceeded  Use = "exceeded"  // a verdict is regressed beyond its ceiling
	Unseen    Use = "unseen"    // it was too noisy to see that a verdict is within its ceiling
	Crept     Use = "drifted"   // a verdict has drifted, which it cannot accept
	Unneeded  Use = "unneeded"  // none of its verdicts needed it
	Elsewhere Use = "elsewhere" // another shard judges its benchmark
	Unjudged  Use = "unjudged"  // there is no verdict on what it names
)

// String is the trailer as it is written.
func (t Trailer) String() string {
	return fmt.Sprintf("%s %s %s %s %s", TrailerKey, t.Benchmark, t.Metric, t.Ceiling, t.Reason)
}

// Names reports whether the trailer speaks of the benchmark: with whatever GOMAXPROCS.
func (t Trailer) Names(id ID) bool {
	return t.Benchmark == id.Name || id.Package != "" && t.Benchmark == id.Package+"/"+id.Name
}

// Fits reports whether the trailer has a ceiling for metrics of which that direction is better.
func (t Trailer) Fits(better Direction) bool { return t.Ceiling.direction() == better }

// Wider orders trailers: before another comes one that accepts more. Percentages come before what is in a metric's unit.
func (t Trailer) Wider(other Trailer) int {
	if t.Ceiling.Percent != other.Ceiling.Percent {
		if t.Ceiling.Percent {
			return -1
		}
		return 1
	}
	size := func(c Ceiling) float64 { return max(c.Change, -c.Change) }
	return cmp.Compare(size(other.Ceiling), size(t.Ceiling))
}

// Trailers are those of a commit's message: the lines that begin with "Perf-Accept:", blanks aside, in whatever paragraph, so that
// those of a squash merge are read as those of the commits in it. A trailer goes on in the lines below it that are indented more.
// What cannot be read is a problem. Neither has the commit.
func Trailers(message string) (found []Trailer, problems []Problem) {
	lines := strings.Split(strings.ReplaceAll(message, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		text, indent := unindented(lines[i])
		if !isTrailer(text) {
			continue
		}
		at := i + 1
		for i+1 < len(lines) {
			more, deeper := unindented(lines[i+1])
			if more == "" || deeper <= indent || isTrailer(more) {
				break
			}
			text += " " + more
			i++
		}
		text = strings.ToValidUTF8(text, "?")
		t, err := parseTrailer(text[len(TrailerKey):])
		if err != nil {
			problems = append(problems, Problem{Line: at, Fact: fmt.Sprintf("%q: %v", text, err), Fix: amend})
			continue
		}
		t.Line = at
		found = append(found, t)
	}
	return found, problems
}

// isTrailer reports whether a line begins with the key.
func isTrailer(line string) bool {
	return len(line) >= len(TrailerKey) && strings.EqualFold(line[:len(TrailerKey)], TrailerKey)
}

// amend is how a trailer is mended.
const amend = "correct it with git commit --amend or git rebase -i"

// unindented is a line without the blanks about it, and how many stood before it.
func unindented(line string) (text string, indent int) {
	text = strings.TrimLeft(line, " \t")
	return strings.TrimRight(text, " \t\r"), len(line) - len(text)
}

// parseTrailer reads what stands behind the key.
func parseTrailer(text string) (t Trailer, err error) {
	t.Benchmark, text = cutWord(text)
	t.Metric, text = cutWord(text)
	switch {
	case t.Benchmark == "":
		return t, errors.New("the benchmark is missing: write " + TrailerKey + " BENCHMARK METRIC <=+30% REASON")
	case t.Metric == "":
		return t, errors.New("the metric is missing: write " + TrailerKey + " BENCHMARK METRIC <=+30% REASON")
	}
	if t.Ceiling, t.Reason, err = cutCeiling(text); err != nil {
		return t, err
	}
	if t.Reason = strings.Join(strings.Fields(t.Reason), " "); t.Reason == "" {
		return t, errors.New("the reason is missing: say behind the ceiling why it is meant")
	}
	return t, nil
}

// cutWord is the first word of text, and what stands behind it and the blanks.
func cutWord(text string) (word, rest string) {
	text = strings.TrimLeft(text, " \t")
	end := strings.IndexAny(text, " \t")
	if end < 0 {
		return text, ""
	}
	return text[:end], strings.TrimLeft(text[end:], " \t")
}
