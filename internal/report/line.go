package report

import (
	"fmt"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// Line is a verdict in a line, for a log.
func (t Twins) Line(v policy.Verdict) string {
	why := oneLine(cut(reason(v), mostOfReason))
	switch {
	case v.Name == "":
		return oneLine(fmt.Sprintf("%s: rule %s", v.Outcome, v.Rule)) + ": " + why
	case v.Baseline.N == 0:
		return fmt.Sprintf("%s: %s %s: %s", v.Outcome, cell(t.label(v)), cell(v.Unit), besideAnchor(v, why))
	}
	if floor := caveat(v); floor != "" && v.Outcome != policy.Regressed && v.Outcome != policy.Accepted {
		why += "; " + floor
	}
	return fmt.Sprintf("%s%s: %s %s: %s (%s): %s", v.Outcome, little(v), cell(t.label(v)), cell(v.Unit),
		relative(v.Unit, v.ChangePercent, v.Change), tested(v), besideAnchor(v, why))
}

// besideAnchor is why, and what is said of the change since the anchor, if that does not say so already.
func besideAnchor(v policy.Verdict, why string) string {
	if v.Anchor == nil || v.Reason.Code == policy.SinceAnchor {
		return why
	}
	return why + "; since the anchor: " + oneLine(cut(sinceAnchor(v), mostOfReason))
}

// Progress is how far the measuring of a benchmark is.
type Progress struct {
	Benchmark string
	Rounds    int
	Spent     time.Duration
	Verdicts  []policy.Verdict // as of the last look, without an outcome while unsettled; none before the first look
	Left      int              // rounds that it will likely take to settle them; 0: not known
}

// Looked says what a look at the rounds has found, a line a verdict.
func (p Progress) Looked() []string {
	var lines []string
	add := func(v policy.Verdict, since string) {
		if v.Baseline.N == 0 {
			return
		}
		outcome := string(v.Outcome)
		if v.Outcome == "" {
			outcome = "not settled yet"
		}
		lines = append(lines, fmt.Sprintf("%s %s: %s%s after %s, %.0f s: %s",
			cell(p.Benchmark), cell(v.Unit), relative(v.Unit, v.ChangePercent, v.Change), since,
			count(v.Baseline.N, "round", "rounds"), p.Spent.Seconds(), outcome))
	}
	for _, v := range p.Verdicts {
		if add(v, ""); v.Anchor != nil {
			add(*v.Anchor, " since the anchor")
		}
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
		if v.Outcome != "" && v.Anchor != nil {
			v = *v.Anchor
		}
		if v.Outcome == "" {
			s += fmt.Sprintf("  %s %s (%s)", cell(brief(v.Unit)), relative(v.Unit, v.ChangePercent, v.Change), within(v.Percent))
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
