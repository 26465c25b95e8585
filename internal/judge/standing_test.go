package judge

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

func TestWhatMustNotBeJudgedIsInvalid(t *testing.T) {
	good := side("p95-ns", runs(20*ms)...)
	with := func(change func(*Benchmark)) Results {
		r := side("p95-ns", runs(20*ms)...)
		change(&r.Benchmarks[0])
		return r
	}
	score := func(better policy.Direction) Results {
		return Results{side("score", runs(9)...).Benchmarks, map[string]policy.Direction{"score": better}}
	}
	rules := func(r ...policy.Rule) policy.Policy { return policy.Policy{Rules: r} }
	failed := func(problem string) Results {
		return with(func(b *Benchmark) {
			b.Metrics, b.Problem = nil, policy.Reason{Code: policy.Failed, Facts: policy.Facts{Problem: problem}}
		})
	}
	type facts = policy.Facts
	for _, c := range []struct {
		name                string
		policy              policy.Policy
		baseline, candidate Results
		code                policy.Code
		facts               policy.Facts
		do                  policy.Action
	}{
		{"a removed benchmark", policy.Policy{}, good, Results{}, policy.BenchmarkRemoved, facts{}, policy.AllowRemoval},
		{"a benchmark that failed", policy.Policy{}, good, failed("it panicked"), policy.Failed, facts{Problem: "it panicked"}, ""},
		{"a baseline that failed", policy.Policy{}, failed("it panicked"), good, policy.Failed, facts{Problem: "it panicked"}, ""},
		{"a metric that is gone",
			policy.Policy{}, good, side("p50-ns", runs(20*ms)...), policy.MetricRemoved, facts{}, policy.ReportAgain},
		{
			"a metric that some runs lack", policy.Policy{}, good, with(func(b *Benchmark) { b.Metrics["ns/op"] = append(runs(1), 1) }),
			policy.InSomeRuns, facts{Side: "candidate", Have: 6, Need: 7}, policy.ReportInAll,
		},
		{
			"an infinity", policy.Policy{}, side("p95-ns", append(runs(20*ms), math.Inf(1))...), good,
			policy.NotFinite, facts{Side: "baseline", Value: math.Inf(1)}, policy.MeasureAgain,
		},
		{
			"one request short", policy.Policy{}, good, with(func(b *Benchmark) { b.Requests = 59 }),
			policy.FewRequests, facts{Side: "candidate", Have: 59, Need: 60}, policy.MoreRequests,
		},
		{
			"one run short", policy.Policy{Alpha: 0.005}, side("p95-ns", runs(20 * ms)[:5]...), side("p95-ns", runs(20 * ms)[:5]...),
			policy.FewRuns, facts{Need: 6}, policy.MoreRuns,
		},
		{
			"a rule that matches no name", rules(policy.Rule{Metric: "p95-ns", Benchmark: "ML"}), good, good,
			policy.RuleMatchesNoName, facts{Benchmarks: &policy.Names{First: []string{"MLP"}, InAll: 1}}, policy.CorrectRule,
		},
		{
			"a rule that matches no metric", rules(policy.Rule{Metric: "p99-ns"}), side("ns/op", runs(3)...), side("ns/op", runs(3)...),
			policy.RuleMatchesNoMetric, facts{
				Benchmarks: &policy.Names{First: []string{"MLP"}, InAll: 1}, Units: &policy.Names{First: []string{"ns/op"}, InAll: 1},
			},
			policy.RecordRequests,
		},
		{"no benchmarks", policy.Policy{}, Results{}, Results{}, policy.RuleWithoutBenchmarks, facts{}, ""},
		{
			"an unknown direction", rules(policy.Rule{Metric: "score"}), score(""), score(""), policy.DirectionUnknown,
			facts{}, policy.SetDirection,
		},
		{
			"directions that disagree", rules(policy.Rule{Metric: "score"}), score(policy.Lower), score(policy.Higher),
			policy.DirectionsContradict, facts{Words: []string{"lower", "higher"}}, policy.SetDirection,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			report := By(c.policy).Compare(c.baseline, c.candidate)
			i := slices.IndexFunc(report.Verdicts, func(v policy.Verdict) bool { return v.Outcome == policy.Invalid })
			require.GreaterOrEqual(t, i, 0)
			v := report.Verdicts[i]
			assert.True(t, v.Fails)
			assert.Equal(t, c.code, v.Reason.Code)
			assert.Equal(t, c.facts, v.Reason.Facts)
			if c.do != "" {
				require.NotEmpty(t, v.Reason.Advice)
				assert.Equal(t, c.do, v.Reason.Advice[0].Do)
			}
			assert.Equal(t, policy.Invalid, report.Outcome())
			assert.True(t, report.Fails())
		})
	}
	v := only(t, byDefault.Compare(good, side("p95-ns", append(runs(20*ms), math.NaN())...)))
	assert.Equal(t, policy.NotFinite, v.Reason.Code)
	assert.True(t, math.IsNaN(v.Reason.Facts.Value))
}

func TestAddedAndAllowedRemovals(t *testing.T) {
	good := side("p95-ns", runs(20*ms)...)
	v := only(t, byDefault.Compare(Results{}, good))
	assert.Equal(t, policy.Added, v.Outcome)
	assert.Equal(t, policy.NewBenchmark, v.Reason.Code)
	assert.False(t, v.Fails)
	v = only(t, byDefault.Compare(side("p50-ns", runs(20*ms)...), good))
	assert.Equal(t, policy.Added, v.Outcome)
	assert.Equal(t, policy.NewMetric, v.Reason.Code)

	report := By(policy.Policy{OnRemoved: policy.Warn}).Compare(good, Results{})
	assert.Equal(t, policy.OK, only(t, report).Outcome)
	assert.Equal(t, policy.RemovalAllowed, only(t, report).Reason.Code)
	assert.False(t, report.Fails())
}
