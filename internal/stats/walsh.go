package stats

import "math"

// walsh are the Walsh averages of one value per pair: the means of every two of them and of each with itself, n(n+1)/2, in
// ascending order but never listed: those of 10,000 pairs would take 400 MB. As many of them lie above a number as the
// signed-rank statistic against that number says (Tukey 1949).
type walsh struct {
	values []float64 // ascending
	// mean must lie from lo to hi, and must not fall when either grows, rounding included.
	mean func(lo, hi float64) float64
}

func (w walsh) len() int { return len(w.values) * (len(w.values) + 1) / 2 }

// nth returns the k-th smallest average, k in 1..len.
func (w walsh) nth(k int) float64 {
	return least(w.values[0], w.values[len(w.values)-1], func(x float64) bool { return w.atMost(x) >= k })
}

// atMost returns the number of averages that are <= x.
func (w walsh) atMost(x float64) int {
	count, partners := 0, len(w.values)
	for i, v := range w.values {
		for partners > i && w.mean(v, w.values[partners-1]) > x {
			partners--
		}
		if partners <= i {
			break
		}
		count += partners - i
	}
	return count
}

// arithmeticMean of equal values is that value, and never lies outside of lo to hi. Halving first keeps it from overflowing.
func arithmeticMean(lo, hi float64) float64 { return max(lo, min(lo/2+hi/2, hi)) }

// geometricMean of equal positive values is that value, and never lies outside of lo to hi. If lo*hi overflows it is hi, if it
// underflows lo.
func geometricMean(lo, hi float64) float64 { return max(lo, min(math.Sqrt(lo*hi), hi)) }
