package judge

import (
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
