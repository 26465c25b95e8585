package judge

import (
	"math"
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
	for _, c := range []struct {
		name                string
		policy              policy.Policy
		baseline, candidate Results
		says                string
	}{
		{"a removed benchmark", policy.Policy{}, good, Results{}, `removed: in the baseline, not in the candidate; if that is meant, set "on_removed": "warn"`},
		{"a benchmark that failed", policy.Policy{}, good, with(func(b *Benchmark) { b.Metrics, b.Problem = nil, "candidate: it panicked" }), "candidate: it panicked"},
		{"a baseline that failed", policy.Policy{}, with(func(b *Benchmark) { b.Metrics, b.Problem = nil, "baseline: it panicked" }), good, "baseline: it panicked"},
		{"a metric that is gone", policy.Policy{}, good, side("p50-ns", runs(20*ms)...), "the baseline reports p95-ns, the candidate does not"},
		{"a metric that some runs lack", policy.Policy{}, good, with(func(b *Benchmark) { b.Metrics["ns/op"] = append(runs(1), 1) }), "candidate: p95-ns is reported by 6 of 7 runs"},
		{"NaN", policy.Policy{}, good, side("p95-ns", append(runs(20*ms), math.NaN())...), "candidate: p95-ns is NaN"},
		{"an infinity", policy.Policy{}, side("p95-ns", append(runs(20*ms), math.Inf(1))...), good, "baseline: p95-ns is +Inf"},
		{"one request short", policy.Policy{}, good, with(func(b *Benchmark) { b.Requests = 59 }), "candidate: 59 requests a run are too few for p95-ns, which needs 60: run with -benchtime=60x"},
		{"one run short", policy.Policy{Alpha: 0.005}, side("p95-ns", runs(20 * ms)[:5]...), side("p95-ns", runs(20 * ms)[:5]...), "5 baseline and 5 candidate runs can never reach significance at alpha 0.005: at least 6 a side are needed"},
		{"a rule that matches no name", policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", Benchmark: "ML"}}}, good, good, `the rule matches nothing: benchmark "ML" must match the whole of one of MLP`},
		{"a rule that matches no metric", policy.Policy{Rules: []policy.Rule{{Metric: "p99-ns"}}}, side("ns/op", runs(3)...), side("ns/op", runs(3)...), "MLP reports no p99-ns, only ns/op: record its requests with workload.Record, or name one of those"},
		{"no benchmarks", policy.Policy{}, Results{}, Results{}, "there are no benchmarks"},
		{"an unknown direction", policy.Policy{Rules: []policy.Rule{{Metric: "score"}}}, side("score", runs(9)...), side("score", runs(9)...), `set the rule's "direction"`},
		{"directions that disagree", policy.Policy{Rules: []policy.Rule{{Metric: "score"}}}, Results{side("score", runs(9)...).Benchmarks, map[string]policy.Direction{"score": policy.Lower}},
			Results{side("score", runs(9)...).Benchmarks, map[string]policy.Direction{"score": policy.Higher}}, "the baseline declares score better when lower, the candidate when higher"},
	} {
		t.Run(c.name, func(t *testing.T) {
			report := By(c.policy).Compare(c.baseline, c.candidate)
			var reasons []string
			for _, v := range report.Verdicts {
				if v.Outcome == policy.Invalid {
					assert.True(t, v.Fails)
					reasons = append(reasons, v.Reason)
				}
			}
			require.NotEmpty(t, reasons)
			assert.Contains(t, reasons[0], c.says)
			assert.Equal(t, policy.Invalid, report.Outcome())
			assert.True(t, report.Fails())
		})
	}
}

func TestAddedAndAllowedRemovals(t *testing.T) {
	good := side("p95-ns", runs(20*ms)...)
	v := only(t, byDefault.Compare(Results{}, good))
	assert.Equal(t, policy.Added, v.Outcome)
	assert.False(t, v.Fails)
	v = only(t, byDefault.Compare(side("p50-ns", runs(20*ms)...), good))
	assert.Equal(t, policy.Added, v.Outcome)
	assert.Equal(t, "the baseline does not report p95-ns yet", v.Reason)

	report := By(policy.Policy{OnRemoved: policy.Warn}).Compare(good, Results{})
	assert.Equal(t, policy.OK, only(t, report).Outcome)
	assert.Contains(t, only(t, report).Reason, "the policy allows it")
	assert.False(t, report.Fails())
}
