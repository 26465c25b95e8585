package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

func onlyCase(t *testing.T, d Document) rated {
	t.Helper()
	all, left := d.rated()
	require.Len(t, all, 1)
	require.Zero(t, left)
	return all[0]
}

func TestRatesOfACaseAreTogetherAndInOrder(t *testing.T) {
	d := servingIn("multi-lora-small", 200, 40, 120)
	for _, name := range []string{"Serving/case=other/rate=40", "Serving/case=multi-lora-small/rate=40.0", "MLP"} {
		d.Report.Benchmarks = append(d.Report.Benchmarks, policy.Measured{ID: policy.ID{Package: pkg, Name: name, Procs: 2}})
	}
	r := onlyCase(t, d)
	assert.Equal(t, "Serving/case=multi-lora-small", r.Name)
	var rates []float64
	for _, p := range r.points {
		rates = append(rates, p.rate)
		assert.NotEmpty(t, p.of.Metrics, "of a rate that is written in two ways the first stays")
		assert.Len(t, p.verdicts, 3)
		assert.NotNil(t, p.detail)
	}
	assert.Equal(t, []float64{40, 120, 200}, rates)
}

func TestACaseIsShownOnlyWhereItTellsMoreThanItsBenchmarks(t *testing.T) {
	plain := compared(both, results(served("Serve/rate=20", 8*ms, 0.01)), results(served("Serve/rate=20", 8*ms, 0.01)))
	all, _ := plain.rated()
	assert.Empty(t, all, "one rate, and nobody to tell apart")
	assert.Len(t, onlyCase(t, servingIn("multi-lora-gate", 160)).points, 1, "one rate with adapters")
	assert.Len(t, onlyCase(t, compared(both, results(served("Serve/rate=20", 8*ms, 0.01), served("Serve/rate=30", 9*ms, 0.01)),
		results(served("Serve/rate=20", 8*ms, 0.01), served("Serve/rate=30", 9*ms, 0.01)))).points, 2, "two rates of anything")
}

func TestCasesThatFailComeFirst(t *testing.T) {
	good := servingIn("a", 40, 80)
	bad := servingIn("b", 40, 240)
	good.Report.Benchmarks = append(good.Report.Benchmarks, bad.Report.Benchmarks...)
	good.Report.Verdicts = append(good.Report.Verdicts, bad.Report.Verdicts...)
	all, _ := good.rated()
	require.Len(t, all, 2)
	assert.Equal(t, "Serving/case=b", all[0].Name)
}

func TestTooManyRatesAndCasesAreLeftOut(t *testing.T) {
	var d Document
	for i := range mostRates + 5 {
		d.Report.Benchmarks = append(d.Report.Benchmarks, policy.Measured{
			ID: policy.ID{Name: fmt.Sprintf("A/rate=%d", i+1)}, Metrics: []policy.Metric{{Unit: "p50-ns"}},
		})
	}
	r := onlyCase(t, d)
	assert.Len(t, r.points, mostRates)
	assert.Equal(t, 5, r.left)
	for i := range mostCases + 2 {
		for _, rate := range []int{1, 2} {
			d.Report.Benchmarks = append(d.Report.Benchmarks, policy.Measured{
				ID: policy.ID{Name: fmt.Sprintf("B/case=x%dy/rate=%d", i, rate)}, Metrics: []policy.Metric{{Unit: "p50-ns"}},
			})
		}
	}
	all, left := d.rated()
	assert.Len(t, all, mostCases)
	assert.Equal(t, 3, left)
	page := pageOf(t, d)
	assert.Contains(t, page, "Left out here: 5 rates above these.")
	assert.Contains(t, page, "Left out here: 3 cases")
}

func TestTheKneeIsTheFirstRateAtWhichASideFallsBehind(t *testing.T) {
	r := onlyCase(t, servingIn("multi-lora-small", 40, 80, 120, 160, 200, 240, 280))
	assert.Equal(t, 6, r.knee(0), "280 of 260 requests per second")
	assert.Equal(t, 5, r.knee(1), "240 of 235")
	assert.Equal(t, -1, onlyCase(t, servingIn("multi-lora-small", 40, 80)).knee(1))
}

