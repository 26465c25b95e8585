package judge

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// doubtful is an inconclusive verdict: +20 %, and anything from -4 % to +48.2 % is possible.
func doubtful() policy.Verdict {
	return policy.Verdict{
		Unit: "p95-ns", Rule: policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1 * ms},
		Outcome: policy.Inconclusive, Paired: true,
		Baseline: policy.Summary{Median: 20 * ms, N: 8}, Candidate: policy.Summary{Median: 24 * ms, N: 8},
		ChangePercent: 20, Percent: policy.Bounds{Lo: -4, Hi: 48.2},
	}
}

func TestAdvice(t *testing.T) {
	quiet := policy.Noise{Method: "duet", Rounds: 8, Seconds: 8, Stalls: 0.3, Steal: 0.2, Busy: 55, Load: 1.2}
	served := policy.Measured{ID: policy.ID{Procs: 2}, Noise: quiet, Metrics: []policy.Metric{
		{Unit: "cpu-ns", Baseline: policy.Summary{Median: 19 * ms, N: 8}},
		{Unit: "ns/op", Baseline: policy.Summary{Median: 20 * ms, N: 8}}}}
	with := func(change func(*policy.Noise)) policy.Measured {
		m := served
		change(&m.Noise)
		return m
	}
	verdict := func(change func(*policy.Verdict)) policy.Verdict {
		v := doubtful()
		change(&v)
		return v
	}
	plan := byDefault.Plan(1)
	all := func(ways ...policy.Advice) []policy.Advice { return ways }
	rounds := func(n float64, budget time.Duration) policy.Advice {
		return policy.Advice{Do: policy.MoreRounds, Amount: n, Budget: budget}
	}
	runs := func(n float64) policy.Advice { return policy.Advice{Do: policy.MoreRuns, Amount: n} }
	limit := func(percent float64) policy.Advice { return policy.Advice{Do: policy.WiderLimit, Amount: percent} }
	quieter := func(signs ...policy.Sign) policy.Advice {
		return policy.Advice{Do: policy.QuieterMachine, Signs: signs}
	}
	for _, c := range []struct {
		name string
		v    policy.Verdict
		m    policy.Measured
		want []policy.Advice
		most int
	}{
		{
			"24 % down to 10 % is 2.4^2 times the rounds",
			doubtful(), served,
			all(rounds(47, 50*time.Second), limit(49)), 0,
		},
		{
			"far beyond the limit the interval must only stay beyond it",
			verdict(func(v *policy.Verdict) { v.ChangePercent, v.Percent = 30, policy.Bounds{Lo: -6, Hi: 70} }), served,
			all(rounds(26, 30*time.Second), limit(70)), 0,
		},
		{
			"a floor that is more than the percentage counts",
			verdict(func(v *policy.Verdict) { v.Rule.MinRegression = 3 * ms }), served,
			all(rounds(21, 30*time.Second), limit(49)), 0,
		},
		{
			"without limits any change counts",
			verdict(func(v *policy.Verdict) { v.Rule = policy.Rule{}; v.Percent = policy.Bounds{Lo: -0.1, Hi: 5.01} }), served,
			all(rounds(9, 10*time.Second), limit(5.1)), 0,
		},
		{
			"more than the plan has",
			verdict(func(v *policy.Verdict) { v.Percent.Lo = -8 }), served,
			all(limit(49)), 60,
		},
		{
			"within the limit the interval must come within, too",
			verdict(func(v *policy.Verdict) {
				v.Outcome, v.ChangePercent = policy.Blind, 4
				v.Percent = policy.Bounds{Lo: -40, Hi: 18}
			}),
			served, all(rounds(44, 50*time.Second), limit(18)), 0,
		},
		{
			"lower is worse",
			verdict(func(v *policy.Verdict) {
				v.Direction, v.ChangePercent, v.Percent = policy.Higher, -20, policy.Bounds{Lo: -33.2, Hi: 4}
			}), served,
			all(rounds(47, 50*time.Second), limit(34)), 0,
		},
		{
			"an interval without ends",
			verdict(func(v *policy.Verdict) { v.Percent = policy.Bounds{Lo: math.Inf(-1), Hi: math.Inf(1)} }), served,
			all(rounds(0, 0), limit(0)), 0,
		},
		{
			"no limit is as wide as that",
			verdict(func(v *policy.Verdict) { v.Percent.Hi = 100.1 }), served,
			all(rounds(47, 50*time.Second), limit(0)), 0,
		},
		{
			"nobody knows how long a round takes",
			doubtful(), with(func(n *policy.Noise) { n.Seconds = 0 }),
			all(rounds(47, 0), limit(49)), 0,
		},
		{
			"neighbours",
			doubtful(), with(func(n *policy.Noise) { n.Stalls, n.Steal, n.Busy, n.Load = 2, 3.456, 99, 5.12 }),
			all(rounds(47, 50*time.Second), quieter(
				policy.Sign{Name: "stalls/s", Value: 2}, policy.Sign{Name: "steal-percent", Value: 3.456},
				policy.Sign{Name: "load", Value: 5.12, CPUs: 2},
			), limit(49)), 0,
		},
		{
			"2 stalls in 100 requests, 1 % of steal, a load of the CPUs are not yet",
			doubtful(), with(func(n *policy.Noise) { n.Stalls, n.Steal, n.Busy, n.Load = 1, 1, 99, 2 }),
			all(rounds(47, 50*time.Second), limit(49)), 0,
		},
		{
			"a load from before that is gone",
			doubtful(), with(func(n *policy.Noise) { n.Load = 9 }),
			all(rounds(47, 50*time.Second), limit(49)), 0,
		},
		{
			"whole runs do not show what disturbs them",
			doubtful(), with(func(n *policy.Noise) { n.Method = "whole runs" }),
			all(rounds(47, 50*time.Second), quieter(), limit(49)), 0,
		},
		{
			"saved results",
			verdict(func(v *policy.Verdict) { v.Paired = false }), policy.Measured{},
			all(runs(47), quieter(), limit(49)), 0,
		},
		{
			"saved results that vary wildly",
			verdict(func(v *policy.Verdict) { v.Paired = false; v.Percent = policy.Bounds{Lo: -99, Hi: 999} }), policy.Measured{},
			all(runs(0), quieter(), limit(0)), 0,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			ways, most := advice(c.v, c.m, plan)
			assert.Equal(t, c.want, ways)
			assert.Equal(t, c.most, most)
		})
	}
	ways, _ := advice(verdict(func(v *policy.Verdict) { v.Percent.Lo = -300 }), served, newPlan(stats.Plan{Pairs: []int{2}}))
	assert.Equal(t, 8192.0, ways[0].Amount, "a plan without looks has no last")
}

