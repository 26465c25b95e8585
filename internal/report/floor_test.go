package report

import (
	"encoding/json"
	"html"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

// A rule that its floor keeps from failing says so in every form, on its line and in the summary.
func TestEveryFormSaysFromWhereOnARuleFails(t *testing.T) {
	d := documents["floors"]()
	page := strings.ReplaceAll(html.UnescapeString(pageOf(t, d)), "\u00a0", " ")
	const tiny = "MLPTiny: under the floor of 4000 req/s its throughput cannot fail; 2 other rules have such a floor."
	text := strings.Join(strings.Fields(d.Text()), " ")
	assert.Contains(t, text, "under the floor of 1 ms this fails from 4.19 times the baseline on")
	assert.Contains(t, text, "under the floor of 80 req/s this fails from 40 % less than the baseline on")
	assert.Contains(t, text, "floor "+tiny+" PASS: 5 ok")
	assert.Contains(t, d.Markdown(), "| 10 %, 1 ms: fails from 4.19 times the baseline on |")
	assert.Contains(t, d.Markdown(), "- "+tiny)
	assert.Contains(t, page, "Under the floor of 1 ms this fails from 4.19 times the baseline on.")
	assert.Contains(t, page, "<small>fails from 40 % less than the baseline on</small>")
	assert.Contains(t, page, tiny)
	assert.Contains(t, Twins{}.Line(d.Report.Verdicts[3]), "limit; under the floor of 1 ms this fails from 4.19 times the baseline on")

	var percents []any
	for _, v := range decoded(t, d)["verdicts"].([]any) {
		percents = append(percents, v.(map[string]any)["red_from_percent"])
	}
	assert.Equal(t, []any{
		json.Number("10"), json.Number("17.857142857142858"), json.Number("40"), json.Number("318.8775510204081"), nil,
	}, percents)
}

func TestUnderFloor(t *testing.T) {
	v := func(unit string, limit, floor, baseline float64) policy.Verdict {
		return policy.Verdict{Unit: unit, Rule: policy.Rule{Metric: unit, MaxRegressionPercent: limit, MinRegression: floor},
			Direction: policy.DirectionOf(unit), Baseline: policy.Summary{Median: baseline, N: 8}}
	}
	for _, c := range []struct {
		name string
		v    policy.Verdict
		want string
	}{
		{"the floor is less than twice the limit", v("p95-ns", 10, 1*ms, 5.1*ms), ""},
		{"twice", v("p95-ns", 10, 1*ms, 5*ms), "under the floor of 1 ms this fails from 1.2 times the baseline on"},
		{"a request of a microsecond", v("p95-ns", 10, 1*ms, 1000), "under the floor of 1 ms this fails from 1001 times the baseline on"},
		{"a tenth of a microsecond", v("p95-ns", 10, 1*ms, 100), "under the floor of 1 ms this fails from 10001 times the baseline on"},
		{"a rate", v("req/s", 10, 30, 100), "under the floor of 30 req/s this fails from 30 % less than the baseline on"},
		{"all of a rate", v("req/s", 10, 100, 100), "under the floor of 100 req/s this cannot fail"},
		{"a limit that no rate can break", v("req/s", 150, 0, 100),
			"this cannot fail, because it is better when higher: it falls by 100 % at most"},
		{"no percentage of 0", v("allocs/op", 10, 1, 0), ""},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, underFloor(c.v, "this")) })
	}
	gaveWay := v("p95-ns", 10, 1*ms, 1*ms)
	gaveWay.Reason.Code = policy.Saturated
	assert.Empty(t, underFloor(gaveWay, "this"), "its throughput is judged")
}

// A rule on CPU time says that waiting is not in it, in every line and cell that shows its limits, and in the log.
func TestCPUTimeHasNoWaitingInIt(t *testing.T) {
	v := policy.Verdict{
		ID: policy.ID{Name: "MLP"}, Unit: "cpu-ns", Direction: policy.Lower, Outcome: policy.OK,
		Rule:     policy.Rule{Metric: "cpu-ns", MaxRegressionPercent: 10},
		Baseline: policy.Summary{Median: 1e6, N: 8}, Candidate: policy.Summary{Median: 1e6, N: 8},
	}
	for _, said := range []string{limitsOf(v), cellLimits(v), Twins{}.Line(v)} {
		assert.Contains(t, said, "is not in it")
	}
	v.Rule.MinRegression = 5e6
	assert.Contains(t, limitsOf(v), "6 times the baseline on; waiting")
	v.Unit, v.Rule.Metric = "p95-ns", "p95-ns"
	assert.NotContains(t, limitsOf(v)+cellLimits(v)+Twins{}.Line(v), "is not in it")
}
