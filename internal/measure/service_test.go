package measure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/policy"
)

// Sides of a warm scenario whose caches knew more on one side are judged, and the report says so. Of a cold one they are invalid,
// which says enough.
func TestSidesWhoseCachesKnewMoreAreNoted(t *testing.T) {
	const note = "Edge: of the prompts' tokens 10 % came from the baseline's cache and 90 % from the candidate's: " +
		"times to the first token differ by that, too"
	for _, c := range []struct {
		name    string
		cold    bool
		cached  []float64
		outcome policy.Outcome
		noted   bool
	}{
		{"warm, and far apart", false, []float64{10, 90}, policy.OK, true},
		{"warm, and 5 points apart", false, []float64{85, 90}, policy.OK, false},
		{"warm, and nobody says", false, nil, policy.OK, false},
		{"cold", true, []float64{10, 90}, policy.Invalid, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := pretended{
				policy: policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: 10}}},
				benchmarks: []pretendedBenchmark{
					{name: "Edge", effect: 1, noise: 0.005, took: time.Second, cached: c.cached, cold: c.cold},
				},
			}
			doc := g.run(t, part.Part{}, t.TempDir())
			require.Len(t, doc.Report.Verdicts, 1)
			assert.Equal(t, c.outcome, doc.Report.Verdicts[0].Outcome)
			if c.noted {
				assert.Contains(t, doc.Notes, note)
			} else {
				assert.Empty(t, doc.Notes)
			}
		})
	}
}
