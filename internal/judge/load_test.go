package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// loaded is a benchmark of six runs of a service under load: the latency and the throughput given, and one more metric.
func loaded(latency, throughput float64, unit string, values ...float64) Results {
	metrics := map[string][]float64{"p95-ns": runs(latency), "req/s": runs(throughput), unit: values}
	return Results{Benchmarks: []Benchmark{{ID: policy.ID{Name: "Serving/case=a/rate=20"}, Requests: 100, Metrics: metrics}}}
}

func always(value float64) []float64 { return []float64{value, value, value, value, value, value} }

func TestASaturatedRateIsJudgedByThroughput(t *testing.T) {
	latency, throughput := policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10},
		policy.Rule{Metric: "req/s", MaxRegressionPercent: 10}
	kept, fell := always(0), always(1)
	for _, c := range []struct {
		name                string
		rules               []policy.Rule
		baseline, candidate []float64 // saturated
		slower              float64   // the candidate's throughput, in parts of the baseline's
		latency, throughput policy.Outcome
	}{
		{"both keep up: by both", []policy.Rule{latency, throughput}, kept, kept, 1, policy.Regressed, policy.OK},
		{"both fall behind: by throughput", []policy.Rule{latency, throughput}, fell, fell, 1, policy.OK, policy.OK},
		{"both fall behind, the candidate further", []policy.Rule{latency, throughput}, fell, fell, 0.5, policy.OK, policy.Regressed},
		{"only the candidate does: by both", []policy.Rule{latency, throughput}, kept, fell, 1, policy.Regressed, policy.OK},
		{"only the baseline did: by both", []policy.Rule{latency, throughput}, fell, kept, 1, policy.Regressed, policy.OK},
		{"in half of the runs is enough", []policy.Rule{latency, throughput}, []float64{0, 0, 0, 1, 1, 1}, fell, 1, policy.OK, policy.OK},
		{"in fewer is not", []policy.Rule{latency, throughput}, []float64{0, 0, 0, 0, 1, 1}, fell, 1, policy.Regressed, policy.OK},
		{"both fall behind, and nothing judges throughput: by latency", []policy.Rule{latency}, fell, fell, 1, policy.Regressed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			report := By(policy.Policy{Rules: c.rules}).Compare(loaded(20*ms, 1000, "saturated", c.baseline...),
				loaded(40*ms, 1000*c.slower, "saturated", c.candidate...))
			require.Len(t, report.Verdicts, len(c.rules))
			assert.Equal(t, c.latency, report.Verdicts[0].Outcome, report.Verdicts[0].Reason)
			assert.InDelta(t, 100, report.Verdicts[0].ChangePercent, 0.01, "told, judged or not")
			assert.Equal(t, c.latency == policy.Regressed, report.Verdicts[0].Fails)
			if c.latency == policy.OK {
				assert.Equal(t, policy.Saturated, report.Verdicts[0].Reason.Code)
			}
			if len(c.rules) > 1 {
				assert.Equal(t, c.throughput, report.Verdicts[1].Outcome, report.Verdicts[1].Reason)
			}
		})
	}
}

func TestOnlyThroughputIsJudgedInThePlaceOfLatencies(t *testing.T) {
	latency := policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10}
	for _, c := range []struct {
		unit      string
		direction policy.Direction
		want      policy.Outcome
	}{
		{"req/s", "", policy.OK}, {"tok/s", "", policy.OK}, {"output-tok/min", "", policy.OK}, {"goodput-req/s", "", policy.OK},
		{"goodput-percent", "", policy.OK}, {"max-rate-req/s", "", policy.OK}, {"images/hour", policy.Higher, policy.Regressed},
		{"replies/s", policy.Higher, policy.OK}, {"errors/s", policy.Lower, policy.Regressed}, {"errors/s", "", policy.Regressed},
		{"server-cached-percent", "", policy.Regressed}, {"succeeded", "", policy.Regressed}, {"score", policy.Higher, policy.Regressed},
		{"offered-req/s", "", policy.Regressed}, {"sent-req/s", "", policy.Regressed},
		{"goodput-percent", policy.Lower, policy.Regressed},
	} {
		j := By(policy.Policy{Rules: []policy.Rule{latency, {Metric: c.unit, MaxRegressionPercent: 10, Direction: c.direction}}})
		side := func(ms float64) Results {
			r := loaded(ms*1e6, 1000, c.unit, always(50)...)
			r.Benchmarks[0].Metrics["saturated"] = always(1)
			return r
		}
		v := j.Compare(side(20), side(28)).Verdicts[0]
		assert.Equal(t, c.want, v.Outcome, "%s, %s", c.unit, c.direction)
	}
}

