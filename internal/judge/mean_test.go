package judge

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// plainPair is a plain benchmark of n rounds, whose candidate is slower by these factors: by most turns, and by the mean.
func plainPair(j Judge, n int, most, mean float64) Pair {
	of := func(most, mean float64) Benchmark {
		same := func(v float64) []float64 {
			values := slices.Repeat([]float64{v}, n)
			values[0] *= 1.001
			return values
		}
		return Benchmark{ID: policy.ID{Name: "X"}, Metrics: map[string][]float64{"ns/op": same(most), MeanUnit: same(mean)}}
	}
	return j.Pairs(Results{Benchmarks: []Benchmark{of(100, 120)}},
		Results{Benchmarks: []Benchmark{of(100*most, 120*mean)}})[0]
}

func TestTheMeanIsNotOverlooked(t *testing.T) {
	j := By(policy.Policy{})
	look := policy.Look{Alpha: 0.05, Miss: 0.05, Paired: true}
	last := look
	last.Last = true
	for _, c := range []struct {
		name       string
		most, mean float64
		look       policy.Look
		outcome    policy.Outcome
		code       policy.Code
	}{
		{"alike", 1, 1, look, policy.OK, policy.IntervalWithin},
		{"few turns are slower, by less than is tolerated", 1, 1.0999, look, policy.OK, policy.IntervalWithin},
		{"few turns are slower", 1, 1.101, look, policy.Unsettled, ""},
		{"few turns are slower, at the end", 1, 1.101, last, policy.Inconclusive, policy.MeanBeyond},
		{"few turns are, and most are quicker", 0.8, 1.3, last, policy.Inconclusive, policy.MeanBeyond},
		{"all turns are slower", 1.2, 1.3, look, policy.Regressed, policy.IntervalBeyond},
		{"few turns are quicker", 1, 0.5, last, policy.OK, policy.IntervalWithin},
	} {
		v := j.verdicts(plainPair(j, 12, c.most, c.mean), nil, nil, c.look)[0]
		assert.Equal(t, c.outcome, v.Outcome, c.name)
		assert.Equal(t, c.code, v.Reason.Code, c.name)
		assert.Equal(t, c.outcome == policy.Regressed || c.outcome == policy.Inconclusive, v.Fails, c.name)
		assert.InDelta(t, 100*(c.most-1), v.ChangePercent, 1e-9, "%s: what is judged is most turns", c.name)
		if c.code == policy.MeanBeyond {
			assert.InDelta(t, 100*(c.mean-1), v.Reason.Facts.MeanPercent, 1e-9, c.name)
		}
	}
}

// What fewer than half of the rounds have no test of rounds sees: it is not ok all the same.
func TestTheMeanOfAllRoundsIsNotOverlooked(t *testing.T) {
	j := By(policy.Policy{})
	pair := plainPair(j, 12, 1, 1)
	pair.Candidate.Metrics[MeanUnit][3] *= 2.3
	v := j.verdicts(pair, nil, nil, policy.Look{Alpha: 0.05, Last: true, Paired: true})[0]
	assert.Equal(t, policy.Blind, v.Outcome)
	assert.Equal(t, policy.MeanBeyond, v.Reason.Code)
	pair.Candidate.Metrics[MeanUnit][3] /= 2
	v = j.verdicts(pair, nil, nil, policy.Look{Alpha: 0.05, Last: true, Paired: true})[0]
	assert.Equal(t, policy.OK, v.Outcome)
}

// A baseline that was held up in one round is no measure of the candidate's mean.
func TestAStallOfTheBaselineHidesNoMean(t *testing.T) {
	j := By(policy.Policy{})
	for n, want := range map[int]policy.Outcome{8: policy.Blind, 12: policy.Inconclusive, 18: policy.Inconclusive} {
		pair := plainPair(j, n, 1, 1.5)
		pair.Baseline.Metrics[MeanUnit][n/2] *= 6
		look := policy.Look{Alpha: 0.05, Miss: 0.05, Paired: true}
		assert.Equal(t, policy.Unsettled, j.verdicts(pair, nil, nil, look)[0].Outcome, "%d rounds", n)
		look.Last = true
		v := j.verdicts(pair, nil, nil, look)[0]
		assert.Equal(t, want, v.Outcome, "%d rounds", n)
		assert.Equal(t, policy.MeanBeyond, v.Reason.Code)
		assert.InDelta(t, 50, v.Reason.Facts.MeanPercent, 1, "%d rounds", n)
	}
}

