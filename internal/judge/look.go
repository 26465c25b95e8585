package judge

import (
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// Look is one of the times at which growing results are judged.
type Look struct {
	Alpha  float64 // chance that the interval of a verdict leaves out the true change, both sides of it together
	Last   bool    // whether there will be no other: every verdict settles
	Paired bool    // whether value i of the baseline and value i of the candidate are a round, in an order that a coin decided
}

// Unsettled is the outcome of a verdict that cannot be told yet: measure on. No finished report has it.
const Unsettled policy.Outcome = ""

// power is the chance with which the smallest detectable change would be found.
const power = 0.8

// test applies one rule to both sides' values. Both have at least one.
func test(r policy.Rule, baseline, candidate []float64, direction policy.Direction, look Look) policy.Verdict {
	v := policy.Verdict{
		Rule:      r,
		Unit:      r.Unit(),
		Direction: direction,
		Baseline:  policy.Summary{Median: stats.Median(baseline), N: len(baseline)},
		Candidate: policy.Summary{Median: stats.Median(candidate), N: len(candidate)},
		Paired:    look.Paired,
		Alpha:     look.Alpha,
	}
	compare := compareRuns
	if look.Paired {
		compare = compareRounds
	}
	c := compare(baseline, candidate, look.Alpha)
	v.P, v.Change, v.ChangePercent = c.p, c.change, c.percent()
	v.Absolute = policy.Bounds{Lo: c.shift.Lo, Hi: c.shift.Hi}
	if c.hasRatio() {
		v.Percent = policy.Bounds{Lo: 100 * (c.ratio.Lo - 1), Hi: 100 * (c.ratio.Hi - 1)}
	} else {
		v.Percent = policy.Bounds{Lo: percentOf(c.shift.Lo, c.base), Hi: percentOf(c.shift.Hi, c.base)}
	}
	v.Detectable = percentOf(stats.Detectable(c.shift, power), c.base)
	v.Outcome, v.Reason = decide(r, c, direction, look)
	return v
}

// decide says what is settled, or leaves it open for a later look.
func decide(r policy.Rule, c comparison, direction policy.Direction, look Look) (policy.Outcome, string) {
	place := c.place(r, direction)
	better := opposite(direction)
	significant := c.p <= look.Alpha
	switch {
	case !look.Last && place == stats.Beyond:
		return policy.Regressed, "the whole interval is beyond both limits"
	case !look.Last && place == stats.Within:
		if c.breaks(r, better) && significant {
			return policy.Improved, "better by more than both limits"
		}
		return policy.OK, "the whole interval is within a limit"
	case !look.Last:
		return Unsettled, ""
	case c.breaks(r, direction) && significant:
		return policy.Regressed, "beyond both limits, and significant"
	case c.breaks(r, direction):
		return policy.Inconclusive, "beyond both limits, but the measurements vary too much to be sure"
	case c.breaks(r, better) && significant:
		return policy.Improved, "better by more than both limits"
	}
	return policy.OK, "within a limit"
}

// percentOf is change in percent of base; 0 of 0 is no change.
func percentOf(change, base float64) float64 {
	if change == 0 {
		return 0
	}
	return 100 * change / base
}
