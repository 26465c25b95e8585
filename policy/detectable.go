package policy

import (
	"math"

	"github.com/tailgate-go/tailgate/internal/stats"
)

// power is the chance with which the smallest detectable change would be found.
const power = 0.8

// detectable is the smallest change for the worse that would have made the rule red at the noise of c, in percent of the baseline.
func (r Rule) detectable(c change, n int, direction Direction, look Look) float64 {
	limit := r.From(c.base)
	certain := look.certain()
	if look.Paired && certain < stats.SmallestSignedRankP(n) {
		certain = 0
	}
	if !c.hasRatio() {
		from := max(r.MaxRegressionPercent/100*math.Abs(c.base), r.MinRegression)
		return PercentOf(stats.Detectable(look.forRed(c.shift), n, from, certain, power), c.base)
	}
	if direction == Higher && limit >= 100 {
		return math.Inf(1) // nothing is worse than 0
	}
	// Noise is in proportion to what is measured: a ratio of 2 varies twice as much.
	logs := c.ratio
	logs.Lo, logs.Hi = math.Log(c.ratio.Lo), math.Log(c.ratio.Hi)
	logs = look.forRed(logs)
	if direction == Higher {
		less := stats.Detectable(logs, n, -math.Log1p(-limit/100), certain, power)
		if math.IsInf(less, 1) {
			return less // not a change by all of it
		}
		return -100 * math.Expm1(-less)
	}
	return 100 * math.Expm1(stats.Detectable(logs, n, math.Log1p(limit/100), certain, power))
}

// forRed is an interval as wide as it is where a change is to be beyond it, though that of a change within a limit has the larger
// alpha of Miss. The normal distribution tells by how much.
func (l Look) forRed(i stats.Interval) stats.Interval {
	if l.Alpha > 0 && l.Alpha < (1-1e-9)*(1-i.Confidence) { // beyond rounding
		wider := math.Erfcinv(l.Alpha) / math.Erfcinv(1-i.Confidence)
		middle, half := (i.Lo+i.Hi)/2, wider*(i.Hi-i.Lo)/2
		i.Lo, i.Hi, i.Confidence = middle-half, middle+half, 1-l.Alpha
	}
	return i
}

// From is the change from which on the rule can be broken, in percent of a baseline: the limit, or the floor where that is more.
func (r Rule) From(baseline float64) float64 {
	return max(r.MaxRegressionPercent, PercentOf(r.MinRegression, baseline))
}
