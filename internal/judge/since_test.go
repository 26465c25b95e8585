package judge

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// tenPercent has no floor, so that its limit is all there is.
var tenPercent = policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: 10}}}

// anchored is a pair that all three sides have.
func anchored(j Judge) Pair {
	found := side("p95-ns", 1)
	pairs := j.Pairs(found, found)
	Anchored(pairs, found)
	return pairs[0]
}

// gatedSince is the verdict of a gate whose sides take so many times as long as the candidate's, with noise in every launch of
// each.
func gatedSince(j Judge, pair Pair, r *rand.Rand, noise, baseline, anchor float64) policy.Verdict {
	run := func(of float64) Run {
		return Run{Requests: 60, Values: map[string]float64{"p95-ns": 20 * ms * of * math.Exp(noise*r.NormFloat64())}}
	}
	s := j.Sequence(pair, j.Plan(Family([]Pair{pair})), Declared{})
	for !s.Settled() {
		s.Add(Round{Baseline: run(baseline), Candidate: run(1), Anchor: run(anchor)})
		s.Look(false)
	}
	return j.Report([]Pair{s.Pair()}, [][]policy.Verdict{s.Verdicts()}).Verdicts[0]
}

// Ten commits of +2 % each: none regresses. The fifth passes 10 % since the anchor (1.02^5 = 1.104), and so do all that follow.
func TestTenSmallStepsDrift(t *testing.T) {
	j := By(tenPercent)
	pair := anchored(j)
	r := rand.New(rand.NewPCG(19, 2))
	for commit := 1; commit <= 10; commit++ {
		v := gatedSince(j, pair, r, 1e-4, 1/1.02, math.Pow(1.02, -float64(commit)))
		want := policy.OK
		if commit >= 5 {
			want = policy.Drifted
		}
		assert.Equal(t, want, v.Outcome, "commit %d", commit)
		assert.Equal(t, want == policy.Drifted, v.Fails, "commit %d", commit)
		assert.InDelta(t, 2, v.ChangePercent, 0.1, "the verdict's own change is that since the baseline")
		require.NotNil(t, v.Anchor)
		assert.InDelta(t, 100*(math.Pow(1.02, float64(commit))-1), v.Anchor.ChangePercent, 0.1, "commit %d", commit)
		assert.False(t, v.Anchor.Fails, "it is the verdict that fails")
	}
}

// On a machine with 3 % of noise in each launch a step of 2 % is never red since the baseline, and 22 % since the anchor always
// are.
func TestNoisySmallStepsDrift(t *testing.T) {
	j := By(tenPercent)
	pair := anchored(j)
	r := rand.New(rand.NewPCG(19, 3))
	const series = 20
	drifted := [11]int{}
	for range series {
		for commit := 1; commit <= 10; commit++ {
			switch v := gatedSince(j, pair, r, 0.03, 1/1.02, math.Pow(1.02, -float64(commit))); v.Outcome {
			case policy.Drifted:
				drifted[commit]++
			case policy.Regressed:
				t.Errorf("commit %d regressed since the baseline", commit)
			}
		}
	}
	for commit := 1; commit <= 4; commit++ { // up to 8.2 %
		assert.LessOrEqual(t, drifted[commit], 1, "commit %d: %v", commit, drifted)
	}
	assert.GreaterOrEqual(t, drifted[7], series*9/10, "14.9 %% since the anchor: %v", drifted)
	assert.Equal(t, series, drifted[10], "21.9 %% since the anchor: %v", drifted)
}

// Three equal sides are red in at most alpha of all gates, where no change is tolerated: alpha is split over the verdicts of both.
func TestAnAnchorDoesNotAddToFalseAlarms(t *testing.T) {
	j := By(policy.Policy{Alpha: 0.2, Rules: []policy.Rule{{Metric: "p95-ns"}}})
	pair := anchored(j)
	require.Equal(t, 2, Family([]Pair{pair}))
	r := rand.New(rand.NewPCG(19, 4))
	const gates = 150
	red := 0
	for range gates {
		if v := gatedSince(j, pair, r, 0.05, 1, 1); v.Outcome == policy.Regressed || v.Outcome == policy.Drifted {
			red++
		}
	}
	// Of 150 gates with a chance of 0.2 each, more than 46 would be red in 1 of 1000.
	assert.LessOrEqual(t, red, 46)
	assert.Positive(t, red, "it can be red")
}

