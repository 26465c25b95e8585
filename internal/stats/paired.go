package stats

import (
	"math"
	"slices"
)

// PairedShift estimates candidate - baseline from pairs, in the unit of the values: the median of the Walsh averages of the
// differences (Hodges and Lehmann 1963), with the interval at the given confidence, 0-1, found by inverting the signed-rank
// test (Tukey 1949; Hollander, Wolfe and Chicken 2014, section 3.3). The interval is
//
//	[W(k), W(n(n+1)/2+1-k)],   the largest k with 2 P(T <= k-1) <= 1 - confidence
//
// where W(1) <= W(2) <= ... are the Walsh averages of the n differences and T is the signed-rank statistic without ties: exact
// up to 60 pairs, the normal approximation with continuity correction beyond. R's wilcox.test(candidate, baseline, paired =
// TRUE, conf.int = TRUE) gives the same, except that it goes one average further out where P meets the limit exactly.
//
// Confidence holds whatever the noise does, if the sides of each pair swapped at random and the change is the same in every
// pair. It does not rest on pairs being alike or independent: see [SignedRank]. Without ties and zeros the interval leaves out
// 0 just when SignedRank gives p <= 1 - confidence. With ties the same k serves and the interval covers at least as often as
// Confidence says: breaking the ties at random can but move an average from the bound to its outside.
//
// Pair i is baseline[i] and candidate[i]. Lo and Hi are -Inf and +Inf when there are too few pairs: below 6 at 0.95, 8 at
// 0.99, 11 at 0.999. Estimate is NaN as well if there are none, if the sides differ in number, or if a value or a difference is
// NaN or infinite.
func PairedShift(baseline, candidate []float64, confidence float64) Interval {
	difference := func(candidate, baseline float64) float64 { return candidate - baseline }
	return invertPairs(baseline, candidate, difference, arithmeticMean, math.Inf(-1), confidence)
}

// PairedRatio estimates candidate / baseline from pairs: 1.1 means that the candidate's values are 10 % higher. It is the
// [PairedShift] of the logarithms, exponentiated, and is found from the quotients themselves, the Walsh average of two being
// their geometric mean, so that 110/100 in every pair is 1.1 to the last bit and a limit of exactly 10 % can be met exactly.
//
// Lo and Hi are 0 and +Inf when there are too few pairs. All values and quotients must be above 0 and finite, else Estimate is
// NaN and Lo and Hi are -Inf and +Inf.
func PairedRatio(baseline, candidate []float64, confidence float64) Interval {
	quotient := func(candidate, baseline float64) float64 {
		if q := candidate / baseline; candidate > 0 && baseline > 0 && q > 0 {
			return q
		}
		return math.NaN()
	}
	return invertPairs(baseline, candidate, quotient, geometricMean, 0, confidence)
}

// invertPairs returns the interval of changes that the signed-rank test does not reject: see PairedShift.
func invertPairs(baseline, candidate []float64, compare, mean func(float64, float64) float64, bottom, confidence float64) Interval {
	n := len(baseline)
	if n == 0 || n != len(candidate) || !finite(baseline) || !finite(candidate) {
		return unknown()
	}
	changes := make([]float64, n)
	for i := range changes {
		changes[i] = compare(candidate[i], baseline[i])
	}
	if !finite(changes) {
		return unknown()
	}
	slices.Sort(changes)
	return inversion{
		list:   walsh{changes, mean},
		middle: mean,
		bottom: bottom,
		tail:   func(alpha float64) (int, float64) { return signedTail(n, alpha) },
	}.at(confidence)
}
