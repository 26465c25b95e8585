package report

import (
	"math"
	"slices"
)

const (
	fewestRuns  = 6 // of which a median has an interval at 95 %: 2 / 2^6 <= 0.05 < 2 / 2^5
	exactMedian = 100
)

// medianInterval is where the median that the values were drawn from lies, at 95 % (of order statistics, after Thompson 1936):
// between the k-th least and the k-th greatest of n, with the greatest k such that
//
//	2 * P(Binomial(n, 1/2) < k) <= 0.05
//
// Of fewer than six values it is from the least to the greatest. Not ok without values, or where one is not finite.
func medianInterval(values []float64) (lo, hi float64, ok bool) {
	n := len(values)
	if n == 0 || slices.ContainsFunc(values, func(v float64) bool { return !isFinite(v) }) {
		return 0, 0, false
	}
	k := 1
	if n > exactMedian { // the normal approximation, with its correction for continuity
		k = int(math.Floor((float64(n) + 1 - 1.96*math.Sqrt(float64(n))) / 2))
	} else {
		ways, below := 1.0, 0.0 // C(n, i), and the sum of those under k
		for i := 0; i < n/2; i++ {
			below += ways
			if 2*below > 0.05*math.Exp2(float64(n)) {
				break
			}
			k = i + 1
			ways *= float64(n-i) / float64(i+1)
		}
	}
	ascending := slices.Sorted(slices.Values(values))
	return ascending[k-1], ascending[n-k], true
}
