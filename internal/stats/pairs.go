package stats

import "math"

// pairs are all comparisons of one candidate with one baseline value, in ascending order but never listed: those of 20,000
// latencies a side would take 3 GB. Finding one takes 64 passes over the two sides.
type pairs struct {
	baseline, candidate []float64 // finite, ascending
	// compare must not fall when candidate grows and must not grow when baseline grows, rounding included;
	// subtraction does so, and division of positive numbers.
	compare func(candidate, baseline float64) float64
}

func (p pairs) len() int { return len(p.baseline) * len(p.candidate) }

// nth returns the k-th smallest comparison, k in 1..len: the smallest float64 that at least k of them do not exceed, found
// by halving the range of float64 from the least comparison to the greatest.
func (p pairs) nth(k int) float64 {
	lastBaseline, lastCandidate := len(p.baseline)-1, len(p.candidate)-1
	lo := ordinal(p.compare(p.candidate[0], p.baseline[lastBaseline]))
	hi := ordinal(p.compare(p.candidate[lastCandidate], p.baseline[0]))
	for lo < hi {
		mid := lo + int64(uint64(hi-lo)/2) // unsigned: hi-lo may be above the greatest int64
		if p.atMost(fromOrdinal(mid)) >= k {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return fromOrdinal(lo)
}

// atMost returns the number of comparisons that are <= x.
func (p pairs) atMost(x float64) int {
	count, j := 0, 0
	for _, b := range p.baseline {
		for j < len(p.candidate) && p.compare(p.candidate[j], b) <= x {
			j++
		}
		count += j
	}
	return count
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
