package policy

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRedFrom(t *testing.T) {
	for _, c := range []struct {
		name      string
		rule      Rule
		baseline  float64
		direction Direction
		want      float64
		hides     bool
	}{
		{"the limit, where the floor is less", Rule{MaxRegressionPercent: 10, MinRegression: 1 * ms}, 20 * ms, Lower, 10, false},
		{"the floor, where that is more", Rule{MaxRegressionPercent: 10, MinRegression: 1 * ms}, 8 * ms, Lower, 12.5, false},
		{"exactly twice the limit is far", Rule{MaxRegressionPercent: 10, MinRegression: 1 * ms}, 5 * ms, Lower, 20, true},
		{"a little less is not", Rule{MaxRegressionPercent: 10, MinRegression: 1 * ms}, 5*ms + 1, Lower, 100 * ms / (5*ms + 1), false},
		{"many times the baseline", Rule{MaxRegressionPercent: 10, MinRegression: 1 * ms}, 0.3125 * ms, Lower, 320, true},
		{"no floor", Rule{MaxRegressionPercent: 10}, 1, Lower, 10, false},
		{"no limit, and a floor under the baseline", Rule{MinRegression: 1}, 20, Lower, 5, false},
		{"no limit, and a floor of the whole baseline", Rule{MinRegression: 1}, 1, Lower, 100, true},
		{"neither", Rule{}, 20, Lower, 0, false},
		{"what is better when higher can fall", Rule{MaxRegressionPercent: 10, MinRegression: 60}, 100, Higher, 60, true},
		{"but not by all of it", Rule{MaxRegressionPercent: 10, MinRegression: 100}, 100, Higher, math.Inf(1), true},
		{"nor by more", Rule{MaxRegressionPercent: 100}, 100, Higher, math.Inf(1), true},
		{"of 0 nothing is a percentage", Rule{MaxRegressionPercent: 10, MinRegression: 1}, 0, Lower, math.NaN(), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := Verdict{Rule: c.rule, Direction: c.direction, Baseline: Summary{Median: c.baseline, N: 8}}
			if math.IsNaN(c.want) {
				assert.True(t, math.IsNaN(v.RedFrom()))
			} else {
				assert.Equal(t, c.want, v.RedFrom())
			}
			assert.Equal(t, c.hides, v.FloorHides())
		})
	}
	assert.True(t, math.IsNaN(Verdict{Rule: Rule{MaxRegressionPercent: 10}}.RedFrom()), "nothing was measured")
}

// Exactly from there on the rule can be red: with no noise a change by that much, or the least bit more than a limit, is.
func TestWithoutNoiseARuleIsRedFromThereOn(t *testing.T) {
	last := Look{Alpha: 0.05, Last: true}
	for _, c := range []struct {
		name                  string
		rule                  Rule
		baseline, below, from float64
	}{
		{"by the floor", Rule{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1 * ms}, 0.25 * ms, 1.25*ms - 1, 1.25 * ms},
		{"by the limit", Rule{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1 * ms}, 20 * ms, 22 * ms, 22*ms + 1},
		{"of a rate, by the floor", Rule{Metric: "req/s", MaxRegressionPercent: 10, MinRegression: 60}, 100, 40.5, 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			same := func(v float64) []float64 { return []float64{v, v, v, v, v, v} }
			assert.NotEqual(t, Regressed, c.rule.Judge(same(c.baseline), same(c.below), last).Outcome)
			v := c.rule.Judge(same(c.baseline), same(c.from), last)
			assert.Equal(t, Regressed, v.Outcome)
			assert.InDelta(t, v.RedFrom(), math.Abs(v.ChangePercent), 1e-5)
		})
	}
}