// The rounds go on until both are settled, and no longer.
func TestRoundsGoOnForTheAnchor(t *testing.T) {
	j := By(tenPercent)
	pair := anchored(j)
	run := func(ns float64) Run { return Run{Requests: 60, Values: map[string]float64{"p95-ns": ns}} }
	s := j.Sequence(pair, j.Plan(Family([]Pair{pair})), Declared{})
	r := rand.New(rand.NewPCG(1, 1))
	for !s.Settled() {
		s.Add(Round{Baseline: run(20 * ms), Candidate: run(20 * ms), Anchor: run(20 * ms / (1 + 0.2*r.Float64()))})
		s.Look(false)
	}
	v := s.Verdicts()[0]
	assert.Equal(t, 8, v.Baseline.N, "settled at the first look")
	assert.Greater(t, v.Anchor.Baseline.N, 8)
	assert.Equal(t, s.Rounds(), v.Anchor.Baseline.N)
}

func TestWhatAVerdictComesToWithItsAnchor(t *testing.T) {
	const ok, improved, blind, inconclusive, regressed, invalid, added, drifted, accepted = policy.OK, policy.Improved, policy.Blind,
		policy.Inconclusive, policy.Regressed, policy.Invalid, policy.Added, policy.Drifted, policy.Accepted
	strict := &policy.AnchorLimits{OnInconclusive: policy.Fail, OnBlind: policy.Fail}
	for _, c := range []struct {
		name          string
		policy        policy.Policy
		limits        *policy.AnchorLimits
		since, anchor policy.Outcome
		want          policy.Outcome
		fails         bool
	}{
		{"ok since both is ok", policy.Policy{}, nil, ok, ok, ok, false},
		{"what crept in has drifted", policy.Policy{}, nil, ok, regressed, drifted, true},
		{"also where it got better since the baseline", policy.Policy{}, nil, improved, regressed, drifted, true},
		{"also where the baseline says nothing", policy.Policy{}, nil, blind, regressed, drifted, true},
		{"also where the baseline lacks it", policy.Policy{}, nil, added, regressed, drifted, true},
		{"a policy may let it pass", policy.Policy{OnDrifted: policy.Warn}, nil, ok, regressed, drifted, false},
		{"a regression since the baseline comes first", policy.Policy{}, nil, regressed, regressed, regressed, true},
		{"also where drifting passes", policy.Policy{OnDrifted: policy.Warn}, nil, regressed, regressed, regressed, true},
		{"what fails otherwise since the baseline comes first", policy.Policy{OnDrifted: policy.Warn}, nil,
			inconclusive, regressed, inconclusive, true},
		{"what is blind and fails comes first", policy.Policy{OnBlind: policy.Fail}, nil, blind, regressed, blind, true},
		{"what is inconclusive and passes does not hide a drift", policy.Policy{OnInconclusive: policy.Warn}, nil,
			inconclusive, regressed, drifted, true},
		{"inconclusive since the anchor is said beside", policy.Policy{}, nil, ok, inconclusive, ok, false},
		{"blind since the anchor is said beside", policy.Policy{OnBlind: policy.Fail}, nil, ok, blind, ok, false},
		{"inconclusive since the anchor fails where the rule says so", policy.Policy{OnInconclusive: policy.Warn}, strict,
			ok, inconclusive, inconclusive, true},
		{"blind since the anchor fails where the rule says so", policy.Policy{}, strict, ok, blind, blind, true},
		{"what the anchor lacks passes", policy.Policy{}, strict, ok, added, ok, false},
		{"better since the anchor passes", policy.Policy{}, strict, ok, improved, ok, false},
		{"what cannot be judged since the anchor is no pass", policy.Policy{}, nil, ok, invalid, invalid, true},
		{"what a trailer accepts has not crept in", policy.Policy{}, strict, accepted, regressed, accepted, false},
		{"a trailer does not accept what cannot be judged since the anchor", policy.Policy{}, nil, accepted, invalid, invalid, true},
		{"nor what is inconclusive since the anchor, where the rule says so", policy.Policy{OnInconclusive: policy.Warn}, strict,
			accepted, inconclusive, inconclusive, true},
		{"nor what is blind since the anchor, where the rule says so", policy.Policy{}, strict, accepted, blind, blind, true},
		{"what is accepted and inconclusive since the anchor is accepted", policy.Policy{}, nil, accepted, inconclusive, accepted, false},
		{"what is accepted and blind since the anchor is accepted", policy.Policy{}, nil, accepted, blind, accepted, false},
		{"what is accepted and the anchor lacks is accepted", policy.Policy{}, strict, accepted, added, accepted, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := By(c.policy)
			v := j.effect(policy.Verdict{Outcome: c.since, Reason: policy.Reason{Code: "own"}, Rule: policy.Rule{Anchor: c.limits}})
			v.Anchor = &policy.Verdict{Outcome: c.anchor}
			got := j.sinceAnchor(v)
			assert.Equal(t, c.want, got.Outcome)
			assert.Equal(t, c.fails, got.Fails)
			assert.Equal(t, policy.Settled{Outcome: c.since, Code: "own"}, got.SinceBaseline(), "what it is since the baseline is kept")
			if c.want == c.since {
				assert.Equal(t, policy.Code("own"), got.Reason.Code)
			} else {
				assert.Equal(t, policy.SinceAnchor, got.Reason.Code)
			}
		})
	}
}