func TestACaseSaysAtWhichRateAndForWhom(t *testing.T) {
	said := func(d Document) string {
		return strings.ReplaceAll(strings.Join(onlyCase(t, d).says(), "\n"), "\u00a0", " ")
	}
	s := service{capacity: 260}
	for _, c := range []struct {
		name string
		got  string
		want string
	}{
		{"some rates fail, and both sides fall behind in the end", said(servingIn("x", 40, 80, 120, 160, 200, 240, 280)),
			`^Rules fail at 160, 200, 240 and 280 req/s, worst at 240 req/s: p50 TTFT \+12\d\.\d\d %, from 2\d\d\.\d to 4\d\d\.\d ms\.
The candidate falls behind from 240 req/s on, the baseline from 280 req/s on\.
At 240 req/s the median TTFT grew most for tier low, \+39\d\.\d % \(\d+\.\d to \d+\.\d ms\), and least for tier (high|middle), \+12\d\.\d %; of adapters most for adapter_12, .*$`},
		{"the candidate alone falls behind", said(servingIn("x", 40, 240)),
			`^Rules fail at 240 req/s, worst .*\nThe candidate falls behind from 240 req/s on, ` +
				`where the baseline keeps up with 240 req/s\.\nAt 240 req/s .*$`},
		{"every rate fails", said(servingIn("x", 200, 220)),
			`^Rules fail at each of its 2 rates, worst at 220 req/s: .*\nBoth sides keep up with 220 req/s\.\n.*$`},
		{"nothing fails", said(compared(servedWell, s.loaded("x", 40, 80), s.loaded("x", 40, 80))),
			`^No rule fails at any of its 2 rates\.
Both sides keep up with 80 req/s\.$`},
		{"nothing fails, and so nobody is named",
			said(inRounds(policy.Policy{
				Rules: []policy.Rule{{Metric: "output-tok/min", MaxRegressionPercent: 50, Direction: policy.Higher}},
			}, s.loaded("x", 200), service{capacity: 260, adapters: slow}.loaded("x", 200))),
			`^No rule fails at its one rate of 200 req/s\.\nBoth sides keep up with 200 req/s\.$`},
		{"nothing fails at one rate, behind on both sides", said(compared(servedWell, s.loaded("x", 280), s.loaded("x", 280))),
			`^No rule fails at its one rate of 280 req/s\.\nBoth sides fall behind from 280 req/s on\.$`},
		{"the baseline alone falls behind",
			said(inRounds(servedWell, service{capacity: 100}.loaded("x", 40, 120), s.loaded("x", 40, 120))),
			`^No rule fails at any of its 2 rates\.\nThe baseline falls behind from 120 req/s on, the candidate keeps up with 120 req/s\.$`},
		{"no rule speaks of it",
			said(compared(policy.Policy{Rules: []policy.Rule{{Metric: "ns/op", MaxRegressionPercent: 5}}},
				s.loaded("x", 40, 80), s.loaded("x", 40, 80))),
			`^No rule speaks of any of its rates\.\nBoth`},
		{"a benchmark that failed has no numbers",
			said(compared(servedWell, s.loaded("x", 40, 80), judge.Results{Benchmarks: append(s.loaded("x", 40).Benchmarks,
				judge.Benchmark{
					ID:      policy.ID{Package: pkg, Name: "Serving/case=x/rate=80", Procs: 2},
					Problem: policy.Reason{Code: policy.Failed},
				})})),
			`^Rules fail at 80 req/s; at 80 req/s p50 TTFT is invalid\.\nBoth sides keep up with 40 req/s\.$`},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Regexp(t, c.want, c.got) })
	}
}

func TestTheHeaderSaysForWhom(t *testing.T) {
	d := servingIn("multi-lora-small", 40, 240)
	for _, text := range []string{pageOf(t, d), d.Markdown()} {
		head, _, _ := strings.Cut(text, "p95 of end_to_end")
		assert.Contains(t, strings.ReplaceAll(head, "\u00a0", " "), "At 240 req/s the median TTFT grew most for tier low")
	}
	one := servingIn("multi-lora-small", 40, 80)
	assert.NotContains(t, strings.Join(one.evidence(), "\n"), "tier", "nothing failed")
}

func TestASideThatDoesNotTellWhetherItKeepsUpIsNotCompared(t *testing.T) {
	d := servingIn("x", 40, 240)
	for i := range d.Report.Benchmarks {
		for j := range d.Report.Benchmarks[i].Metrics {
			if m := &d.Report.Benchmarks[i].Metrics[j]; m.Unit == "saturated" {
				m.Baseline = policy.Summary{}
			}
		}
	}
	for _, said := range append(d.evidence(), onlyCase(t, d).says()...) {
		assert.NotEmpty(t, said)
		assert.NotContains(t, said, "behind")
	}
}