func TestSidesThatWereSentOtherPromptsAreNotCompared(t *testing.T) {
	for _, c := range []struct {
		name                string
		baseline, candidate []float64
		want                policy.Outcome
	}{
		{"the same", always(7e13), always(7e13), policy.OK},
		{"others", always(7e13), always(7e13 + 1), policy.Invalid},
		{"others in one run", always(7e13), append(always(7e13)[1:], 5), policy.Invalid},
		{"not told by the baseline, which is older", nil, always(7e13), policy.OK},
	} {
		v := only(t, byDefault.Compare(loaded(20*ms, 1000, "selection", c.baseline...), loaded(20*ms, 1000, "selection", c.candidate...)))
		assert.Equal(t, c.want, v.Outcome, c.name)
		if c.want == policy.Invalid {
			assert.Equal(t, policy.OtherPrompts, v.Reason.Code, c.name)
			assert.Contains(t, v.Reason.Facts.Selections, 7e13, c.name)
			assert.Equal(t, []policy.Advice{{Do: policy.SamePrompts}}, v.Reason.Advice)
		}
	}
}

// Prompts that were to be new and came from a cache have not been paid for: neither side's times say what they would take.
func TestPromptsThatWereToBeNewAndWereCachedAreNotJudged(t *testing.T) {
	sides := func(cold float64, latency float64, cached ...float64) Results {
		r := loaded(latency, 1000, "cached-percent", cached...)
		r.Benchmarks[0].Metrics["cold"] = always(cold)
		r.Benchmarks[0].Metrics["errors-percent"] = always(0)
		return r
	}
	j := By(policy.Policy{Rules: []policy.Rule{
		{Metric: "p95-ns", MaxRegressionPercent: 10}, {Metric: "req/s", MaxRegressionPercent: 10},
		{Metric: "errors-percent", MaxRegressionPercent: 10, Direction: policy.Lower},
	}})
	for _, c := range []struct {
		name                string
		cold                float64
		baseline, candidate []float64
		want                policy.Outcome // of the latency, which is the half of what it was
	}{
		{"nothing is said of a cache", 1, nil, nil, policy.Improved},
		{"none came from a cache", 1, always(0), always(0), policy.Improved},
		{"what all prompts share, and no more", 1, always(50), always(45), policy.Improved},
		{"most of both", 1, always(51), always(51), policy.Invalid},
		{"of the candidate more", 1, always(0), always(5.5), policy.Invalid},
		{"of the baseline more", 1, always(30), always(24), policy.Invalid},
		{"of the candidate more, where the baseline says nothing", 1, nil, always(90), policy.Invalid},
		{"more in fewer than half of the runs", 1, always(0), []float64{0, 0, 0, 0, 90, 90}, policy.Improved},
		{"where the scenario lets the cache know", 0, always(0), always(97), policy.Improved},
	} {
		t.Run(c.name, func(t *testing.T) {
			report := j.Compare(sides(c.cold, 40*ms, c.baseline...), sides(c.cold, 20*ms, c.candidate...))
			require.Len(t, report.Verdicts, 3)
			v := report.Verdicts[0]
			assert.Equal(t, c.want, v.Outcome, v.Reason)
			assert.Equal(t, policy.OK, report.Verdicts[2].Outcome, "errors are what they are")
			if c.want == policy.Invalid {
				assert.True(t, v.Fails)
				assert.Equal(t, policy.PromptsCached, v.Reason.Code)
				assert.Len(t, v.Reason.Facts.CachedPercent, 2)
				assert.Equal(t, []policy.Advice{{Do: policy.EmptyCaches}}, v.Reason.Advice)
				assert.Equal(t, policy.Invalid, report.Verdicts[1].Outcome, "nor is throughput judged")
			}
		})
	}
}

func TestTwoSweepsWithoutAKneeAreNotCompared(t *testing.T) {
	j := By(policy.Policy{Rules: []policy.Rule{{Metric: "max-rate-req/s", MaxRegressionPercent: 10}}})
	swept := func(rate, out float64) Results {
		metrics := map[string][]float64{"max-rate-req/s": runs(rate), "swept-out": always(out)}
		return Results{Benchmarks: []Benchmark{{ID: policy.ID{Name: "Serving/case=a/sweep"}, Metrics: metrics}}}
	}
	for _, c := range []struct {
		name                string
		baseline, candidate Results
		want                policy.Outcome
	}{
		{"two knees", swept(400, 0), swept(200, 0), policy.Regressed},
		{"one at or above the highest rate, and one below", swept(400, 1), swept(200, 0), policy.Regressed},
		{"the other way", swept(200, 0), swept(400, 1), policy.Improved},
		{"both at or above", swept(400, 1), swept(400, 1), policy.Invalid},
	} {
		v := only(t, j.Compare(c.baseline, c.candidate))
		assert.Equal(t, c.want, v.Outcome, c.name)
		if c.want == policy.Invalid {
			assert.Equal(t, policy.Reason{Code: policy.SweptOut, Advice: []policy.Advice{{Do: policy.RaiseSweep}}}, v.Reason)
		}
	}
}
