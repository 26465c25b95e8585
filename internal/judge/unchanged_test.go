package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

func TestWhatIsUnchangedIsOKAndTakesNoAlpha(t *testing.T) {
	j := By(policy.Policy{})
	of := func(name string) Benchmark {
		return Benchmark{ID: policy.ID{Name: name}, Requests: 100, Metrics: map[string][]float64{"p95-ns": {5e6}, "p50-ns": {4e6}}}
	}
	both := Results{Benchmarks: []Benchmark{of("A"), of("B"), of("C")}}
	pairs := j.Pairs(both, both)
	require.Equal(t, 3, Family(pairs))
	pairs[0].Unchanged, pairs[2].Unchanged = true, true
	assert.Equal(t, 1, Family(pairs), "B has all of alpha")
	assert.False(t, pairs[0].Measurable())
	assert.True(t, pairs[0].Judged())
	assert.True(t, pairs[1].Measurable())

	verdicts := make([][]policy.Verdict, 3)
	for i, pair := range pairs {
		verdicts[i] = j.Sequence(pair, j.Plan(1), Declared{}).Verdicts()
	}
	assert.Nil(t, verdicts[1], "it is to be measured")
	r := j.Report(pairs, verdicts)
	require.Len(t, r.Verdicts, 2, "one a rule")
	for _, v := range r.Verdicts {
		assert.Equal(t, policy.OK, v.Outcome)
		assert.Equal(t, policy.Reason{Code: policy.Unchanged}, v.Reason)
		assert.False(t, v.Fails)
		assert.Zero(t, v.Baseline.N+v.Candidate.N)
	}
	assert.Empty(t, r.Benchmarks[0].Metrics, "smoke runs compare nothing")
	assert.Len(t, r.Benchmarks, 3)
	assert.Equal(t, policy.OK, r.Outcome())
}

// What one side lacks, or what has failed, is not excused.
func TestUnchangedExcusesNothing(t *testing.T) {
	j := By(policy.Policy{})
	one := Results{Benchmarks: []Benchmark{{ID: policy.ID{Name: "A"}, Metrics: map[string][]float64{"p95-ns": {5e6}}}}}
	pair := j.Pairs(one, Results{})[0]
	pair.Unchanged = true
	v := j.Sequence(pair, j.Plan(1), Declared{}).Verdicts()
	require.Len(t, v, 1)
	assert.Equal(t, policy.BenchmarkRemoved, v[0].Reason.Code)
}
