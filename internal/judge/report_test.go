package judge

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

func TestAlphaIsSplitOverAllVerdicts(t *testing.T) {
	results := Results{}
	for _, name := range []string{"A", "B", "C", "D", "E"} {
		results.Benchmarks = append(results.Benchmarks, Benchmark{ID: policy.ID{Name: name}, Requests: 100,
			Metrics: map[string][]float64{"p95-ns": runs(20 * ms), "req/s": runs(50)}})
	}
	j := By(policy.Policy{Rules: []policy.Rule{
		{Metric: "p95-ns", MaxRegressionPercent: 10}, {Metric: "req/s", MaxRegressionPercent: 20},
	}})
	report := j.Compare(results, results)
	require.Len(t, report.Verdicts, 10)
	assert.Equal(t, policy.OK, report.Outcome())
	for _, v := range report.Verdicts {
		assert.InDelta(t, 0.05, v.Alpha, 1e-12, "what is ok by itself is ok among many")
	}
	slow := Results{Benchmarks: slices.Clone(results.Benchmarks)}
	slow.Benchmarks[0].Metrics = map[string][]float64{"p95-ns": runs(30 * ms), "req/s": runs(50)}
	report = j.Compare(results, slow)
	assert.Equal(t, policy.Regressed, report.Verdicts[0].Outcome)
	assert.InDelta(t, 0.005, report.Verdicts[0].Alpha, 1e-12)
}

func TestReportTracksWhatNoRuleJudges(t *testing.T) {
	both := side("p95-ns", runs(20*ms)...)
	both.Benchmarks[0].Metrics["p50-ns"] = runs(10 * ms)
	both.Benchmarks = append(both.Benchmarks, Benchmark{ID: policy.ID{Name: "Other"}, Metrics: map[string][]float64{"MB/s": runs(5)}})
	report := byDefault.Compare(both, both)
	require.Len(t, report.Benchmarks, 2)
	assert.Equal(t, policy.Summary{Median: 10 * ms, N: 6}, report.Benchmarks[0].Metric("p50-ns").Candidate)
	assert.Equal(t, policy.Metric{Unit: "req/s"}, report.Benchmarks[0].Metric("req/s"))
	assert.False(t, report.Benchmarks[1].Judged)
}

func TestWhatSomeRunsLackIsReportedWhereItIsJudged(t *testing.T) {
	both := side("p95-ns", runs(20*ms)...)
	both.Benchmarks[0].Metrics["delta"] = []float64{4, 4}
	report := byDefault.Compare(both, both)
	assert.Equal(t, policy.Metric{Unit: "delta"}, report.Benchmarks[0].Metric("delta"), "four of six were left out")
	judged := By(policy.Policy{Rules: []policy.Rule{{Metric: "delta", Direction: policy.Lower}}}).Compare(both, both)
	assert.Equal(t, 2, judged.Benchmarks[0].Metric("delta").Candidate.N)
	assert.Equal(t, policy.InSomeRuns, judged.Verdicts[0].Reason.Code)
}

func TestAJudgeNeedsWhatItJudgesByAndWhatSaysHow(t *testing.T) {
	j := By(policy.Policy{Rules: []policy.Rule{{Metric: "score", Benchmark: "Chat"}, {Metric: "p95-ns", Stage: "model"}}})
	for unit, needed := range map[string]bool{
		"score": true, "p95-model-ns": true, "ns/op": true, "p50-ns": true, "p99.9-x-ns": true, "selection": true, "saturated": true,
		"swept-out": true, "cold": true, "cached-percent": true, "output-tok/req": true, "delta": false, "B/op": false, "MB/s": false,
	} {
		assert.Equal(t, needed, j.Needs(unit), unit)
	}
	for _, unit := range shareUnits {
		assert.True(t, j.Needs(unit), unit)
	}
	assert.True(t, byDefault.Needs("B/op"))
}

func TestPairsJudgedElsewhereHaveTheirShareOfAlphaAndNoVerdict(t *testing.T) {
	both := side("p95-ns", runs(20*ms)...)
	other := both.Benchmarks[0]
	other.Name = "Other"
	both.Benchmarks = append(both.Benchmarks, other)
	j := By(policy.Policy{Rules: []policy.Rule{
		{Metric: "p95-ns", MaxRegressionPercent: 10}, {Metric: "p95-ns", Benchmark: "Other", MaxRegressionPercent: 20},
	}})
	pairs := j.Pairs(both, both)
	var found [][]policy.Verdict
	for _, pair := range pairs {
		found = append(found, j.verdicts(pair, nil, nil, policy.Look{Alpha: 0.05 / float64(Family(pairs)), Last: true}))
	}

	whole := j.Report(pairs, found)
	pairs[1].Elsewhere = true
	part := j.Report(pairs, found)
	assert.Equal(t, whole.Verdicts[:1], part.Verdicts, "the rule for the other matches something, and alpha is as it was")
	assert.Equal(t, 1, part.Elsewhere)
	assert.Len(t, part.Benchmarks, 1)

	pairs[0].Elsewhere = true
	none := j.Report(pairs, found)
	assert.Empty(t, none.Verdicts)
	assert.False(t, none.Fails())
	assert.Equal(t, policy.OK, none.Outcome())
	assert.True(t, j.Report(nil, nil).Fails(), "nothing to judge anywhere is no pass")
}