func TestAdaptersAreInTheOrderOfTheirNumbers(t *testing.T) {
	var names []string
	for _, s := range onlyCase(t, servingIn("x", 40)).whom() {
		names = append(names, s.title())
	}
	assert.Equal(t, "tier high, tier low, tier middle, adapter_0, adapter_1, adapter_2, adapter_3", strings.Join(names[:7], ", "))
	assert.Equal(t, "adapter_9, adapter_10, adapter_11, adapter_12, adapter_13, adapter_14", strings.Join(names[12:], ", "))
	assert.Negative(t, byNumber("a_99999999999999999999", "b"))
}

// TestShades holds them at their edges: a metric that nobody judges, by size and direction.
func TestShades(t *testing.T) {
	for _, c := range []struct {
		unit                string
		baseline, candidate float64
		want                int
	}{
		{"p50-ns", 1000, 1049, 0}, {"p50-ns", 1000, 1050, 1}, {"p50-ns", 1000, 1100, 2}, {"p50-ns", 1000, 1250, 3},
		{"p50-ns", 1000, 750, -3}, {"p50-ns", 1000, 950, -1},
		{"output-tok/min", 1000, 900, 2}, {"output-tok/min", 1000, 1250, -3}, {"req/s", 1000, 949, 1}, {"attempted", 1000, 500, 3},
		{"selection", 1000, 500, 0},
		{"errors-percent", 0, 0.4, 0}, {"errors-percent", 0, 0.5, 1}, {"errors-percent", 6, 1, -3}, {"goodput-percent", 99, 98, 2},
	} {
		p := ratePoint{of: policy.Measured{Metrics: []policy.Metric{{
			Unit: c.unit, Baseline: policy.Summary{Median: c.baseline, N: 1}, Candidate: policy.Summary{Median: c.candidate, N: 1},
			ChangePercent: 100 * (c.candidate/c.baseline - 1),
		}}}}
		if c.baseline != 0 {
			p.of.Metrics[0].ChangePercent = 100 * (c.candidate - c.baseline) / c.baseline
		}
		assert.Equal(t, c.want, p.shade(c.unit), "%s from %v to %v", c.unit, c.baseline, c.candidate)
		p.verdicts = []policy.Verdict{{Unit: c.unit, Outcome: policy.OK}}
		assert.Zero(t, p.shade(c.unit), "what was judged and found ok is not shaded: %s", c.unit)
	}
}

func TestBandsAreWhereTheMedianLies(t *testing.T) {
	r := onlyCase(t, servingIn("x", 40, 80))
	bands, runs := r.bands("p50-ttft-ns", scale{size: 1})
	assert.Equal(t, 10, runs)
	series := r.points[1].detail.Series
	at := slices.IndexFunc(series, func(s Series) bool { return s.Unit == "p50-ttft-ns" })
	require.GreaterOrEqual(t, at, 0)
	lo, hi, ok := medianInterval(series[at].Candidate)
	require.True(t, ok)
	assert.Equal(t, figures{lo, hi}, figures{bands[2][1], bands[3][1]})
	assert.Less(t, bands[0][0], bands[1][0])
	r.points[0].detail = nil
	bands, _ = r.bands("p50-ttft-ns", scale{size: 1})
	assert.True(t, math.IsNaN(bands[0][0]), "a rate of which no runs are known has no band")
	none, runs := r.bands("p95-tpot-ns", scale{size: 1})
	assert.Zero(t, runs)
	assert.Empty(t, none[0])
}

func TestACellSaysWhatARuleSaid(t *testing.T) {
	p := ratePoint{of: policy.Measured{Metrics: []policy.Metric{{Unit: "p50-ns", Baseline: policy.Summary{Median: 10 * ms, N: 9},
		Candidate: policy.Summary{Median: 14 * ms, N: 9}, ChangePercent: 40}}}}
	assert.Equal(t, heatCell{Text: "+40.0", Class: "w3", Title: "10 to 14 ms"}, p.heatCell("p50-ns"), "nobody has judged it")
	assert.Equal(t, heatCell{Text: missing}, p.heatCell("p95-ns"), "nobody has measured it")
	for _, c := range []struct {
		outcome     policy.Outcome
		fails       bool
		class, says string
	}{
		{policy.OK, false, "judged", ""}, {policy.Regressed, true, "fails", "regressed"},
		{policy.Inconclusive, true, "fails unsure", "inconclusive"}, {policy.Invalid, true, "fails unsure", "invalid"},
		{policy.Improved, false, "g3", "improved"}, {policy.Inconclusive, false, "", "inconclusive"},
	} {
		p.verdicts = []policy.Verdict{{Unit: "p50-ns", Outcome: c.outcome, Fails: c.fails}}
		got := p.heatCell("p50-ns")
		assert.Equal(t, []string{c.class, c.says}, []string{got.Class, got.Outcome}, "%s", c.outcome)
	}
	p.verdicts = nil
	p.of.Metrics = append(p.of.Metrics, policy.Metric{
		Unit: "saturated", Baseline: policy.Summary{Median: 1, N: 9}, Candidate: policy.Summary{Median: 1, N: 9},
	})
	assert.Equal(t, "dim", p.heatCell("p50-ns").Class, "both sides fall behind")
	assert.Empty(t, p.heatCell("saturated").Class, "which is no latency")
}

func TestStagesAreNoTiersOrTokens(t *testing.T) {
	d := servingIn("x", 40)
	assert.Nil(t, newStages(d.Report.Benchmarks[0]))
	text := d.Text()
	assert.Contains(t, text, "ttft.tier.low")
	assert.NotContains(t, text, "adapter_")
}

func TestRSquaredIsShownOverCommonRates(t *testing.T) {
	d := servingIn("x", 40, 80, 120, 160)
	d.Report.Benchmarks[3].Metrics = nil
	r := onlyCase(t, d)
	at, baseline, candidate := r.common("p90-ns")
	assert.Equal(t, []int{0, 1, 2}, at)
	page := strings.ReplaceAll(pageOf(t, d), "\u00a0", " ")
	want := fmt.Sprintf("R\u00b2 = %.4f over 3 rates; &#43;10 %% at each would read %.4f.",
		RSquared(baseline, candidate), RSquared(baseline, scaled(baseline, 1.1)))
	assert.Contains(t, page, want)
	assert.Contains(t, page, "judges nothing")
	assert.Equal(t, 5, strings.Count(page, `data-chart="scatter"`), "one for each core metric of the guide")
}

func TestTheSummaryHasATableForEachCase(t *testing.T) {
	d := servingIn("multi-lora-small", 40, 240)
	table := d.Summary()
	_, table, found := strings.Cut(table, "<details><summary>Rate by rate: <code>Serving/case=multi-lora-small</code></summary>")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "</details>")
	assert.Contains(t, table,
		"| req/s | p95 latency, ms | p50 TTFT, ms | p95 TTFT, ms | p95 TPOT, ms | output tokens, tok/min | errors, % |")
	assert.Regexp(t, `\n\| 40 \| 1\d+\.\d to `, table)
	assert.Regexp(t, `\n\| 240 \(candidate behind\) \| \*\*\d+\.\d to \d+\.\d \(\+1\d\.\d %\)\*\* \| \*\*`, table)
	d.Report.Benchmarks[0].Name, d.Report.Benchmarks[1].Name = "A</summary><b>|@x/rate=1", "A</summary><b>|@x/rate=2"
	assert.Contains(t, d.Summary(), "<summary>Rate by rate: case 1</summary>")
	assert.NotContains(t, d.Summary(), "<b>")
}

func TestAPageOfManyRatesIsSmall(t *testing.T) {
	var rates []float64
	for i := range 50 {
		rates = append(rates, float64(5*(i+1)))
	}
	d := servingIn("multi-lora", rates...)
	for i, long := range measuredIn(five, 50, 3, 60).Details { // with charts of everything else besides
		detail := &d.Details[i]
		detail.Baseline, detail.Candidate, detail.Shift, detail.Rounds = long.Baseline, long.Candidate, long.Shift, long.Rounds
		for j := range detail.Series {
			detail.Series[j].Baseline, detail.Series[j].Candidate = long.Series[j].Baseline, long.Series[j].Candidate
		}
	}
	page := pageOf(t, d)
	t.Logf("%d bytes", len(page))
	assert.LessOrEqual(t, len(page), 1<<20)
	assert.NotContains(t, page, "Left out here")
}
