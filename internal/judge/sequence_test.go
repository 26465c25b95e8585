package judge

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// twoRules settle at different looks.
var twoRules = By(policy.Policy{
	Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: 10}, {Metric: "req/s", MaxRegressionPercent: 30}},
})

func begun(t *testing.T) *Sequence {
	t.Helper()
	found := side("p95-ns", 1)
	found.Benchmarks[0].Metrics["req/s"] = []float64{1}
	pairs := twoRules.Pairs(found, found)
	return twoRules.Sequence(pairs[0], twoRules.Plan(Family(pairs)), Declared{})
}

// randomRound is a round whose candidate is slower by a factor, up to noise.
func randomRound(r *rand.Rand, slower, noise float64) Round {
	run := func(latency float64) Run {
		latency *= math.Exp(noise * r.NormFloat64())
		return Run{Requests: 60, Values: map[string]float64{"p95-ns": math.Round(latency), "req/s": 1e9 / latency}}
	}
	return Round{Baseline: run(20 * ms), Candidate: run(20 * ms * slower)}
}

// TestSequenceKeepsTheFirstOutcomeThatSettles compares with judging all rounds anew at each look of the plan.
func TestSequenceKeepsTheFirstOutcomeThatSettles(t *testing.T) {
	seen := map[policy.Outcome]int{}
	apart := 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 15))
		slower, s := []float64{1, 1.08, 1.12, 1.2, 0.8}[seed%5], begun(t)
		var rounds []Round
		want := make([]policy.Verdict, 2)
		for !s.Settled() {
			rounds = append(rounds, randomRound(r, slower, 0.1))
			s.Add(rounds[len(rounds)-1])
			look, planned := twoRules.Plan(2).look(len(rounds))
			require.Equal(t, planned, s.Look(false))
			if !planned {
				continue
			}
			for i, v := range judgedAnew(rounds, look) {
				if want[i].Outcome == policy.Unsettled {
					want[i] = v
				}
			}
			assert.Equal(t, want, s.Verdicts())
		}
		assert.Equal(t, len(rounds), s.Rounds())
		looks, spent := s.Looks()
		assert.False(t, spent)
		assert.Equal(t, len(rounds), looks[len(looks)-1])
		for i, v := range s.Verdicts() {
			seen[v.Outcome]++
			course := s.Course(i)
			assert.Equal(t, v, course[len(course)-1])
			for _, before := range course[:len(course)-1] {
				assert.Equal(t, policy.Unsettled, before.Outcome)
			}
		}
		if s.Verdicts()[0].Baseline.N != s.Verdicts()[1].Baseline.N {
			apart++
		}
	}
	assert.Greater(t, min(seen[policy.OK], seen[policy.Regressed], seen[policy.Improved]), 5, "%v", seen)
	assert.Greater(t, apart, 10, "the rules settle at different looks")
}

func judgedAnew(rounds []Round, look policy.Look) []policy.Verdict {
	var sides [2]Results
	for i := range sides {
		b := side("p95-ns").Benchmarks[0]
		b.Requests, b.Metrics = 60, map[string][]float64{}
		for _, round := range rounds {
			for unit, value := range [2]Run{round.Baseline, round.Candidate}[i].Values {
				b.Metrics[unit] = append(b.Metrics[unit], value)
			}
		}
		sides[i].Benchmarks = []Benchmark{b}
	}
	return twoRules.verdicts(twoRules.Pairs(sides[0], sides[1])[0], nil, nil, look)
}

func TestSequenceWhoseBudgetIsSpentSettles(t *testing.T) {
	r, s := rand.New(rand.NewPCG(1, 1)), begun(t)
	for range 9 {
		s.Add(randomRound(r, 1.12, 0.3))
	}
	assert.False(t, s.Look(false), "the plan has no look after 9 rounds")
	assert.Nil(t, s.Verdicts())
	assert.False(t, s.Settled())
	assert.True(t, s.Look(true))
	assert.True(t, s.Settled())
	looks, spent := s.Looks()
	assert.Equal(t, []int{9}, looks)
	assert.True(t, spent)
	assert.Equal(t, twoRules.Plan(2).Final(9).Alpha, s.Verdicts()[0].Alpha)
}

// The budget may be spent on a launch after a look that settled nothing: what that look had is not spent again.
func TestSequenceThatWasLookedAtBeforeTheBudgetIsSpent(t *testing.T) {
	s := begun(t)
	for i := range 8 { // 12 % more, and less once
		slower := 1.12
		if i == 0 {
			slower = 0.99
		}
		run := func(latency float64) Run {
			return Run{Requests: 60, Values: map[string]float64{"p95-ns": latency, "req/s": 1e9 / latency}}
		}
		s.Add(Round{Baseline: run(1e9), Candidate: run(1e9 * slower)})
	}
	plan := twoRules.Plan(2)
	require.True(t, s.Look(false))
	require.False(t, s.Settled())
	require.True(t, s.Look(true))
	assert.True(t, s.Settled())
	looks, spent := s.Looks()
	assert.Equal(t, []int{8, 8}, looks)
	assert.True(t, spent)
	first, planned := plan.look(8)
	require.True(t, planned)
	rest := s.Verdicts()[0].Alpha
	assert.Equal(t, plan.again(8).Alpha, rest)
	assert.Less(t, rest, plan.Final(8).Alpha)
	assert.LessOrEqual(t, first.Alpha+rest, 2*twoRules.Policy().Alpha/2+1e-12, "of the share of one of two verdicts, of both tails")
}

func TestSequenceThatFailsIsInvalid(t *testing.T) {
	for _, rounds := range []int{0, 3, 8} {
		r, s := rand.New(rand.NewPCG(1, 1)), begun(t)
		for range rounds {
			s.Add(randomRound(r, 1, 0.01))
			s.Look(false)
		}
		why := policy.Reason{Code: policy.SmallBudget, Facts: policy.Facts{Need: 8}, Advice: []policy.Advice{{Do: policy.ShortenWork}}}
		s.Fail(why)
		assert.True(t, s.Settled())
		for _, v := range s.Verdicts() {
			assert.Equal(t, policy.Invalid, v.Outcome)
			assert.Equal(t, why, v.Reason)
		}
		assert.Len(t, s.Pair().Baseline.Metrics["p95-ns"], rounds, "what was measured is kept, and smoke runs are not taken for it")
		assert.Nil(t, s.Course(0))
	}
}

func TestSequenceOfWhatOneSideLacksIsSettledAtOnce(t *testing.T) {
	pairs := byDefault.Pairs(Results{}, side("p95-ns", 1))
	s := byDefault.Sequence(pairs[0], byDefault.Plan(1), Declared{})
	assert.True(t, s.Settled())
	assert.Equal(t, policy.Added, s.Verdicts()[0].Outcome)

	why := policy.Reason{Code: policy.UncommittedInput}
	s.Fail(why)
	assert.Equal(t, policy.Invalid, s.Verdicts()[0].Outcome, "it may be new for want of what the baseline lacks")
	assert.Equal(t, why, s.Verdicts()[0].Reason)
	removed := byDefault.Sequence(byDefault.Pairs(side("p95-ns", 1), Results{})[0], byDefault.Plan(1), Declared{})
	removed.Fail(why)
	assert.Equal(t, policy.BenchmarkRemoved, removed.Verdicts()[0].Reason.Code)
}

func TestSequenceCountsTheFewestRequests(t *testing.T) {
	s := begun(t)
	for _, requests := range []int{100, 59, 80} {
		r := Run{Requests: requests, Values: map[string]float64{"p95-ns": ms, "req/s": 1000}}
		s.Add(Round{Baseline: r, Candidate: r})
	}
	assert.Equal(t, 59, s.Pair().Baseline.Requests)
}
