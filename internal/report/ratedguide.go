package report

import (
	"fmt"
	"math"

	"github.com/tailgate-go/tailgate/policy"
)

// coreUnits are the metrics that the guide's notebook draws, by the names they have here.
var coreUnits = []string{"output-tok/min", "p90-normalized-ns", "p90-ns", "attempted", "succeeded"}

// guideText says what R2 is worth. The figures are those of RSquared's tests.
const guideText = "The guide's charts: both sides at each rate, the change in percent, " +
	"and candidate against baseline with R\u00b2. R\u00b2 is here because the guide asks for it, and judges nothing: " +
	"it holds the change against how much the baseline varies over the rates. A service that is 10 % slower at every " +
	"rate reads -35 where its curve is flat and 0.98 where it has a knee, and one that is faster reads as if it were slower."

// guide adds the charts of the guide's notebook, of the rates common to both sides.
func (r rated) guide(c *ratedChart, v *ratedView) {
	for _, unit := range coreUnits {
		at, baseline, candidate := r.common(unit)
		if len(at) < 2 {
			continue
		}
		s := ratedScale(unit, baseline, candidate)
		g := guideChart{Unit: s.unit, At: at, Baseline: scaledTo(s, baseline), Candidate: scaledTo(s, candidate)}
		switch policy.DirectionOf(unit) {
		case policy.Higher:
			g.Better = 1
		case policy.Lower:
			g.Better = -1
		}
		for i := range at {
			g.Change = append(g.Change, 100*(candidate[i]-baseline[i])/baseline[i])
		}
		c.Guide = append(c.Guide, g)
		v.Guide = append(v.Guide, figureText{headed(unit), tight(rSquaredText(baseline, candidate))})
		v.GuideText = tight(guideText)
	}
}

// rSquaredText is R2 of a metric, and beside it what a change that everybody calls one would read.
func rSquaredText(baseline, candidate []float64) string {
	slower := make([]float64, len(baseline))
	for i, b := range baseline {
		slower[i] = 1.1 * b
	}
	return fmt.Sprintf("R\u00b2 = %s over %d rates; +10 %% at each would read %s.",
		rSquaredNumber(RSquared(baseline, candidate)), len(baseline), rSquaredNumber(RSquared(baseline, slower)))
}

// rSquaredNumber is R2 to four places, as the guide prints it.
func rSquaredNumber(r float64) string {
	if math.IsNaN(r) {
		return "unknown"
	}
	if math.Abs(r) >= 1e6 {
		return fmt.Sprintf("%.3e", r)
	}
	return fmt.Sprintf("%.4f", r)
}
