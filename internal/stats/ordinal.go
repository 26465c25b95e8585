package stats

import "math"

// least returns the smallest float64 from lo to hi for which holds is true, found by halving the range: at most 64 calls.
// Where holds is true it must be true of all greater values too, and it must be true of hi.
func least(lo, hi float64, holds func(x float64) bool) float64 {
	from, to := ordinal(lo), ordinal(hi)
	for from < to {
		mid := from + int64(uint64(to-from)/2) // unsigned: to-from may be above the greatest int64
		if holds(fromOrdinal(mid)) {
			to = mid
		} else {
			from = mid + 1
		}
	}
	return fromOrdinal(from)
}

// ordinal numbers the float64 values in ascending order, 0 at both zeros.
func ordinal(x float64) int64 {
	if x < 0 {
		return -int64(math.Float64bits(-x))
	}
	return int64(math.Float64bits(math.Abs(x)))
}

func fromOrdinal(n int64) float64 {
	if n < 0 {
		return -math.Float64frombits(uint64(-n))
	}
	return math.Float64frombits(uint64(n))
}
