package policy

import (
	"cmp"
	"math"
)

// RedFrom is the change for the worse from which on the verdict's rule can be broken, in percent of the baseline: its limit, or its
// floor where that is more. It is +Inf where no change can break it, because what is better when higher loses 100 % at most; NaN
// where there is no baseline, or one of 0, of which nothing is a percentage.
func (v Verdict) RedFrom() float64 {
	if v.Baseline.N == 0 || v.Baseline.Median == 0 {
		return math.NaN()
	}
	direction := v.Direction
	if direction == "" { // as read from a report
		direction = cmp.Or(v.Rule.Direction, DirectionOf(v.Unit))
	}
	from := v.Rule.From(v.Baseline.Median)
	if direction == Higher && from >= 100 {
		return math.Inf(1)
	}
	return from
}

// FloorHides reports whether the rule can be broken only far beyond its limit: from twice the limit on, because of its floor, or
// not at all. With a limit of 0 the floor is the limit; then it is far from the whole baseline on.
func (v Verdict) FloorHides() bool {
	from, limit := v.RedFrom(), v.Rule.MaxRegressionPercent
	if limit == 0 {
		return from >= 100
	}
	return from > limit && from >= 2*limit
}
