package judge

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

func TestTheMoreSpecificRuleWins(t *testing.T) {
	general := policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10}
	pattern := policy.Rule{Metric: "p95-ns", Benchmark: "M.*", MaxRegressionPercent: 20}
	later := policy.Rule{Metric: "p95-ns", Benchmark: ".*P", MaxRegressionPercent: 30}
	literal := policy.Rule{Metric: "p95-ns", Benchmark: "MLP", MaxRegressionPercent: 40}
	other := policy.Rule{Metric: "p95-ns", Benchmark: "Decoder", MaxRegressionPercent: 50}
	for _, c := range []struct {
		rules []policy.Rule
		want  policy.Rule
	}{
		{[]policy.Rule{general}, general},
		{[]policy.Rule{pattern, general}, pattern},
		{[]policy.Rule{general, pattern, later}, later},
		{[]policy.Rule{literal, later, general}, literal},
	} {
		j := By(policy.Policy{Rules: c.rules})
		good := side("p95-ns", runs(20*ms)...)
		assert.Equal(t, c.want, only(t, j.Compare(good, good)).Rule)
	}
	report := By(policy.Policy{Rules: []policy.Rule{general, other}}).Compare(side("p95-ns", runs(9)...), side("p95-ns", runs(9)...))
	require.Len(t, report.Verdicts, 2)
	assert.Equal(t, general, report.Verdicts[0].Rule)
	assert.Equal(t, policy.Invalid, report.Verdicts[1].Outcome)
}

// Compiling a pattern takes some 40 allocations: 20,000 benchmarks and 9 rules with patterns took 8.5 s when each was
// compiled again for each.
func TestPatternsAreCompiledOnce(t *testing.T) {
	var p policy.Policy
	for i := range 9 {
		p.Rules = append(p.Rules, policy.Rule{Metric: "p95-ns", Benchmark: fmt.Sprintf("(Chat|Serve)/rate=%d.*", i)})
	}
	j := By(p)
	many := Results{}
	for i := range 100 {
		many.Benchmarks = append(many.Benchmarks, Benchmark{
			ID: policy.ID{Name: fmt.Sprintf("Chat/rate=%d", i)}, Metrics: map[string][]float64{"p95-ns": {1}},
		})
	}
	assert.Less(t, testing.AllocsPerRun(3, func() { j.Pairs(many, many) })/100, 30.0, "allocations a benchmark")
}
