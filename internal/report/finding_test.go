package report

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

// withoutMarkdown are the findings of documents whose Markdown has no golden file, since other files have all its markup.
var withoutMarkdown = map[string]string{
	"first-added":      "Nothing was compared: the baseline has none of these benchmarks and metrics.",
	"first-error":      "Nothing could be judged.",
	"first-itself":     "Nothing that the benchmarks run or read has changed.",
	"first-unchanged":  "Nothing that the benchmarks run or read has changed.",
	"unchanged-inputs": "MLP could not be judged: p95 of end_to_end is invalid.",
	"unchanged-beside": "Nothing got worse than its limits allow.",
	"itself":           "Identical sides came out alike, as expected.",
	"itself-blind": "Identical sides were to come out ok: the outcome is blind; 1 rule is blind: p95 of MLP was too noisy to see " +
		"a change of 10 %: a change of 48.58 % would have been found.",
	"expected-missed": "The slowdown of 1ms that was planted was not found: the outcome is ok.",
	"counts": "Decode/lora=8 got worse: its allocs/op rose by 1 allocs/op, and the limit is 1 allocs/op. " +
		"Another rule fails too.",
	"improved": "Nothing got worse than its limits allow, and MLP got better: its throughput rose by 30.35 %.",
	"waiting":  "It cannot be told whether MLP got slower: its p95 rose by 20.00 %, too noisily to be sure.",
	"whole-runs": "Nothing was seen to get worse than its limits allow; 1 rule is blind: time/op of Sort was too noisy to see " +
		"a change of 10 %: a change of 55.00 % would have been found.",
}

func TestFindings(t *testing.T) {
	for name, finding := range withoutMarkdown {
		assert.Equal(t, finding, documents[name]().finding(), name)
	}
	assert.Equal(t, "There was nothing to judge.", Document{}.finding())
}

func TestTheSameNumbersEverywhere(t *testing.T) {
	d := documents["duet"]()
	page := strings.NewReplacer("&#43;", "+", "\u00a0", " ").Replace(pageOf(t, d))
	for _, s := range []string{"+19.96", "+17.56 % to +22.44 %", "-16.69", "14.66 %"} {
		for form, text := range map[string]string{"text": d.Text(), "markdown": d.Markdown(), "page": page} {
			assert.Contains(t, text, s, form)
		}
	}
	assert.Contains(t, Twins{}.Line(d.Report.Verdicts[0]), "regressed: MLP p95-ns: +19.96 % (p=0.008 over 8 rounds): ")
	assert.Equal(t, policy.IntervalBeyond, d.Report.Verdicts[0].Reason.Code)
}

func TestColoursChangeNoText(t *testing.T) {
	codes := regexp.MustCompile("\x1b\\[\\d+m")
	for name, document := range documents {
		d := document()
		coloured := d.Coloured()
		assert.Equal(t, d.Text(), codes.ReplaceAllString(coloured, ""), name)
		assert.Regexp(t, codes, coloured, name)
	}
	assert.Contains(t, documents["duet"]().Coloured(), "  status     \x1b[31mREGRESSED\x1b[0m: ")
	assert.Contains(t, documents["ok"]().Coloured(), "\x1b[1m\x1b[32mPASS\x1b[0m: 1 ok")
}

func TestThePolicyShownIsThePolicyApplied(t *testing.T) {
	p := five
	p.Rules = append(p.Rules, policy.Rule{Metric: "allocs/op", Benchmark: `<&"`, MinRegression: 1.5, Direction: policy.Lower})
	applied := judge.By(p).Compare(results(served("A", 8*ms, 0.01)), results(served("A", 8*ms, 0.01))).Policy
	parsed, err := policy.Parse("shown", []byte(policyText(applied)))
	require.NoError(t, err)
	assert.Equal(t, applied, parsed)
	assert.Empty(t, policyText(policy.Policy{}))
}

func TestBarsPutLimitsInOnePlace(t *testing.T) {
	v := func(limit float64, direction policy.Direction, change, lo, hi float64) policy.Verdict {
		return policy.Verdict{Rule: policy.Rule{MaxRegressionPercent: limit}, Direction: direction, ChangePercent: change,
			Percent: policy.Bounds{Lo: lo, Hi: hi}}
	}
	for _, c := range []struct {
		name string
		v    policy.Verdict
		want *bar
	}{
		{"no change to the limit", v(10, policy.Lower, 5, 0, 10), &bar{Lo: barZero, Hi: barLimit, Width: barLimit - barZero, At: 66}},
		{"another limit, the same place",
			v(2, policy.Lower, 1, 0, 2), &bar{Lo: barZero, Hi: barLimit, Width: barLimit - barZero, At: 66}},
		{"where higher is better, falling is to the right",
			v(10, policy.Higher, -5, -10, 0), &bar{Lo: barZero, Hi: barLimit, Width: barLimit - barZero, At: 66}},
		{"what goes on beyond the picture",
			v(10, policy.Lower, 40, 30, 50), &bar{Lo: barWidth - 1, Hi: barWidth - 1, Width: 1, At: barWidth - 1, Beyond: 1}},
		{"no limit in percent, no picture", v(0, policy.Lower, 5, 0, 10), nil},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, newBar(c.v)) })
	}
}

func TestSummaryOfManyBenchmarks(t *testing.T) {
	d := crowd(6000, 900)
	summary, comment := d.Summary(), d.Markdown()
	checkMarkdown(t, summary)
	assert.Less(t, len(comment), 65_536)
	assert.Equal(t, 900, strings.Count(summary, "| **regressed** |"), "what fails is all there")
	assert.Regexp(t, `Left out here: \d+ of 5100 verdicts\.`, summary)
	assert.Regexp(t, `Left out here: \d+ of 900 verdicts\.`, comment)
}
