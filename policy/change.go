package policy

import (
	"math"

	"github.com/tailgate-go/tailgate/internal/stats"
)

// change is what the values of both sides say of the change.
type change struct {
	base float64 // the baseline's median
	diff float64 // estimate of candidate - baseline
	// of candidate / baseline and of candidate - baseline; no ratio where a value is 0, as allocs/op may be
	ratio, shift stats.Interval
	p            float64 // that there is no change, two-sided
	paired       bool
}

// compareRuns compares runs that have nothing to do with each other, as the benchstat command does: their medians
// are those of golang.org/x/perf/benchmath, and p is too, but for ties, where that is wrong or slow (stats.MannWhitney).
// Intervals of the change it has none.
func compareRuns(baseline, candidate []float64, alpha float64) change {
	base := Summarize(baseline).Median
	return change{
		base:  base,
		diff:  Summarize(candidate).Median - base,
		ratio: stats.Ratio(baseline, candidate, 1-alpha),
		shift: stats.Shift(baseline, candidate, 1-alpha),
		p:     stats.MannWhitney(baseline, candidate).P,
	}
}

// compareRounds compares the sides round by round.
func compareRounds(baseline, candidate []float64, alpha float64) change {
	c := change{
		base:   Summarize(baseline).Median,
		ratio:  stats.PairedRatio(baseline, candidate, 1-alpha),
		shift:  stats.PairedShift(baseline, candidate, 1-alpha),
		paired: true,
	}
	c.diff = c.shift.Estimate
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

func (c change) hasRatio() bool { return c.ratio.Estimate > 0 }

func (c change) percent() float64 {
	if c.paired && c.hasRatio() {
		return 100 * (c.ratio.Estimate - 1)
	}
	return PercentOf(c.diff, c.base)
}

// estimate is c with its estimates for intervals.
func (c change) estimate() change {
	point := func(i stats.Interval) stats.Interval {
		return stats.Interval{Estimate: i.Estimate, Lo: i.Estimate, Hi: i.Estimate, Confidence: 1}
	}
	c.ratio, c.shift = point(c.ratio), point(c.shift)
	return c
}

// place is where the intervals of the change lie against both limits of a rule: beyond if beyond both, within if within either.
// direction is the one that is better.
func (c change) place(r Rule, direction Direction) stats.Place {
	sign, falling := 1.0, direction == Higher
	if falling {
		sign = -1
	}
	floor := stats.Limit{Change: sign * r.MinRegression, AtLeast: true, Falling: falling}.Place(c.shift)
	if !c.hasRatio() {
		return min(floor, stats.Limit{Change: sign * r.MaxRegressionPercent / 100 * math.Abs(c.base), Falling: falling}.Place(c.shift))
	}
	// As a ratio: in percent an interval at exactly 1.1 would be beyond 10 by rounding.
	return min(floor, stats.Limit{Change: (100 + sign*r.MaxRegressionPercent) / 100, Falling: falling}.Place(c.ratio))
}

// breaks reports whether the estimate is worse, where direction is what is better, by more than both limits. Of runs it is the
// medians that count, and multiplying keeps the boundary exact: 11 ms against 10 ms is not more than 10 %.
func (c change) breaks(r Rule, direction Direction) bool {
	worse := c.diff
	if direction == Higher {
		worse = -worse
	}
	if worse <= 0 {
		return false
	}
	if c.paired {
		return c.estimate().place(r, direction) == stats.Beyond
	}
	return worse*100 > r.MaxRegressionPercent*math.Abs(c.base) && worse >= r.MinRegression
}

// PercentOf is change in percent of the size of base; 0 of 0 is no change.
func PercentOf(change, base float64) float64 {
	if change == 0 {
		return 0
	}
	return 100 * change / math.Abs(base)
}

func isNotFinite(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }
