package judge

import (
	"math"

	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// comparison is what the values of both sides say of the change.
type comparison struct {
	base         float64        // the baseline's median
	change       float64        // estimate of candidate - baseline
	ratio, shift stats.Interval // of candidate / baseline and of candidate - baseline; no ratio where a value is 0, as allocs/op may be
	p            float64        // that there is no change, two-sided
	paired       bool
}

// compareRuns compares runs that have nothing to do with each other: what is said of them is what benchstat says.
func compareRuns(baseline, candidate []float64, alpha float64) comparison {
	base := stats.Median(baseline)
	return comparison{
		base:   base,
		change: stats.Median(candidate) - base,
		ratio:  stats.Ratio(baseline, candidate, 1-alpha),
		shift:  stats.Shift(baseline, candidate, 1-alpha),
		p:      stats.MannWhitney(baseline, candidate).P,
	}
}

// compareRounds compares the sides round by round.
func compareRounds(baseline, candidate []float64, alpha float64) comparison {
	c := comparison{
		base:   stats.Median(baseline),
		ratio:  stats.PairedRatio(baseline, candidate, 1-alpha),
		shift:  stats.PairedShift(baseline, candidate, 1-alpha),
		paired: true,
	}
	c.change = c.shift.Estimate
	changes := make([]float64, min(len(baseline), len(candidate)))
	for i := range changes {
		changes[i] = candidate[i] - baseline[i]
		if c.hasRatio() {
			changes[i] = math.Log(candidate[i] / baseline[i])
		}
	}
	c.p = stats.SignedRank(changes).P
	return c
}

func (c comparison) hasRatio() bool { return c.ratio.Estimate > 0 }

func (c comparison) percent() float64 {
	if c.paired && c.hasRatio() {
		return 100 * (c.ratio.Estimate - 1)
	}
	return percentOf(c.change, c.base)
}

// estimate is c with its estimates for intervals.
func (c comparison) estimate() comparison {
	point := func(i stats.Interval) stats.Interval {
		return stats.Interval{Estimate: i.Estimate, Lo: i.Estimate, Hi: i.Estimate, Confidence: 1}
	}
	c.ratio, c.shift = point(c.ratio), point(c.shift)
	return c
}

// place is where the intervals of the change lie against both limits of a rule: beyond if beyond both, within if within either. direction is
// the one that is better.
func (c comparison) place(r policy.Rule, direction policy.Direction) stats.Place {
	sign, falling := 1.0, direction == policy.Higher
	if falling {
		sign = -1
	}
	floor := stats.Limit{Change: sign * r.MinRegression, AtLeast: true, Falling: falling}.Place(c.shift)
	if !c.hasRatio() {
		return min(floor, stats.Limit{Change: sign * r.MaxRegressionPercent / 100 * c.base, Falling: falling}.Place(c.shift))
	}
	// As a ratio: in percent an interval at exactly 1.1 would be beyond 10 by rounding.
	return min(floor, stats.Limit{Change: (100 + sign*r.MaxRegressionPercent) / 100, Falling: falling}.Place(c.ratio))
}

// breaks reports whether the estimate is worse, where direction is what is better, by more than both limits. Of runs it is the medians
// that count, and multiplying keeps the boundary exact: 11 ms against 10 ms is not more than 10 %.
func (c comparison) breaks(r policy.Rule, direction policy.Direction) bool {
	worse := c.change
	if direction == policy.Higher {
		worse = -worse
	}
	if worse <= 0 {
		return false
	}
	if c.paired {
		return c.estimate().place(r, direction) == stats.Beyond
	}
	return worse*100 > r.MaxRegressionPercent*c.base && worse >= r.MinRegression
}
