package judge

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// A candidate that does less than it was asked for is faster, and is not judged by that, whether a rule speaks of it or none does.
func TestSidesThatAnswerOtherwiseAreNotCompared(t *testing.T) {
	spread := []float64{60, 140, 70, 130, 80, 120} // lengths that a model draws anew in each run
	for _, c := range []struct {
		name, unit          string
		baseline, candidate []float64
		want                policy.Outcome // of the latency, which is the half of what it was
	}{
		{"half fail", "errors-percent", always(0), always(50), policy.Invalid},
		{"half failed before", "errors-percent", always(50), always(0), policy.Improved},
		{"all fail in a third of the runs", "errors-percent", always(0), []float64{0, 100, 0, 0, 100, 0}, policy.Invalid},
		{"as many fail", "errors-percent", always(4), always(5), policy.Improved},
		{"a point more, and a bit", "errors-percent", always(4), always(5.01), policy.Invalid},
		{"the baseline says nothing", "errors-percent", nil, always(50), policy.Improved},
		{"half are empty", "empty-percent", always(0), always(50), policy.Invalid},
		{"one of a hundred is empty", "empty-percent", always(0), always(1), policy.Improved},
		{"half without usage", "no-usage-percent", always(0), always(50), policy.Invalid},
		{"half were without usage", "no-usage-percent", always(50), always(0), policy.Invalid},
		{"all without usage", "no-usage-percent", always(100), always(100), policy.Improved},
		{"a tenth was dropped once", "resent-percent", always(0), always(10), policy.Invalid},
		{"a tenth ends late", "late-end-percent", always(0), always(10), policy.Invalid},
		{"all ended late before", "late-end-percent", always(100), always(0), policy.Improved},
		{"ten times as long", "output-tok/req", always(12), always(120), policy.Invalid},
		{"cut short", "output-tok/req", always(120), always(90), policy.Invalid},
		{"a tenth longer", "output-tok/req", always(100), always(110), policy.Improved},
		{"a tenth shorter, and a bit", "output-tok/req", always(100), always(90), policy.Invalid},
		{"longer by chance", "output-tok/req", spread, times(1.2, spread), policy.Improved},
		{"longer, and not by chance", "output-tok/req", spread, times(3, spread), policy.Invalid},
		{"empty on both sides", "output-tok/req", always(0), always(0), policy.Improved},
		{"empty on one side", "output-tok/req", always(8), always(0), policy.Invalid},
	} {
		t.Run(c.unit+": "+c.name, func(t *testing.T) {
			baseline, candidate := loaded(40*ms, 1000, c.unit, c.baseline...), loaded(20*ms, 1000, c.unit, c.candidate...)
			v := only(t, byDefault.Compare(baseline, candidate))
			require.Equal(t, c.want, v.Outcome, v.Reason)
			if c.want == policy.Invalid {
				assert.True(t, v.Fails)
				assert.Equal(t, policy.OtherReplies, v.Reason.Code)
				assert.Equal(t, []string{c.unit}, v.Reason.Facts.Words)
				assert.Len(t, v.Reason.Facts.Replies, 2)
				assert.Len(t, v.Reason.Advice, 1)
			}
		})
	}
}

// A candidate that fails more and is slower still has regressed. One whose replies are longer has not: they take longer.
func TestASlowerCandidateThatFailsMoreHasRegressed(t *testing.T) {
	for unit, want := range map[string]policy.Outcome{"errors-percent": policy.Regressed, "output-tok/req": policy.Invalid} {
		baseline, candidate := loaded(20*ms, 1000, unit, always(10)...), loaded(40*ms, 1000, unit, always(20)...)
		assert.Equal(t, want, only(t, byDefault.Compare(baseline, candidate)).Outcome, unit)
	}
}

// What a rule judges is judged by that, and by that alone: failures, and what else is a share.
func TestARuleOnFailuresJudgesThem(t *testing.T) {
	for _, unit := range []string{"errors-percent", "empty-percent", "no-usage-percent", "resent-percent", "late-end-percent"} {
		j := By(policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: 10}, {Metric: unit, MinRegression: 1}}})
		for more, want := range map[float64]policy.Outcome{0.5: policy.OK, 50: policy.Regressed} {
			report := j.Compare(loaded(40*ms, 1000, unit, always(0)...), loaded(20*ms, 1000, unit, always(more)...))
			require.Len(t, report.Verdicts, 2)
			assert.Equal(t, policy.Improved, report.Verdicts[0].Outcome)
			assert.Equal(t, want, report.Verdicts[1].Outcome, unit)
			assert.Equal(t, want == policy.Regressed, report.Fails())
		}
	}
	// Few runs in which nearly all fail are beyond a rule by the mean, and not by the median, which is what the rule goes by.
	j := By(policy.Policy{Rules: []policy.Rule{
		{Metric: "p95-ns", MaxRegressionPercent: 10}, {Metric: "errors-percent", MinRegression: 1},
	}})
	few := loaded(20*ms, 1000, "errors-percent", 0, 99, 0, 0, 99, 0)
	report := j.Compare(loaded(40*ms, 1000, "errors-percent", always(0)...), few)
	require.Len(t, report.Verdicts, 2)
	assert.Equal(t, policy.OtherReplies, report.Verdicts[0].Reason.Code)
	assert.True(t, report.Fails())
	assert.ErrorContains(t, policy.Policy{Rules: []policy.Rule{{Metric: "output-tok/req"}}}.Validate(), "output-tok/req")
}