func TestTheLimitsSinceTheAnchorAreTheRulesOrItsOwn(t *testing.T) {
	for _, c := range []struct {
		limits *policy.AnchorLimits
		want   policy.Outcome
	}{{nil, policy.Drifted}, {&policy.AnchorLimits{MaxRegressionPercent: 30}, policy.OK},
		{&policy.AnchorLimits{MaxRegressionPercent: 10, MinRegression: 5 * ms}, policy.OK}} {
		p := tenPercent
		p.Rules = []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: 10, Anchor: c.limits}}
		j := By(p)
		v := gatedSince(j, anchored(j), rand.New(rand.NewPCG(1, 1)), 1e-4, 1, 1/1.2)
		assert.Equal(t, c.want, v.Outcome, "%+v", c.limits)
		assert.Equal(t, 10., v.Rule.MaxRegressionPercent)
	}
}

// What has not changed since the baseline is measured against the anchor alone.
func TestUnchangedSinceTheBaselineMayHaveDrifted(t *testing.T) {
	j := By(tenPercent)
	pair := anchored(j)
	pair.Unchanged = true
	assert.True(t, pair.Measurable())
	assert.Equal(t, 1, Family([]Pair{pair}))
	v := gatedSince(j, pair, rand.New(rand.NewPCG(1, 1)), 1e-4, 1, 1/1.2)
	assert.Equal(t, policy.Drifted, v.Outcome)
	assert.Zero(t, v.Baseline.N)
	assert.Equal(t, 8, v.Anchor.Baseline.N)

	pair.Since.Unchanged = true
	assert.False(t, pair.Measurable())
	s := j.Sequence(pair, j.Plan(1), Declared{})
	require.True(t, s.Settled())
	v = j.Report([]Pair{pair}, [][]policy.Verdict{s.Verdicts()}).Verdicts[0]
	assert.Equal(t, policy.OK, v.Outcome)
	assert.Equal(t, policy.Unchanged, v.Anchor.Reason.Code)
}

func TestABenchmarkThatTheAnchorLacksIsSaid(t *testing.T) {
	j := By(tenPercent)
	found := side("p95-ns", 1)
	pairs := j.Pairs(found, found)
	Anchored(pairs, Results{})
	v := gatedSince(j, pairs[0], rand.New(rand.NewPCG(1, 1)), 1e-4, 1, 1)
	assert.Equal(t, policy.OK, v.Outcome)
	assert.Equal(t, policy.Added, v.Anchor.Outcome)
	assert.Equal(t, policy.NewBenchmark, v.Anchor.Reason.Code)
}

// What fails in the middle fails of what was measured: of what is unchanged since the baseline that is the change since the anchor.
func TestAFailureIsOfWhatWasMeasured(t *testing.T) {
	j := By(tenPercent)
	for _, unchanged := range []bool{false, true} {
		pair := anchored(j)
		pair.Unchanged = unchanged
		s := j.Sequence(pair, j.Plan(2), Declared{})
		why := policy.Reason{Code: policy.Failed, Facts: policy.Facts{Problem: "anchor: it broke"}}
		s.Fail(why)
		require.True(t, s.Settled())
		v := j.Report([]Pair{s.Pair()}, [][]policy.Verdict{s.Verdicts()}).Verdicts[0]
		assert.Equal(t, policy.Invalid, v.Outcome)
		assert.True(t, v.Fails)
		assert.Equal(t, why, v.Anchor.Reason)

		s = j.Sequence(pair, j.Plan(2), Declared{})
		s.Fail(policy.Reason{Code: policy.NotMeasured})
		v = j.Report([]Pair{s.Pair()}, [][]policy.Verdict{s.Verdicts()}).Verdicts[0]
		assert.Equal(t, policy.Inconclusive, v.Anchor.Outcome)
		assert.Equal(t, policy.Inconclusive, v.Outcome)
		assert.True(t, v.Fails, "there was no time for the anchor, and nothing is known of the change since then")
	}
}
