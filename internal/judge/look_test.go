package judge

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

// What drifts hits both sides of a round alike, and cancels: these are two heaps that overlap, and a clear change.
func TestRoundsAreJudgedInPairs(t *testing.T) {
	var baseline, candidate []float64
	for i := range 8 {
		baseline = append(baseline, 20*ms*math.Pow(1.2, float64(i)))
		candidate = append(candidate, 23*ms*math.Pow(1.2, float64(i))+float64(i))
	}
	b, c := side("p95-ns", baseline...), side("p95-ns", candidate...)
	v := byDefault.verdicts(byDefault.Pairs(b, c)[0], nil, nil, policy.Look{Alpha: 0.03, Paired: true})[0]
	assert.Equal(t, policy.Regressed, v.Outcome, v.Reason)
	assert.InDelta(t, 15, v.ChangePercent, 0.001)
	assert.InDelta(t, 2.0/256, v.P, 1e-12)
	assert.True(t, v.Paired)
	assert.Equal(t, policy.Blind, only(t, byDefault.Compare(b, c)).Outcome, "as heaps they cannot be told apart")
	v = byDefault.verdicts(byDefault.Pairs(c, b)[0], nil, nil, policy.Look{Alpha: 0.03, Paired: true})[0]
	assert.Equal(t, policy.Improved, v.Outcome, v.Reason)
}

func TestRoundsThatCannotSettleAnything(t *testing.T) {
	judge := func(baseline, candidate int, look policy.Look) policy.Verdict {
		b, c := side("p95-ns", repeat(baseline, 20*ms)...), side("p95-ns", repeat(candidate, 30*ms)...)
		return byDefault.verdicts(byDefault.Pairs(b, c)[0], nil, nil, look)[0]
	}
	plan := byDefault.Plan(1)
	assert.Equal(t, policy.Unsettled, judge(4, 4, policy.Look{Paired: true}).Outcome)
	v := judge(4, 4, plan.Final(4))
	assert.Equal(t, policy.Invalid, v.Outcome)
	assert.Equal(t, policy.FewRounds, v.Reason.Code)
	assert.Equal(t, 4, v.Reason.Facts.Have)
	assert.Zero(t, v.Reason.Facts.Need, "the plan has no alpha for so few")
	assert.Equal(t, 8, plan.Fewest(), "there is no look before")
	assert.Equal(t, 14, byDefault.Plan(500).Fewest(), "the fewest of which all can be slower in 1 of 10,000 gates by chance")
	assert.Equal(t, policy.Regressed, judge(5, 5, plan.Final(5)).Outcome)
	v = judge(9, 8, plan.Final(8))
	assert.Equal(t, policy.Invalid, v.Outcome)
	assert.Equal(t, policy.NoPairs, v.Reason.Code)
}

// Beyond by the estimate and not by the interval: at the last look it is red if certainly slower, inconclusive if slower at all,
// and blind if chance may have made that.
func TestLastLookGoesByTheEstimate(t *testing.T) {
	judge := func(look policy.Look, ratios ...float64) policy.Verdict {
		var baseline, candidate []float64
		for _, r := range ratios {
			baseline, candidate = append(baseline, 20*ms), append(candidate, r*20*ms)
		}
		b, c := side("p95-ns", baseline...), side("p95-ns", candidate...)
		return byDefault.verdicts(byDefault.Pairs(b, c)[0], nil, nil, look)[0]
	}
	slower := []float64{1.05, 1.08, 1.11, 1.12, 1.13, 1.14, 1.15, 1.16}
	certain, unsure := append(slower, 1.05, 1.08, 1.12, 1.13), []float64{0.7, 0.8, 1.05, 1.12, 1.2, 1.3, 1.4, 1.5}
	look := policy.Look{Alpha: 0.03, Paired: true}
	for _, c := range []struct {
		ratios []float64
		want   policy.Outcome
	}{{certain, policy.Regressed}, {slower, policy.Inconclusive}, {unsure, policy.Blind}} {
		look.Last = false
		assert.Equal(t, policy.Unsettled, judge(look, c.ratios...).Outcome)
		look.Last = true
		assert.Equal(t, c.want, judge(look, c.ratios...).Outcome)
	}
}

func TestThroughputAtALook(t *testing.T) {
	j := By(policy.Policy{Rules: []policy.Rule{{Metric: "req/s", MaxRegressionPercent: 10}}})
	for candidate, want := range map[float64]policy.Outcome{
		900: policy.OK, 899: policy.Regressed, 1000: policy.OK, 1200: policy.Improved, 0: policy.Regressed,
	} {
		b, c := side("req/s", 1000, 1000, 1000, 1000, 1000, 1000),
			side("req/s", candidate, candidate, candidate, candidate, candidate, candidate)
		v := j.verdicts(j.Pairs(b, c)[0], nil, nil, policy.Look{Alpha: 0.0125})[0]
		assert.Equal(t, want, v.Outcome, "%v req/s: %v", candidate, v.Reason)
	}
}

func TestALookSettlesOnlyWhatTheIntervalSettles(t *testing.T) {
	judge := func(baseline, candidate []float64, last bool) policy.Verdict {
		b, c := side("p95-ns", baseline...), side("p95-ns", candidate...)
		pair := byDefault.Pairs(b, c)[0]
		return byDefault.verdicts(pair, nil, nil, policy.Look{Alpha: 0.0125, Last: last})[0]
	}
	wide := []float64{17 * ms, 18 * ms, 20 * ms, 20 * ms, 22 * ms, 23 * ms}
	slower := make([]float64, len(wide))
	for i, x := range wide {
		slower[i] = 1.15 * x
	}
	assert.Equal(t, policy.OK, judge(runs(20*ms), runs(20*ms), false).Outcome)
	assert.Equal(t, policy.Improved, judge(runs(20*ms), runs(15*ms), false).Outcome)
	assert.Equal(t, policy.Regressed, judge(runs(20*ms), runs(23*ms), false).Outcome)
	assert.Equal(t, policy.Unsettled, judge(wide, slower, false).Outcome)
	assert.Equal(t, policy.Blind, judge(wide, slower, true).Outcome)
	constant := func(x float64) []float64 { return []float64{x, x, x, x, x, x} }
	assert.Equal(t, policy.OK, judge(constant(20*ms), constant(22*ms), false).Outcome,
		"exactly +10 percent is within the limit at a look, too")
	assert.Equal(t, policy.Regressed, judge(constant(20*ms), constant(22*ms+1), false).Outcome)
	assert.Equal(t, policy.Regressed, judge(constant(5*ms), constant(6*ms), false).Outcome,
		"exactly +1 ms reaches the floor at a look, too")
	assert.Equal(t, policy.OK, judge(constant(5*ms), constant(6*ms-1), false).Outcome)
	assert.Equal(t, policy.Unsettled, judge(runs(20 * ms)[:3], runs(30 * ms)[:3], false).Outcome)
	assert.Equal(t, policy.Invalid, judge(runs(20 * ms)[:3], runs(30 * ms)[:3], true).Outcome)
}