// What is advised helps: some of such runs are inconclusive, more are blind, and with the rounds advised hardly any are.
func TestAdvisedRoundsSettle(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	plan := byDefault.Plan(1)
	judge := func(rounds int, change float64) (v policy.Verdict, b, c Results) {
		var baseline, candidate []float64
		for range rounds {
			baseline = append(baseline, 20*ms)
			candidate = append(candidate, 20*ms*change*math.Exp(0.2*random.NormFloat64()))
		}
		b, c = side("p95-ns", baseline...), side("p95-ns", candidate...)
		return byDefault.verdicts(byDefault.Pairs(b, c)[0], nil, nil, plan.Final(rounds))[0], b, c
	}
	unsettled := func(v policy.Verdict) bool { return v.Outcome == policy.Inconclusive || v.Outcome == policy.Blind }
	seen, all, advised, again, widened := map[policy.Outcome]int{}, 0, 0, 0, 0
	for i := range 400 {
		change := []float64{1, 1.15}[i%2]
		v, baseline, candidate := judge(12, change)
		if !unsettled(v) {
			continue
		}
		seen[v.Outcome]++
		all++
		if need := needed(v); need <= 60 {
			advised++
			if next, _, _ := judge(int(need), change); unsettled(next) {
				again++
			}
		}
		limit := widerLimit(v)
		if limit == 0 { // none is so wide
			all--
			continue
		}
		p := policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: limit}}}
		look := plan.Final(12)
		look.Last = false
		if j := By(p); j.verdicts(j.Pairs(baseline, candidate)[0], nil, nil, look)[0].Outcome == policy.OK {
			widened++
		}
	}
	assert.Greater(t, min(seen[policy.Inconclusive], seen[policy.Blind]), 30, "%v", seen)
	assert.Less(t, again, advised*2/3, "of %d", advised)
	assert.Greater(t, widened, all*3/4, "of %d: the limit advised settles by the whole interval", all)
}

// Whatever was measured, a reason has no numbers that are none.
func TestAnyVerdictIsExplained(t *testing.T) {
	number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-100, 100),
		rapid.SampledFrom([]float64{
			0, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64,
		}))
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) float64 { return number.Draw(t, name) }
		summary := func() policy.Summary {
			return policy.Summary{Median: draw("median"), N: rapid.IntRange(0, 99).Draw(t, "n")}
		}
		v := policy.Verdict{
			Unit:     rapid.SampledFrom([]string{"p95-ns", "ns/op", "req/s"}).Draw(t, "unit"),
			Outcome:  rapid.SampledFrom([]policy.Outcome{policy.Inconclusive, policy.Blind, policy.Regressed}).Draw(t, "outcome"),
			Rule:     policy.Rule{MaxRegressionPercent: math.Abs(draw("limit")), MinRegression: math.Abs(draw("floor"))},
			Baseline: summary(), Candidate: summary(), Paired: rapid.Bool().Draw(t, "paired"),
			ChangePercent: draw("change"), Percent: policy.Bounds{Lo: draw("lo"), Hi: draw("hi")},
		}
		m := policy.Measured{ID: policy.ID{Procs: rapid.IntRange(0, 9).Draw(t, "procs")}, Noise: policy.Noise{
			Method: "duet", Rounds: rapid.IntRange(0, 99).Draw(t, "rounds"), Seconds: draw("seconds"), Stalls: draw("stalls"),
			Steal: draw("steal"), Busy: draw("busy"), Load: draw("load"),
		}}
		for _, unit := range []string{"cpu-ns", "ns/op"} {
			m.Metrics = append(m.Metrics, policy.Metric{
				Unit: unit, Baseline: summary(), Candidate: summary(), ChangePercent: draw("change of " + unit),
			})
		}
		reason := explain(v, m, byDefault.Plan(1)).Reason
		for _, a := range reason.Advice {
			assert.False(t, math.IsNaN(a.Amount) || math.IsInf(a.Amount, 0) || a.Amount < 0, "%v", a)
			assert.GreaterOrEqual(t, a.Budget, time.Duration(0))
		}
		assert.False(t, math.IsNaN(reason.Facts.CPUPercent) || math.IsInf(reason.Facts.CPUPercent, 0))
		if v.Outcome != policy.Regressed {
			assert.NotEmpty(t, reason.Advice)
		}
	})
}
