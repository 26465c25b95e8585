package judge

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

// TestWhatIsSaidToBeDetectableIsFound has gates that measure nothing but noise say what they would have found, stopped by their
// plan or before it by their budget. Then it plants just that, and counts the gates that are red.
func TestWhatIsSaidToBeDetectableIsFound(t *testing.T) {
	tries := 2000
	if testing.Short() {
		tries = 200
	}
	for _, c := range []struct {
		name   string
		rule   policy.Rule
		noise  float64 // sd of the logarithm of a round's latency
		budget int     // in rounds
		family int
	}{
		{"quiet", policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10}, 0.02, 60, 1},
		{"busy", policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10}, 0.06, 60, 1},
		{"a budget of 8 rounds", policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10}, 0.06, 8, 1},
		{"a budget of 14 rounds", policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10}, 0.1, 14, 1},
		{"very busy", policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10}, 0.2, 60, 1},
		{"one of 20", policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10}, 0.06, 60, 20},
		{"a floor of 30 %", policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 6 * ms}, 0.06, 60, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(16, 5))
			j := By(policy.Policy{Rules: []policy.Rule{c.rule}})
			pair, plan := j.Pairs(side("p95-ns", 1), side("p95-ns", 1))[0], j.Plan(c.family)
			gate := func(change float64) policy.Verdict {
				s := j.Sequence(pair, plan, Declared{})
				for !s.Settled() {
					s.Add(randomRound(r, 1+change/100, c.noise/math.Sqrt2))
					s.Look(s.Rounds() >= c.budget)
				}
				return s.Verdicts()[0]
			}
			said := 0.0
			for range tries {
				said += gate(0).Detectable / float64(tries)
			}
			red := 0
			for range tries {
				if gate(said).Outcome == policy.Regressed {
					red++
				}
			}
			t.Logf("%.1f %% is found in %.3f of gates", said, float64(red)/float64(tries))
			assert.GreaterOrEqual(t, float64(red)/float64(tries), 0.8-4*math.Sqrt(0.16/float64(tries)))
		})
	}
}
