package stats

import (
	"math"
	"slices"
)

// Interval is an estimate with the bounds that hold it. Both bounds belong to it. The zero value claims nothing: it has no
// confidence.
type Interval struct {
	Estimate float64
	Lo, Hi   float64 // Hi is +Inf when there are too few values for the confidence asked for, and Lo -Inf, or 0 for a Ratio
	// Confidence is what was attained, 0-1, at least what was asked for. It is 1 for infinite bounds: they cover anything.
	Confidence float64
}

// unknown is the Interval of what was not measured.
func unknown() Interval {
	return Interval{Estimate: math.NaN(), Lo: math.Inf(-1), Hi: math.Inf(1), Confidence: 1}
}

// Shift estimates candidate - baseline, in the unit of the values: the median of all n1*n2 differences (Hodges and Lehmann
// 1963), with the interval at the given confidence, 0-1, found by inverting the Mann-Whitney test (Moses 1965; Hollander,
// Wolfe and Chicken 2014, section 4.3). The interval is
//
//	[D(k), D(n1*n2+1-k)],   the largest k with 2 P(U <= k-1) <= 1 - confidence
//
// where D(1) <= D(2) <= ... are the differences and U is the Mann-Whitney statistic without ties: exact up to 50 values a
// side, the normal approximation with continuity correction beyond. R's wilcox.test(candidate, baseline, conf.int = TRUE)
// gives the same, except that it goes one difference further out where P meets the limit exactly.
//
// Without ties the interval leaves out 0 just when MannWhitney gives p <= 1 - confidence. With ties the same k serves and
// the interval is conservative: it covers the true shift at least as often as Confidence says. (D(k) lies above the shift
// only if at most k-1 pairs are tied or have the baseline on top; breaking the ties at random can but lower that number,
// and it then has the distribution without ties.) R turns to the normal approximation and a numerical root with ties.
//
// Lo and Hi are -Inf and +Inf when there are too few values: below 4 a side at 0.95, 5 at 0.99, 7 at 0.999.
// Estimate is NaN as well if a side is empty or any value is NaN or infinite.
func Shift(baseline, candidate []float64, confidence float64) Interval {
	if !finite(baseline) || !finite(candidate) {
		return unknown()
	}
	difference := func(candidate, baseline float64) float64 { return candidate - baseline }
	return invert(baseline, candidate, difference, arithmeticMean, math.Inf(-1), confidence)
}

// Ratio estimates candidate / baseline: 1.1 means that the candidate's values are 10 % higher. It is the [Shift] of the
// logarithms, exponentiated, and is found from the quotients themselves so that 110/100 is 1.1 to the last bit and a limit
// of exactly 10 % can be met exactly.
//
// Lo and Hi are 0 and +Inf when there are too few values. All values must be above 0 and finite, else Estimate is NaN and Lo
// and Hi are -Inf and +Inf.
func Ratio(baseline, candidate []float64, confidence float64) Interval {
	positive := func(values []float64) bool { return len(values) > 0 && slices.Min(values) > 0 }
	if !finite(baseline) || !finite(candidate) || !positive(baseline) || !positive(candidate) {
		return unknown()
	}
	quotient := func(candidate, baseline float64) float64 { return candidate / baseline }
	return invert(baseline, candidate, quotient, geometricMean, 0, confidence)
}

// invert returns the interval of comparisons that the Mann-Whitney test does not reject: see Shift.
func invert(baseline, candidate []float64, compare, mean func(float64, float64) float64, bottom, confidence float64) Interval {
	n1, n2 := len(baseline), len(candidate)
	if n1 == 0 || n2 == 0 {
		return unknown()
	}
	return inversion{
		list:   comparisons{slices.Sorted(slices.Values(baseline)), slices.Sorted(slices.Values(candidate)), compare},
		middle: mean,
		bottom: bottom,
		tail:   func(alpha float64) (int, float64) { return tail(n1, n2, alpha) },
	}.at(confidence)
}

// inversion is a test turned into an interval: how many of the ordered changes to leave out on either side.
type inversion struct {
	list interface { // of changes, ascending
		len() int
		nth(k int) float64 // k in 1..len
	}
	middle func(lo, hi float64) float64               // joins the two middle changes when their number is even
	bottom float64                                    // no change can be below
	tail   func(alpha float64) (k int, spent float64) // see cut
}

func (v inversion) at(confidence float64) Interval {
	n := v.list.len()
	confidence = max(0, min(1, confidence))
	i := Interval{Estimate: v.list.nth((n + 1) / 2), Lo: v.bottom, Hi: math.Inf(1), Confidence: 1}
	if n%2 == 0 {
		i.Estimate = v.middle(i.Estimate, v.list.nth(n/2+1))
	}
	if k, spent := v.tail(1 - confidence); k > 0 {
		i.Lo, i.Hi, i.Confidence = v.list.nth(k), v.list.nth(n+1-k), max(1-spent, confidence)
	}
	return i
}
