package stats

// comparisons are all comparisons of one candidate with one baseline value, in ascending order but never listed: those of
// 20,000 latencies a side would take 3 GB. Finding one takes 64 passes over the two sides.
type comparisons struct {
	baseline, candidate []float64 // finite, ascending
	// compare must not fall when candidate grows and must not grow when baseline grows, rounding included;
	// subtraction does so, and division of positive numbers.
	compare func(candidate, baseline float64) float64
}

func (c comparisons) len() int { return len(c.baseline) * len(c.candidate) }

// nth returns the k-th smallest comparison, k in 1..len: the smallest float64 that at least k of them do not exceed.
func (c comparisons) nth(k int) float64 {
	lastBaseline, lastCandidate := len(c.baseline)-1, len(c.candidate)-1
	lo := c.compare(c.candidate[0], c.baseline[lastBaseline])
	hi := c.compare(c.candidate[lastCandidate], c.baseline[0])
	return least(lo, hi, func(x float64) bool { return c.atMost(x) >= k })
}

// atMost returns the number of comparisons that are <= x.
func (c comparisons) atMost(x float64) int {
	count, j := 0, 0
	for _, b := range c.baseline {
		for j < len(c.candidate) && c.compare(c.candidate[j], b) <= x {
			j++
		}
		count += j
	}
	return count
}
