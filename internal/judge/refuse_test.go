package judge

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

func TestAPolicyIsRefusedBeforeMeasuring(t *testing.T) {
	both := Results{Benchmarks: []Benchmark{
		benchmark("Sum", map[string]float64{"ns/op": 100, "score": 7}), benchmark("Sort", map[string]float64{"ns/op": 100, "score": 9}),
	}}
	type directions = map[string]policy.Direction
	for _, c := range []struct {
		name                string
		rules               []policy.Rule
		baseline, candidate directions
		want                []policy.Code
	}{
		{"nothing is wrong", []policy.Rule{{Metric: "ns/op"}}, nil, nil, nil},
		{"the default, of which a rule matches nothing", nil, nil, nil, nil},
		{"an unknown direction, once for all benchmarks", []policy.Rule{{Metric: "ns/op"}, {Metric: "score"}}, nil, nil,
			[]policy.Code{policy.DirectionUnknown}},
		{"one that the rule gives", []policy.Rule{{Metric: "score", Direction: policy.Higher}}, nil, nil, nil},
		{"one that a side declares", []policy.Rule{{Metric: "score"}}, directions{"score": policy.Lower}, nil, nil},
		{"two that the sides declare", []policy.Rule{{Metric: "score"}}, directions{"score": policy.Lower},
			directions{"score": policy.Higher}, []policy.Code{policy.DirectionsContradict}},
		{"a metric that nobody reports", []policy.Rule{{Metric: "p95-ns"}, {Metric: "ns/op"}}, nil, nil,
			[]policy.Code{policy.RuleMatchesNoMetric}},
		{"a name that nobody has", []policy.Rule{{Metric: "ns/op", Benchmark: "Su"}}, nil, nil, []policy.Code{policy.RuleMatchesNoName}},
		{"all that is wrong", []policy.Rule{{Metric: "score"}, {Metric: "ns/op", Benchmark: "Su"}}, nil, nil,
			[]policy.Code{policy.DirectionUnknown, policy.RuleMatchesNoName}},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := By(policy.Policy{Rules: c.rules})
			report := j.Refuse(j.Pairs(both, both), c.baseline, c.candidate)
			var codes []policy.Code
			for _, v := range report.Verdicts {
				codes = append(codes, v.Reason.Code)
				assert.Equal(t, policy.Invalid, v.Outcome)
				assert.True(t, v.Fails)
			}
			assert.Equal(t, c.want, codes)
		})
	}
}

func TestNamedAreUnitsThatNobodyReports(t *testing.T) {
	j := By(policy.Policy{Rules: []policy.Rule{
		{Metric: "goroutines"}, {Metric: "score", Benchmark: "Other"}, {Metric: "p95-ns", Stage: "model"},
	}})
	sum := Results{Benchmarks: []Benchmark{benchmark("Sum", map[string]float64{"ns/op": 100})}}
	assert.Equal(t, []string{"goroutines", "p95-model-ns"}, j.Named(j.Pairs(sum, sum)[0]))
}

// The boundaries of what a process uses, in six runs a side that are all alike.
func TestTheFloorsOfFootprints(t *testing.T) {
	for _, c := range []struct {
		unit                string
		baseline, candidate float64
		want                policy.Outcome
	}{
		{"goroutines", 0, 0, policy.OK},
		{"goroutines", 0, 1, policy.Regressed},
		{"goroutines", 100, 105, policy.OK},
		{"goroutines", 100, 106, policy.Regressed},
		{"peak-rss-B", 4 << 20, 5<<20 - 1, policy.OK},
		{"peak-rss-B", 4 << 20, 5 << 20, policy.Regressed},
		{"live-heap-B", 100 << 10, 164<<10 - 1, policy.OK},
		{"live-heap-B", 100 << 10, 164 << 10, policy.Regressed},
		{"gc-pause-p99-ns", 50e3, 150e3 - 1, policy.OK},
		{"gc-pause-p99-ns", 50e3, 150e3, policy.Regressed},
		{"gc-pause-p99-ns", 0, 150e3, policy.Regressed},
	} {
		side := func(value float64) Results {
			return Results{Benchmarks: []Benchmark{benchmark("Sum", map[string]float64{c.unit: value})}}
		}
		p, err := policy.Parse("p.json",
			fmt.Appendf(nil, `{"version": 1, "rules": [{"metric": %q, "max_regression_percent": 5}]}`, c.unit))
		require.NoError(t, err)
		j := By(p)
		v := only(t, j.Compare(side(c.baseline), side(c.candidate)))
		assert.Equal(t, c.want, v.Outcome, "%s from %v to %v", c.unit, c.baseline, c.candidate)
	}
}

// A search judges with less than the gate's alpha, by the default policy as well, of which a rule may match nothing.
func TestTheDefaultStaysItselfWithAnotherAlpha(t *testing.T) {
	j := By(policy.Policy{}).WithAlpha(0.01)
	assert.Equal(t, 0.01, j.Policy().Alpha)
	sum := Results{Benchmarks: []Benchmark{benchmark("Sum", map[string]float64{"ns/op": 100})}}
	assert.Empty(t, j.Refuse(j.Pairs(sum, sum), nil, nil).Verdicts)
	assert.NotEmpty(t, By(j.Policy()).Refuse(j.Pairs(sum, sum), nil, nil).Verdicts, "as a policy of its own it must match")
}
