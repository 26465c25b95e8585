package policy

import (
	"cmp"
	"math"
	"slices"
)

// FloorOf is the floor of a rule on the unit that names none: of what a benchmark's process uses less matters to nobody, and may be
// chance. It is 0 for all other units.
func FloorOf(unit string) float64 {
	switch unit {
	case "peak-rss-B":
		return 1 << 20
	case "live-heap-B":
		return 64 << 10
	case "gc-pause-p99-ns":
		return 100e3
	case "goroutines":
		return 1
	}
	return 0
}

// WithFloors is p with the floor of FloorOf in each rule that has none: in Go a floor of 0 means that. A file says whether it has
// one, and Parse has filled in the others.
func (p Policy) WithFloors() Policy {
	p.Rules = slices.Clone(p.Rules) // they are the caller's to alter
	for i := range p.Rules {
		if r := &p.Rules[i]; r.MinRegression == 0 {
			r.MinRegression = FloorOf(r.Unit())
		}
	}
	return p
}

// RedFrom is the change for the worse from which on the verdict's rule can be broken, in percent of the baseline: its limit, or its
// floor where that is more. It is +Inf where no change can break it, because what is better when higher loses 100 % at most; NaN
// where there is no baseline, or one of 0, of which nothing is a percentage.
func (v Verdict) RedFrom() float64 {
	if v.Baseline.N == 0 || v.Baseline.Median == 0 {
		return math.NaN()
	}
	from := v.Rule.From(v.Baseline.Median)
	if v.better() == Higher && from >= 100 {
		return math.Inf(1)
	}
	return from
}

// better is the direction that is better, as far as a verdict tells that was read from a report.
func (v Verdict) better() Direction {
	return cmp.Or(v.Direction, v.Rule.Direction, DirectionOf(v.Unit))
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
