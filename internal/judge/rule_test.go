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

// A dot is a character of many names that this project makes, such as those of rates.
func TestARuleWithTheNameOfABenchmarkWinsOverAPatternWhateverIsInTheName(t *testing.T) {
	pattern := policy.Rule{Metric: "ns/op", Benchmark: "Serve/.*", MaxRegressionPercent: 20}
	plain := policy.Rule{Metric: "ns/op", Benchmark: "Serve/.+", MaxRegressionPercent: 30, Plain: true}
	for _, c := range []struct{ name, rule string }{
		{"Serve/rate=0.5", "Serve/rate=0.5"}, {"Serve/rate=0.5", `Serve/rate=0\.5`}, {"Serve/a+b", `Serve/a\+b`}, {"Serve/a", "Serve/a"},
	} {
		named := policy.Rule{Metric: "ns/op", Benchmark: c.rule, MaxRegressionPercent: 5}
		r := Results{Benchmarks: []Benchmark{benchmark(c.name, map[string]float64{"ns/op": 20})}}
		for _, rules := range [][]policy.Rule{{named, pattern, plain}, {pattern, plain, named}} {
			assert.Equal(t, named, only(t, By(policy.Policy{Rules: rules}).Compare(r, r)).Rule, "%s by %s", c.name, c.rule)
		}
	}
	other := policy.Rule{Metric: "ns/op", Benchmark: "Serve/rate=0.5", MaxRegressionPercent: 5}
	r := Results{Benchmarks: []Benchmark{benchmark("Serve/rate=0x5", map[string]float64{"ns/op": 20})}}
	assert.Equal(t, pattern, only(t, By(policy.Policy{Rules: []policy.Rule{other, pattern}}).Compare(r, r)).Rule, "another name's")
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
