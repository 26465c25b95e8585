package judge

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

func TestWorkOfRequestsThatTakeLonger(t *testing.T) {
	for _, c := range []struct {
		name                  string
		unit                  string
		outcome               policy.Outcome
		latency, cpu, mean    float64 // changes in percent
		baselines, candidates int     // values of cpu-ns
		want                  policy.Work
	}{
		{"it computes more", "p95-ns", policy.Regressed, 20, 18.5, 19, 8, 8, policy.Computes},
		{"a quarter is with it", "p95-ns", policy.Regressed, 20, 5, 19, 8, 8, policy.Computes},
		{"less is not", "p95-ns", policy.Regressed, 20, 4.99, 19, 8, 8, policy.Waits},
		{"nor is a saving", "ns/op", policy.Inconclusive, 20, -3, 20, 8, 8, policy.Waits},
		{"a slow tail may compute", "p99-ns", policy.Regressed, 80, 4, 5, 8, 8, policy.TailWaits},
		{"what is ok needs no explanation", "p95-ns", policy.OK, 20, 0, 20, 8, 8, ""},
		{"nobody counts the CPU time of a stage", "p95-model-ns", policy.Regressed, 20, 0, 20, 8, 8, ""},
		{"throughput is no latency", "req/s", policy.Regressed, -20, 0, 20, 8, 8, ""},
		{"CPU time is no latency", "cpu-ns", policy.Regressed, 20, 20, 20, 8, 8, ""},
		{"no CPU time on one side", "p95-ns", policy.Regressed, 20, 0, 20, 8, 0, ""},
		{"none on the other", "p95-ns", policy.Regressed, 20, 0, 20, 0, 8, ""},
		{"from no CPU time at all", "p95-ns", policy.Regressed, 20, math.Inf(1), 20, 8, 8, ""},
		{"from no latency at all", "p95-ns", policy.Regressed, math.Inf(1), 0, 20, 8, 8, ""},
		{"a change by magnitudes", "p95-ns", policy.Regressed, 4e6, 2e6, 4e6, 8, 8, policy.Computes},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := policy.Measured{Metrics: []policy.Metric{
				{Unit: "cpu-ns", Baseline: policy.Summary{Median: ms, N: c.baselines},
					Candidate: policy.Summary{Median: ms, N: c.candidates}, ChangePercent: c.cpu},
				{Unit: "ns/op", Baseline: policy.Summary{Median: ms, N: 8}, Candidate: policy.Summary{Median: ms, N: 8}, ChangePercent: c.mean},
			}}
			is, cpu, mean := work(policy.Verdict{Unit: c.unit, Outcome: c.outcome, ChangePercent: c.latency}, m)
			assert.Equal(t, c.want, is)
			if c.want != "" {
				assert.Equal(t, []float64{c.cpu, c.mean}, []float64{cpu, mean})
			}
		})
	}
}

func TestAMeanThatIsNotKnownIsNoNumber(t *testing.T) {
	m := policy.Measured{Metrics: []policy.Metric{
		{Unit: "cpu-ns", Baseline: policy.Summary{Median: ms, N: 8}, Candidate: policy.Summary{Median: ms, N: 8}, ChangePercent: 1},
	}}
	is, cpu, mean := work(policy.Verdict{Unit: "p95-ns", Outcome: policy.Regressed, ChangePercent: 20}, m)
	assert.Equal(t, policy.Waits, is)
	assert.Equal(t, 1.0, cpu)
	assert.True(t, math.IsNaN(mean))
}
