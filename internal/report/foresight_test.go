package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

func TestWhatWouldHaveBeenRed(t *testing.T) {
	v := func(unit string, floor, baseline, detectable float64) policy.Verdict {
		return policy.Verdict{ID: policy.ID{Name: "B"}, Unit: unit,
			Rule:      policy.Rule{Metric: unit, MaxRegressionPercent: 10, MinRegression: floor},
			Direction: policy.DirectionOf(unit), Baseline: policy.Summary{Median: baseline, N: 8}, Candidate: policy.Summary{N: 8},
			Paired: true, Detectable: detectable, Outcome: policy.OK}
	}
	saturated := v("p50-ns", 0, 5*ms, 900)
	saturated.Reason.Code = policy.Saturated
	const says = "At the noise of this run, and by its limits, a change for the worse of "
	for _, c := range []struct {
		name     string
		verdicts []policy.Verdict
		want     string
	}{
		{"one rule", []policy.Verdict{v("p95-ns", 0, 5*ms, 12)},
			says + "12.00 % would have been red in p95 of end_to_end of B, with a chance of 0.8 or more."},
		{"the worst of several", []policy.Verdict{v("p95-ns", 0, 5*ms, 12), v("req/s", 0, 200, 13)},
			says + "13.00 % would have been red in every metric judged, with a chance of 0.8 or more; throughput of B needs the most."},
		{"the floor that hides most", []policy.Verdict{v("p50-ns", 0, 5*ms, 12), v("p95-ns", 1*ms, 0.25*ms, 410)},
			says + "410.00 % would have been red in every metric judged, with a chance of 0.8 or more; p95 of end_to_end of B needs the " +
				"most, because of its floor. Where no such floor is it takes 12.00 %."},
		{"not of what gave way to throughput", []policy.Verdict{saturated, v("req/s", 0, 200, 13)},
			says + "13.00 % would have been red in throughput of B, with a chance of 0.8 or more."},
		{"nor of 0, of which there is no percentage", []policy.Verdict{v("allocs/op", 1, 0, math.Inf(1)), v("req/s", 0, 200, 13)},
			says + "13.00 % would have been red in every metric judged that was not 0, with a chance of 0.8 or more; " +
				"throughput of B needs the most."},
		{"nor of a rule that cannot fail", []policy.Verdict{v("req/s", 300, 200, math.Inf(1)), v("p95-ns", 0, 5*ms, 12)},
			says + "12.00 % would have been red in every metric judged whose rule can fail, with a chance of 0.8 or more; " +
				"p95 of end_to_end of B needs the most."},
		{"too few rounds", []policy.Verdict{v("p95-ns", 0, 5*ms, math.Inf(1))},
			"In p95 of end_to_end of B no change would have been red, after so few rounds."},
		{"nothing", []policy.Verdict{{Outcome: policy.Added}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, Document{Report: policy.Report{Verdicts: c.verdicts}}.visible())
		})
	}
}

func TestWhatSawLeastIsTheWorstWhereNothingWasFound(t *testing.T) {
	verdict := func(name string, o policy.Outcome, detectable float64) policy.Verdict {
		return policy.Verdict{ID: policy.ID{Name: name}, Unit: "p95-ns", Outcome: o, Detectable: detectable,
			Rule:     policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10},
			Baseline: policy.Summary{Median: 5 * ms, N: 8}, Candidate: policy.Summary{Median: 5 * ms, N: 8}}
	}
	hidden := verdict("MLPTiny", policy.OK, 410)
	hidden.Rule.MinRegression = 20 * ms
	for _, c := range []struct {
		name     string
		verdicts []policy.Verdict
		want     string // the benchmark
	}{
		{"the largest of several", []policy.Verdict{verdict("MLP", policy.OK, 14.04), verdict("MLPTiny", policy.OK, 12)}, "MLP"},
		{"blind is where nothing was found",
			[]policy.Verdict{verdict("MLP", policy.Blind, 34), verdict("MLPTiny", policy.OK, 12)}, "MLP"},
		{"not what a floor hides, which is no noise", []policy.Verdict{verdict("MLP", policy.OK, 14), hidden}, "MLP"},
		{"not of a change that was seen", []policy.Verdict{
			verdict("MLP", policy.Regressed, 140), verdict("MLPSmall", policy.Improved, 120), verdict("MLPTiny", policy.Inconclusive, 11),
		}, "MLPTiny"},
		{"too few runs for any", []policy.Verdict{verdict("MLP", policy.OK, math.Inf(1))}, "MLP"},
		{"nothing was measured", []policy.Verdict{{Outcome: policy.Invalid, Detectable: 7}}, ""},
		{"no noise", []policy.Verdict{verdict("MLP", policy.OK, 10)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, ok := sawLeast(policy.Report{Verdicts: c.verdicts})
			assert.Equal(t, c.want, v.Name)
			assert.Equal(t, c.want != "", ok)
			assert.Equal(t, ok, UnseenOn("a small machine", policy.Report{Verdicts: c.verdicts}) != "")
			assert.Empty(t, UnseenOn("", policy.Report{Verdicts: c.verdicts}), "on a large machine")
		})
	}
	said := ""
	for _, detectable := range []float64{14.04, math.Inf(1)} {
		r := policy.Report{Verdicts: []policy.Verdict{verdict("MLP", policy.OK, detectable)}}
		said += UnseenOn("a small machine with 2 CPUs", r) + "\n"
	}
	golden(t, "unseen.golden", []byte(said))
}

// What is blind is said in every form, first and in full, whether it passes or not.
func TestBlindIsNeverSilent(t *testing.T) {
	for _, name := range []string{"blind", "blind-failing", "itself-blind", "whole-runs"} {
		d := documents[name]()
		for form, text := range map[string]string{"text": d.Text(), "markdown": d.Markdown(), "page": pageOf(t, d)} {
			assert.Regexp(t, `too\s+noisy\s+to\s+see\s+a\s+change\s+of\s+10[\s\x{a0}]%`, text, name, form)
			assert.Regexp(t, `would\s+have\s+been\s+found`, text, name, form)
			assert.Regexp(t, `(PASS|FAIL): \d blind`, text, name, form)
			assert.Regexp(t, `(?i)to\s+settle\s+it:`, text, name, form)
		}
	}
	page := pageOf(t, documents["blind"]())
	assert.Contains(t, page, `data-outcome="blind" class="blind">blind <b>2</b>`)
	assert.Contains(t, page, `<span class="tag blind">blind</span>`)
	assert.Contains(t, documents["blind"]().Coloured(), yellow+"blind"+noColour+": too noisy")
	assert.Equal(t, policy.Blind, documents["blind"]().Outcome())
}
