package report

import (
	"fmt"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// Line is a verdict in a line, for a log.
func Line(v policy.Verdict) string {
	why := oneLine(cut(reason(v), mostOfReason))
	switch {
	case v.Name == "":
		return oneLine(fmt.Sprintf("%s: rule %s", v.Outcome, v.Rule)) + ": " + why
	case v.Baseline.N == 0:
		return fmt.Sprintf("%s: %s %s: %s", v.Outcome, cell(v.Name), cell(v.Unit), why)
	}
	if floor := caveat(v); floor != "" && v.Outcome != policy.Regressed {
		why += "; " + floor
	}
	return fmt.Sprintf("%s: %s %s: %s %% (%s): %s",
		v.Outcome, cell(v.Name), cell(v.Unit), percent(v.ChangePercent), tested(v), why)
}

// Progress is how far the measuring of a benchmark is.
type Progress struct {
	Benchmark string
	Rounds    int
	Spent     time.Duration
	Verdicts  []policy.Verdict // as the last look left them, without an outcome what is not settled; none before the first look
	Left      int              // rounds that it will likely take to settle them; 0: not known
}

// Looked says what a look at the rounds has found, a line a verdict.
func (p Progress) Looked() []string {
	var lines []string
	for _, v := range p.Verdicts {
		outcome := string(v.Outcome)
		if v.Outcome == "" {
			outcome = "not settled yet"
		}
		lines = append(lines, fmt.Sprintf("%s %s: %s %% after %s, %.0f s: %s", cell(p.Benchmark), cell(v.Unit), percent(v.ChangePercent),
			count(v.Baseline.N, "round", "rounds"), p.Spent.Seconds(), outcome))
	}
	return lines
}

// Plain says how far it is, for a log.
func (p Progress) Plain() string {
	return fmt.Sprintf("%s: %s, %.0f s", cell(p.Benchmark), count(p.Rounds, "round", "rounds"), p.Spent.Seconds())
}

// Live is one line for somebody who watches, with the estimate and the interval of the first verdict that is not settled,
// of so many columns at most.
func (p Progress) Live(most int) string {
	s := fmt.Sprintf("%s  round %d, %.0f s", cell(p.Benchmark), p.Rounds, p.Spent.Seconds())
	for _, v := range p.Verdicts {
		if v.Outcome == "" {
			s += fmt.Sprintf("  %s %s %% (%s)", cell(brief(v.Unit)), percent(v.ChangePercent), within(v.Percent))
			break
		}
	}
	if p.Left > 0 {
		s += fmt.Sprintf("  about %s left", count(p.Left, "round", "rounds"))
	}
	for columns(s) > most && s != "" {
		r := []rune(s)
		s = string(r[:len(r)-1])
	}
	return s
}