// MB/s comes from the same turns as ns/op.
func TestTheMeanOfBytesASecondIsNotOverlooked(t *testing.T) {
	j := By(policy.Policy{Rules: []policy.Rule{{Metric: "MB/s", MaxRegressionPercent: 10}}})
	last := policy.Look{Alpha: 0.05, Last: true, Paired: true}
	for slower, want := range map[float64]policy.Outcome{
		1: policy.OK, 1.11: policy.OK, 1.12: policy.Inconclusive, 1.5: policy.Inconclusive,
	} {
		pair := plainPair(j, 12, 1, slower)
		for _, side := range []*Benchmark{pair.Baseline, pair.Candidate} {
			for _, ns := range side.Metrics["ns/op"] {
				side.Metrics["MB/s"] = append(side.Metrics["MB/s"], 64*1e3/ns)
			}
		}
		pair = j.Pairs(Results{Benchmarks: []Benchmark{*pair.Baseline}}, Results{Benchmarks: []Benchmark{*pair.Candidate}})[0]
		v := j.verdicts(pair, nil, nil, last)[0]
		assert.Equal(t, want, v.Outcome, "%v times slower: %v", slower, v.Reason)
		if want != policy.OK {
			assert.InDelta(t, 100*(1/slower-1), v.Reason.Facts.MeanPercent, 1e-6)
		}
	}
}

// A benchmark that records requests reports what it likes; bytes have no such mean.
func TestTheMeanIsOfTurns(t *testing.T) {
	last := policy.Look{Alpha: 0.05, Last: true, Paired: true}
	for _, c := range []struct {
		name, rule string
		also       []string
		want       policy.Outcome
	}{
		{"requests", "ns/op", recorderUnits, policy.OK},
		{"bytes", "B/op", []string{"B/op"}, policy.OK},
		{"a plain benchmark that reports quantiles itself", "ns/op", []string{"p50-ns", "p95-ns", "p99-ns"}, policy.Inconclusive},
	} {
		j := By(policy.Policy{Rules: []policy.Rule{{Metric: c.rule, MaxRegressionPercent: 10}}})
		pair := plainPair(j, 12, 1, 2)
		for _, side := range []*Benchmark{pair.Baseline, pair.Candidate} {
			for _, unit := range c.also {
				side.Metrics[unit] = side.Metrics["ns/op"]
			}
		}
		pair = j.Pairs(Results{Benchmarks: []Benchmark{*pair.Baseline}}, Results{Benchmarks: []Benchmark{*pair.Candidate}})[0]
		assert.Equal(t, c.want, j.verdicts(pair, nil, nil, last)[0].Outcome, c.name)
	}
}

// A policy that lets noise pass does not let pass what nobody measured.
func TestWhatWasNotMeasuredFailsWhateverThePolicySaysOfNoise(t *testing.T) {
	j := By(policy.Policy{OnInconclusive: policy.Warn})
	assert.False(t, j.effect(policy.Verdict{Outcome: policy.Inconclusive, Reason: policy.Reason{Code: policy.TooNoisy}}).Fails)
	assert.True(t, j.effect(policy.Verdict{Outcome: policy.Inconclusive, Reason: policy.Reason{Code: policy.NotMeasured}}).Fails)
}

// However many verdicts share alpha, the fewest rounds that a gate makes suffice to judge.
func TestTheFewestRoundsAreEnoughForPlainBenchmarks(t *testing.T) {
	j := By(policy.Policy{})
	for family := 1; family <= 150; family++ {
		for _, plan := range []Plan{j.Plan(family), j.Plan(family).Linked()} {
			v := j.verdicts(plainPair(j, plan.Fewest(), 1, 1), nil, nil, plan.Final(plan.Fewest()))[0]
			require.Equal(t, policy.OK, v.Outcome, "%d verdicts: %v", family, v.Reason)
		}
	}
}