// service is a simulated one under load: so much of its requests is resent, and its replies are of so many tokens in the mean. Its
// times have that standard deviation from round to round.
type service struct{ resent, tokens, noise float64 }

// round is one of 60 requests.
func (s service) round(r *rand.Rand) Run {
	const requests = 60
	resent, tokens := 0.0, 0.0
	for range requests {
		if r.Float64() < s.resent {
			resent++
		}
		tokens += s.tokens * 2 * r.Float64()
	}
	return Run{Requests: requests, Values: map[string]float64{
		"p95-ns":         20 * ms * math.Exp(s.noise*r.NormFloat64()),
		"resent-percent": 100 * resent / requests, "output-tok/req": tokens / requests,
	}}
}

// refused is how many of the gates on two services find that they answer otherwise, over all looks. Times that are steady settle
// at the first, and times that are not keep a gate going up to the last.
func refused(baseline, candidate service, gates int) (n int) {
	r := rand.New(rand.NewPCG(7, 11))
	first, plan := side("p95-ns", 20*ms), byDefault.Plan(1)
	for range gates {
		s := byDefault.Sequence(byDefault.Pairs(first, first)[0], plan, Declared{})
		for !s.Settled() {
			s.Add(Round{Baseline: baseline.round(r), Candidate: candidate.round(r)})
			s.Look(false)
		}
		if s.Verdicts()[0].Reason.Code == policy.OtherReplies {
			n++
		}
	}
	return n
}

// Of 8 rounds of 60 requests, of which 1 % is resent, the sides differ by over 1 point in every eighth gate, by chance.
func TestServicesThatAreAlikeAreCompared(t *testing.T) {
	const gates = 300
	for _, noise := range []float64{0.01, 0.3} {
		for _, resent := range []float64{0, 0.01, 0.03, 0.2} {
			s := service{resent, 100, noise}
			assert.LessOrEqual(t, refused(s, s, gates), gates/20, "%v", s)
		}
	}
}

func TestServicesThatAnswerOtherwiseAreNotCompared(t *testing.T) {
	const gates = 60
	for _, noise := range []float64{0.01, 0.3} {
		for _, c := range []struct{ baseline, candidate service }{
			{service{0, 100, noise}, service{0.1, 100, noise}}, {service{0.01, 100, noise}, service{0.04, 100, noise}},
			{service{0.5, 100, noise}, service{0.6, 100, noise}}, {service{0, 100, noise}, service{0, 120, noise}},
			{service{0, 120, noise}, service{0, 100, noise}},
		} {
			assert.GreaterOrEqual(t, refused(c.baseline, c.candidate, gates), gates*95/100, "%v", c)
		}
	}
}

// Requests that are dropped together make few rounds bad, which no interval of the rounds tells from chance.
func TestFewRoundsInWhichManyAreDroppedAreNotOverlooked(t *testing.T) {
	look := policy.Look{Alpha: 0.01, Last: true, Paired: true}
	baseline := side("p95-ns", repeat(12, 40*ms)...)
	candidate := side("p95-ns", repeat(12, 20*ms)...)
	baseline.Benchmarks[0].Metrics["resent-percent"] = repeat(12, 0)
	candidate.Benchmarks[0].Metrics["resent-percent"] = append(repeat(11, 0), 25)
	v := byDefault.verdicts(byDefault.Pairs(baseline, candidate)[0], nil, nil, look)[0]
	assert.Equal(t, policy.OtherReplies, v.Reason.Code)
}

// As long as it may be chance by which sides differ, nothing is settled that rests on their being alike.
func TestSidesThatMayDifferByChanceAreMeasuredOn(t *testing.T) {
	few, drawn := []float64{5, 0, 3, 2, 0, 3}, []float64{90, 150, 140, 80, 120, 150}
	for _, c := range []struct {
		name, unit          string
		baseline, candidate []float64
		slower              float64
		open, last          policy.Outcome
	}{
		{"resent, perhaps", "resent-percent", always(1), few, 0.5, policy.Unsettled, policy.Improved},
		{"resent, perhaps, and slower", "resent-percent", always(1), few, 2, policy.Regressed, policy.Regressed},
		{"longer, perhaps", "output-tok/req", always(100), drawn, 0.5, policy.Unsettled, policy.Improved},
		{"longer, perhaps, and slower", "output-tok/req", always(100), drawn, 2, policy.Unsettled, policy.Regressed},
	} {
		pair := byDefault.Pairs(loaded(40*ms, 1000, c.unit, c.baseline...), loaded(c.slower*40*ms, 1000, c.unit, c.candidate...))[0]
		for last, want := range map[bool]policy.Outcome{false: c.open, true: c.last} {
			v := byDefault.verdicts(pair, nil, nil, policy.Look{Alpha: 0.05, Miss: 0.05, Last: last, Paired: true})[0]
			assert.Equal(t, want, v.Outcome, "%s, the last look: %v", c.name, last)
		}
	}
}
