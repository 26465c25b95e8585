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
		return PercentOf(stats.Detectable(c.shift, n, from, certain, power), c.base)
	}
	if direction == Higher && limit >= 100 {
		return math.Inf(1) // nothing is worse than 0
	}
	// Noise is in proportion to what is measured: a ratio of 2 varies twice as much.
	logs := c.ratio
	logs.Lo, logs.Hi = math.Log(c.ratio.Lo), math.Log(c.ratio.Hi)
	if direction == Higher {
		return -100 * math.Expm1(-stats.Detectable(logs, n, -math.Log1p(-limit/100), certain, power))
	}
	return 100 * math.Expm1(stats.Detectable(logs, n, math.Log1p(limit/100), certain, power))
}

// From is the change from which on the rule can be broken, in percent of a baseline: the limit, or the floor where that is more.
func (r Rule) From(baseline float64) float64 {
	return max(r.MaxRegressionPercent, PercentOf(r.MinRegression, baseline))
}
