package stats

import (
	"math"
	"slices"
	"sort"
)

// Quantile returns the nearest-rank q-quantile of ascending values, q in 0-1: the smallest value x such that at least q*n
// of the n values are <= x. It is always one of the values: interpolating would invent latencies nobody had.
// It returns 0 if there are no values, the least for q <= 0 and the greatest for q > 1.
//
// Its rank is [Rank].
func Quantile[T int64 | float64](ascending []T, q float64) T {
	if len(ascending) == 0 {
		return 0
	}
	return ascending[Rank(len(ascending), q)-1]
}

// Rank returns the nearest rank of the q-quantile among n >= 1 values, 1 to n: the smallest k with k/n >= q.
//
// Rounding up q*n would not do: in float64 0.07*100 is above 7, which makes 8 of rank 7.
func Rank(n int, q float64) int {
	return 1 + sort.Search(n-1, func(i int) bool { return float64(i+1)/float64(n) >= q })
}

// Median returns the middle of values, the mean of the two middle ones when their number is even, to the last bit what
// benchstat prints. It does not reorder values. It is NaN if there are no values or one of them is NaN.
func Median(values []float64) float64 {
	n := len(values)
	if n == 0 || slices.ContainsFunc(values, math.IsNaN) {
		return math.NaN()
	}
	ascending := slices.Sorted(slices.Values(values))
	if n%2 == 1 {
		return ascending[n/2]
	}
	lo, hi := ascending[n/2-1], ascending[n/2]
	return lo + (hi-lo)/2 // not (lo+hi)/2: benchstat's rounding
}
