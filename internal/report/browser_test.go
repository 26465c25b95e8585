package report

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

func TestPageInABrowser(t *testing.T) {
	ctx := startBrowser(t)

	t.Run("a red page, in light and dark, wide and on a phone", func(t *testing.T) {
		for _, c := range []struct {
			name  string
			width int64
			dark  bool
		}{{"light", 1280, false}, {"dark", 1280, true}, {"phone", 390, false}, {"phone-dark", 390, true}} {
			t.Run(c.name, func(t *testing.T) {
				b := openPage(t, ctx, measuredIn(five, 4, 1, 27), c.width, c.dark)
				assert.Regexp(t, `^Serve/workload=chat/rate=20 got slower: its p50 rose by 1\d\.\d\d\x{a0}%, `+
					`and the limit is 10\x{a0}% and 0\.5\x{a0}ms\. 4 other rules fail too\.$`,
					value[string](b, `document.querySelector("h1").textContent`))
				b.fits(c.width)
				b.screenshot(c.name + "-opened")
				b.drawAll()
				b.screenshot(c.name)
			})
		}
	})

	t.Run("what regressed has the trailer to paste, and what is accepted its reason", func(t *testing.T) {
		b := openPage(t, ctx, documents["exceeded"](), 390, false)
		assert.Equal(t, "Perf-Accept: example.com/infer/MLP p95-ns <=+22.45% REASON",
			value[string](b, `document.querySelector(".says pre").textContent`))
		b.fits(390)
		b = openPage(t, ctx, documents["accepted"](), 390, false)
		assert.Contains(t, value[string](b, `document.querySelector(".says").textContent`), "answers are checked now")
		assert.Equal(t, "accepted", value[string](b, `document.querySelector(".says .tag").textContent`))
		b.fits(390)
	})

	t.Run("the table sorts", func(t *testing.T) {
		b := openPage(t, ctx, measuredIn(five, 4, 1, 27), 1280, false)
		column := func(n int) []string {
			return value[[]string](b, `[...document.querySelectorAll("#verdicts tbody tr")].map(r => r.cells[`+
				string(rune('0'+n))+`].textContent.trim())`)
		}
		sort := func() string {
			return value[string](b, `document.querySelector("#verdicts th:nth-child(4)").getAttribute("aria-sort") || "none"`)
		}
		first := column(3)
		assert.Equal(t, "none", sort())
		for _, want := range []string{"ascending", "descending"} {
			b.do(chromedp.Click(chromedp.CSS("#verdicts th:nth-child(4) button")))
			assert.Equal(t, want, sort())
			values := value[[]float64](b, `[...document.querySelectorAll("#verdicts tbody tr")].map(r => Number(r.cells[3].dataset.v))`)
			for i := 1; i < len(values); i++ {
				ordered := values[i-1] <= values[i]
				if want == "descending" {
					ordered = values[i-1] >= values[i]
				}
				assert.True(t, ordered, "%v", values)
			}
		}
		// With the keyboard, back to what fails first.
		b.do(chromedp.Focus(chromedp.CSS("#verdicts th:nth-child(4) button")), chromedp.KeyEvent("\r"))
		assert.Equal(t, "none", sort())
		assert.Equal(t, first, column(3))
	})

	t.Run("the table filters", func(t *testing.T) {
		b := openPage(t, ctx, measuredIn(five, 4, 1, 27), 1280, false)
		shown := func() int {
			return value[int](b, `[...document.querySelectorAll("#verdicts tbody tr")].filter(r => r.offsetParent).length`)
		}
		require.Equal(t, 20, shown())
		b.do(chromedp.SendKeys(chromedp.CSS(".filter input"), "rate=40 throughput"))
		assert.Equal(t, 1, shown())
		assert.Equal(t, "1 of 20 rules", value[string](b, `document.querySelector(".filter output").textContent`))
		b.do(chromedp.Evaluate[chromedp.Void](
			`const i = document.querySelector(".filter input"); i.value = ""; i.dispatchEvent(new Event("input"))`))
		b.do(chromedp.Focus(chromedp.CSS(`.filter button[data-outcome=regressed]`)), chromedp.KeyEvent(" "))
		assert.Equal(t, 5, shown())
		assert.Equal(t, "true",
			value[string](b, `document.querySelector(".filter button[data-outcome=regressed]").getAttribute("aria-pressed")`))
	})

	t.Run("a link opens the benchmark", func(t *testing.T) {
		b := openPage(t, ctx, measuredIn(five, 4, 1, 27), 1280, false)
		require.False(t, value[bool](b, `document.getElementById("b3").open`))
		b.do(chromedp.Click(chromedp.CSS(`#verdicts a[href="#b3"]`)), chromedp.Poll[chromedp.Void](`document.getElementById("b3").open`))
	})

	t.Run("charts draw what was measured", func(t *testing.T) {
		pixels := func(d Document) map[string]string {
			b := openPage(t, ctx, d, 1280, false)
			b.drawAll()
			return value[map[string]string](b, `Object.fromEntries([...document.querySelectorAll("#b1 figure[data-chart]")]`+
				`.map((f, i) => [f.dataset.chart + i, f.querySelector("canvas").toDataURL()]))`)
		}
		one, same, other := pixels(measuredIn(five, 1, 1, 27)), pixels(measuredIn(five, 1, 1, 27)), measuredIn(five, 1, 1, 27)
		detail := &other.Details[0]
		for i := range detail.Candidate {
			detail.Candidate[i] *= 1.3
		}
		for i := range detail.Shift {
			detail.Shift[i].Change *= 1.3
		}
		for _, s := range detail.Series {
			s.Candidate[3] *= 1.4
		}
		detail.Rounds[3].Stalls = 40
		different := pixels(other)
		require.Len(t, one, 8, "latency, change at each quantile, five rules, noise")
		for name, picture := range one {
			assert.Greater(t, len(picture), 500, "%s is nearly empty", name)
			assert.True(t, picture == same[name], "%s of the same data", name)
			assert.False(t, picture == different[name], "%s of other data", name)
		}
	})

	t.Run("a service rate by rate, in light and dark, wide and on a phone", func(t *testing.T) {
		for _, c := range []struct {
			name  string
			width int64
			dark  bool
		}{{"light", 1280, false}, {"dark", 1280, true}, {"phone", 390, false}, {"phone-dark", 390, true}} {
			t.Run(c.name, func(t *testing.T) {
				b := openPage(t, ctx, servingIn("multi-lora-small", 40, 80, 120, 160, 200, 240, 280), c.width, c.dark)
				b.do(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll(".part:not(.case)")) d.remove()`))
				b.fits(c.width)
				assert.True(t, value[bool](b, `(() => { const r = document.querySelector(".heat .fails").getBoundingClientRect(); `+
					`return r.left >= 0 && r.right <= innerWidth })()`), "what fails is in view")
				b.drawAll()
				b.fits(c.width)
				b.screenshot("serving-" + c.name)
			})
		}
	})

	t.Run("charts of rates draw what was measured", func(t *testing.T) {
		pixels := func(d Document) map[string]string {
			b := openPage(t, ctx, d, 1280, false)
			b.do(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll(".part:not(.case)")) d.remove()`))
			b.drawAll()
			return value[map[string]string](b, `Object.fromEntries([...document.querySelectorAll("#r1 figure[data-chart]")]`+
				`.map((f, i) => [f.dataset.chart + i, f.querySelector("canvas").toDataURL()]))`)
		}
		rates := []float64{40, 120, 200, 240}
		one, same, other := pixels(servingIn("x", rates...)), pixels(servingIn("x", rates...)), servingIn("x", rates...)
		for _, m := range other.Report.Benchmarks[1:3] {
			for i := range m.Metrics {
				metric := &m.Metrics[i]
				metric.Candidate.Median = 1.1*metric.Candidate.Median + 1
				metric.ChangePercent = 100 * (metric.Candidate.Median/metric.Baseline.Median - 1)
			}
		}
		different := pixels(other)
		require.Len(t, one, 7+3*5,
			"latency, TTFT, TPOT, tokens, throughput, errors, goodput, and three for each of the guide's core metrics")
		for name, picture := range one {
			assert.Greater(t, len(picture), 500, "%s is nearly empty", name)
			assert.True(t, picture == same[name], "%s of the same data", name)
			assert.False(t, picture == different[name], "%s of other data", name)
		}
	})

	t.Run("every chart of rates has a text and is read by the keyboard", func(t *testing.T) {
		b := openPage(t, ctx, servingIn("x", 40, 120, 240), 1280, false)
		b.do(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll(".part:not(.case)")) d.remove()`))
		b.drawAll()
		assert.Empty(t, value[[]string](b, `[...document.querySelectorAll("#r1 .plot")].filter(p => p.tabIndex !== 0 || p.getAttribute("role") !== "img" ||
			p.getAttribute("aria-label").length < 40).map(p => p.outerHTML.slice(0, 200))`))
		for kind, want := range map[string]string{
			"lines":   `^40 req/s: p50 1\d{3}(\.\d)? to 1\d{3}(\.\d)?, p95 1\d{3} to 1\d{3} ms$`,
			"bars":    `^40 req/s: \S+ to \S+ tok/min$`,
			"change":  `^40 req/s: [-+]?\d+\.\d\d %$`,
			"scatter": `^40 req/s: baseline \S+, candidate \S+ tok/min$`,
		} {
			selector := `#r1 figure[data-chart=` + kind + `]`
			b.do(chromedp.Focus(chromedp.CSS(selector+` .plot`)), chromedp.KeyEvent("\u0303"))
			assert.Regexp(t, want, value[string](b, `document.querySelector("`+selector+` .readout").textContent`))
		}
	})

	t.Run("tiers and adapters are compared at the rate that is chosen", func(t *testing.T) {
		b := openPage(t, ctx, servingIn("x", 40, 120, 240), 1280, false)
		captions := func() []string {
			return value[[]string](b, `[...document.querySelectorAll(".whom-charts caption")].map(c => c.textContent)`)
		}
		assert.Equal(t, []string{"p50 TTFT of tiers at 240 req/s, ms", "p50 TTFT of adapters at 240 req/s, ms"}, captions(),
			"first where it fails worst")
		low := func() string {
			return value[string](b,
				`[...document.querySelectorAll(".whom-charts tr")].find(r => r.cells[0].textContent === "tier low").textContent`)
		}
		assert.Regexp(t, `^tier low2\d\d\.\d13\d\d\+39\d\.\d %$`, low())
		assert.Equal(t, 15+3, value[int](b, `document.querySelectorAll(".whom-charts tr").length`))
		assert.Equal(t, 100.0,
			value[float64](b, `Math.max(...[...document.querySelectorAll(".whom-charts rect")].map(r => Number(r.getAttribute("width"))))`))
		b.do(chromedp.Evaluate[chromedp.Void](`for (const [i, v] of [[0, "0"], [1, "1"]]) { const s = document.querySelectorAll(".choices select")[i];
			s.value = v; s.dispatchEvent(new Event("change")) }`))
		assert.Equal(t, []string{"p95 TTFT of tiers at 40 req/s, ms", "p95 TTFT of adapters at 40 req/s, ms"}, captions())
		assert.Regexp(t, `\+21\.\d %$`, low())
	})

	t.Run("a benchmark leads to its case, and a rate to its benchmark", func(t *testing.T) {
		b := openPage(t, ctx, servingIn("x", 40, 240), 1280, false)
		assert.Equal(t, []string{"#b2", "#b1"},
			value[[]string](b, `[...document.querySelectorAll(".heat thead a")].map(a => a.getAttribute("href"))`))
		assert.Equal(t, "#r1", value[string](b, `document.querySelector("#b1 .where a").getAttribute("href")`))
		b.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("r1").open = false`), chromedp.Click(chromedp.CSS(`#b1 .where a`)),
			chromedp.Poll[chromedp.Void](`document.getElementById("r1").open`))
	})

	t.Run("names of adapters and cases are text", func(t *testing.T) {
		const name = `<script>document.title="x"</script>"><img src=x onerror=alert(1)>` + "\u2028"
		d := servingIn("x", 40, 240)
		for i := range d.Report.Benchmarks {
			m := &d.Report.Benchmarks[i]
			m.Name = strings.Replace(m.Name, "case=x", "case="+name, 1)
			for j := range m.Metrics {
				m.Metrics[j].Unit = strings.ReplaceAll(m.Metrics[j].Unit, "adapter_3", name)
			}
		}
		b := openPage(t, ctx, d, 1280, false)
		b.drawAll()
		assert.Equal(t, 2, value[int](b, `document.scripts.length`))
		assert.Equal(t, 0, value[int](b, `document.images.length`))
		assert.Contains(t, value[string](b, `document.querySelector("#r1 h3").textContent`),
			`case=<script>document.title="x"</script>"><img`)
		assert.Contains(t, value[string](b, `document.querySelector(".whom-charts").textContent`), `<script>document.title="x"</script>`)
		assert.NotEqual(t, "x", value[string](b, `document.title`))
	})

	t.Run("the arrow keys read a chart", func(t *testing.T) {
		b := openPage(t, ctx, measuredIn(five, 1, 1, 27), 1280, false)
		b.drawAll()
		b.do(chromedp.Focus(chromedp.CSS(`figure[data-chart=rounds] .plot`)), chromedp.KeyEvent("\u0303"))
		assert.Regexp(t, `^round 1: \+\d+\.\d\d %$`,
			value[string](b, `document.querySelector("figure[data-chart=rounds] .readout").textContent`))
	})

	t.Run("names are text", func(t *testing.T) {
		const name = `A/<script>document.title="x"</script>/"><img src=x onerror=alert(1)>/</script><!--/&lt;` + "\u2028" + `'`
		d := measuredIn(policy.Policy{}, 1, 1, 27)
		d.Report.Verdicts[0].Name, d.Report.Benchmarks[0].Name, d.Details[0].Name = name, name, name
		d.Details[0].Series[0].Unit, d.Report.Verdicts[0].Unit = "p95-"+name, "p95-"+name
		d.Name, d.Baseline.What, d.Notes, d.Out = name, name, []string{name}, name
		b := openPage(t, ctx, d, 1280, false)
		b.drawAll()
		assert.Equal(t, 2, value[int](b, `document.scripts.length`))
		assert.Equal(t, 0, value[int](b, `document.images.length`))
		assert.Contains(t, value[string](b, `document.querySelector("#verdicts td:nth-child(2)").textContent`),
			`<script>document.title="x"</script>/"><img src=x onerror=alert(1)>/</script><!--/&lt;`)
		assert.NotEqual(t, "x", value[string](b, `document.title`))
	})

	for name, document := range documents {
		t.Run("document "+name, func(t *testing.T) {
			b := openPage(t, ctx, document(), 1024, false)
			b.drawAll()
			b.fits(1024)
			b.screenshot("document-" + name)
		})
	}
}
