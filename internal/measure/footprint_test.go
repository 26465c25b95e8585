package measure

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// measuring is a gate by rules on these metrics, of a benchmark that reports others.
func measuring(noTurns string, reported []string, metrics ...string) (*gate, []judge.Pair) {
	var p policy.Policy
	for _, metric := range metrics {
		p.Rules = append(p.Rules, policy.Rule{Metric: metric})
	}
	g := newGate(Order{Judge: judge.By(p)})
	b := judge.Benchmark{ID: policy.ID{Package: "p", Name: "Sum"}, Metrics: map[string][]float64{}}
	for _, metric := range reported {
		b.Metrics[metric] = []float64{1}
	}
	for _, s := range g.sides {
		s.bins = map[string]*testbin.Binary{"p": {NoTurns: noTurns}}
	}
	both := judge.Results{Benchmarks: []judge.Benchmark{b}}
	return g, g.order.Judge.Pairs(both, both)
}

func TestWhatAFootprintsRuleCannotSeeIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, noTurns     string
		reported, metrics []string
		want              string
	}{
		{"no rule", "package testing is another", nil, []string{"ns/op"}, ""},
		{"it is reported", "", []string{"goroutines"}, []string{"goroutines"}, ""},
		{"no hooks", "package testing is another", []string{"ns/op"}, []string{"ns/op", "goroutines"},
			"baseline: goroutines of Sum cannot be measured: package testing is another; take the rule on it out of the policy"},
		{"not all that is asked for", "", []string{"goroutines"}, []string{"goroutines", "live-heap-B"},
			"live-heap-B of Sum cannot be measured: its smoke run did not say"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, pairs := measuring(c.noTurns, c.reported, c.metrics...)
			err := g.blindTo(pairs)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}

// An anchor that cannot tell is refused as the other sides are: else a rule would pass for what the anchor does not report.
func TestAFootprintThatTheAnchorCannotTellIsRefused(t *testing.T) {
	const hooks = "package testing is another"
	found := judge.Benchmark{ID: policy.ID{Package: "p", Name: "Sum"}, Metrics: map[string][]float64{"ns/op": {1}}}
	broken := judge.Benchmark{ID: found.ID, Problem: policy.Reason{Code: policy.Failed}}
	told := found
	told.Metrics = map[string][]float64{"ns/op": {1}, "goroutines": {1}}
	for _, c := range []struct {
		name, noTurns string
		anchor        []judge.Benchmark
		rule, want    string
	}{
		{"no hooks", hooks, []judge.Benchmark{found}, "goroutines", "anchor: goroutines of Sum cannot be measured: " + hooks +
			"; take the rule on it out of the policy, or name another anchor"},
		{"it does not say", "", []judge.Benchmark{found}, "goroutines",
			"anchor: goroutines of Sum cannot be measured: its smoke run did not say"},
		{"it is reported", "", []judge.Benchmark{told}, "goroutines", ""},
		{"no rule", hooks, []judge.Benchmark{found}, "ns/op", ""},
		{"no such benchmark yet", hooks, nil, "goroutines", ""},
		{"what failed is told as such", hooks, []judge.Benchmark{broken}, "goroutines", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, pairs := measuring("", []string{"ns/op", "goroutines"}, c.rule)
			g.sides = append(g.sides, &side{name: "anchor", bins: map[string]*testbin.Binary{"p": {NoTurns: c.noTurns}}})
			require.NoError(t, g.blindTo(pairs), "both others can")
			judge.Anchored(pairs, judge.Results{Benchmarks: c.anchor})
			err := g.blindTo(pairs)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestFootprintsAreAskedForByRules(t *testing.T) {
	g, pairs := measuring("", []string{"ns/op", "goroutines", "live-heap-B"}, "ns/op", "live-heap-B", "goroutines")
	m := newMeasurement(g, pairs[0], g.order.Judge.Plan(1))
	assert.Equal(t, []string{duet.FootprintEnv + "=live-heap-B,goroutines"}, m.footprints())
	_, err := m.footprint(candidateSide, testbin.Output{Stdout: []byte("PASS\n")})
	assert.ErrorContains(t, err, "candidate: no footprint was printed")
	printed, err := m.footprint(baselineSide, testbin.Output{
		Stdout: duet.AppendFootprint(nil, "BenchmarkSum", []duet.Metric{{Unit: "goroutines", Value: 2}}),
	})
	require.NoError(t, err)
	assert.Equal(t, []duet.Metric{{Unit: "goroutines", Value: 2}}, printed)

	g, pairs = measuring("", []string{"ns/op"}, "ns/op")
	m = newMeasurement(g, pairs[0], g.order.Judge.Plan(1))
	assert.Empty(t, m.footprints())
	printed, err = m.footprint(baselineSide, testbin.Output{})
	assert.NoError(t, err)
	assert.Empty(t, printed)
}
