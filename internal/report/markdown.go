package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// Markdown is the report for a page such as a pull request's: the verdicts as a table, what fails first.
func (d Document) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## tailgate %s\n\n**%s**\n", escape(d.Name), escape(d.headline()))
	if d.Error != "" {
		fmt.Fprintf(&b, "\n%s\n", fenced(d.Error))
	}
	if len(d.Report.Verdicts) > 0 {
		b.WriteString("\n| benchmark | metric | baseline | candidate | change | interval | limits | outcome |\n|---|---|--:|--:|--:|--:|---|---|\n")
		verdicts := slices.Clone(d.Report.Verdicts)
		slices.SortStableFunc(verdicts, func(a, b policy.Verdict) int { return rank(a) - rank(b) })
		for _, v := range verdicts {
			fmt.Fprintf(&b, "| %s |\n", strings.Join(cells(v), " | "))
		}
	}
	b.WriteString("\n")
	for _, f := range d.provenance() {
		fmt.Fprintf(&b, "- %s: %s\n", escape(f.Name), escape(f.Value))
	}
	for _, note := range d.Notes {
		fmt.Fprintf(&b, "- note: %s\n", escape(note))
	}
	return b.String()
}

// rank puts what fails first.
func rank(v policy.Verdict) int {
	if v.Fails {
		return 0
	}
	return 1
}

func cells(v policy.Verdict) []string {
	baseline, candidate, change, interval := "", "", "", ""
	if v.Baseline.N > 0 && v.Candidate.N > 0 {
		baseline, candidate = amount(v.Baseline.Median, v.Unit), amount(v.Candidate.Median, v.Unit)
		change = percent(v.ChangePercent)
		interval = percent(v.Percent.Lo) + " to " + percent(v.Percent.Hi)
	}
	outcome := string(v.Outcome)
	if v.Fails {
		outcome = "**" + outcome + "**"
	}
	if v.Outcome != policy.OK {
		outcome += ": " + escape(v.Reason)
	}
	return []string{escape(v.Benchmark), escape(v.Unit), baseline, candidate, change, interval, escape(limits(v.Rule)), outcome}
}

// fenced is text as it stands, whatever it holds.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "\n" + text + "\n" + fence
}

// escape keeps a name or a message from being markup: it comes from benchmarks and files.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(" ")
		case r < ' ':
		case strings.ContainsRune("\\`*_{}[]<>#|~@", r):
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
