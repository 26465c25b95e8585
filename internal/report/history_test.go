package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// creeping is a history of so many commits: a step of +12 % at the tenth, a trend of +2 % a commit from the thirtieth on, and a gap
// before the twentieth. Two more metrics: one that nothing happens to, and one that comes late and has no ratio once.
func creeping(commits int) History {
	random := rand.New(rand.NewPCG(1, 2))
	h := History{Gate: "shop/TestGate", TrendAlpha: 0.01, LeastTrend: 5}
	hash := func(n int) string { return fmt.Sprintf("%02x%038x", n, n) }
	began := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	for i := range commits {
		h.Stops = append(h.Stops, HistoryStop{
			Commit: hash(i + 1), Subject: fmt.Sprintf("serve: change %d", i+1), Committed: began.Add(time.Duration(i) * time.Hour),
			Baseline: hash(i), Began: began.Add(time.Duration(i)*time.Hour + time.Minute), Machine: "AMD EPYC (2 CPUs)",
			Outcome: policy.OK, Pass: true, Gap: i == 0 || i == 19, ByTime: i == 19,
		})
	}
	if commits > 19 {
		h.Stops[19].Baseline = strings.Repeat("f", 40)
	}
	metric := func(name, unit string, better policy.Direction, from int, change func(i int) float64) HistoryMetric {
		m := HistoryMetric{ID: policy.ID{Package: pkg, Name: name, Procs: 2}, Unit: unit, Better: better}
		since, squares := 1.0, 0.0
		for i := from; i < commits; i++ {
			p := HistoryPoint{At: i, Outcome: policy.OK, Rounds: 12, Change: change(i), Alpha: 0.01, Start: i == from || i == 19}
			if p.Start {
				since, squares = 1, 0
			}
			half := 1 + random.Float64()
			p.Bounds = policy.Bounds{Lo: p.Change - half, Hi: p.Change + half}
			p.Step = p.Bounds.Lo > 0 || p.Bounds.Hi < 0
			since, squares = since*(1+p.Change/100), squares+half*half
			p.Since = 100 * (since - 1)
			p.SinceBounds = policy.Bounds{Lo: p.Since - math.Sqrt(squares), Hi: p.Since + math.Sqrt(squares)}
			m.Points = append(m.Points, p)
		}
		return m
	}
	creeps := metric("Serve/workload=chat", "p95-ns", policy.Lower, 0, func(i int) float64 {
		switch change := 0.3 * random.NormFloat64(); {
		case i == 9:
			return 12
		case i >= 29:
			return change + 2
		default:
			return change
		}
	})
	if commits > 29 {
		creeps.Trends = []HistoryTrend{{Point: 29, P: 0.001, Before: 0.02, After: 2.01}}
	}
	still := metric("Serve/workload=chat", "req/s", policy.Higher, 0, func(int) float64 { return 0.2 * random.NormFloat64() })
	late := metric("Embed", "ns/op", policy.Lower, min(5, commits-1), func(int) float64 { return 0.2 * random.NormFloat64() })
	if len(late.Points) > 6 {
		none := &late.Points[3]
		none.Change, none.Since, none.Bounds, none.Step = math.NaN(), math.NaN(), policy.Bounds{Lo: math.Inf(-1), Hi: math.Inf(1)}, false
		none.SinceBounds = none.Bounds
		late.Points[4].Start = true
		late.Points[5].Same, late.Points[5].Change, late.Points[5].Bounds = true, 0, policy.Bounds{}
	}
	h.Metrics = []HistoryMetric{creeps, still, late}
	return h
}

func historyPageOf(t testing.TB, h History) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, h.WritePage(&b))
	return b.String()
}

func TestHistoryInWords(t *testing.T) {
	h := creeping(40)
	h.Left = []LeftOut{{"old.json", "it is no report of a gate"}}
	h.Off = []HistoryStop{{
		Commit: strings.Repeat("b", 40), Subject: "a branch", Baseline: h.Stops[1].Commit, Outcome: policy.Regressed,
	}}
	assert.Equal(t, "1 of 3 metrics changed along 40 commits", h.headline())
	assert.Equal(t, "history.html has 40 reports along the line of commits that leads to 280000000000; "+
		"left out: old.json (it is no report of a gate)", h.Note())

	v := h.page().Metrics[0]
	assert.Equal(t, "Serve/workload=chat", v.Name)
	assert.True(t, v.Open)
	assert.Regexp(t, `^From ffffffffffff to 280000000000, over 21 reports: \+2\d\.\d\d\x{a0}%, `+
		`\+1\d\.\d\d\x{a0}% to \+\d\d\.\d\d\x{a0}%\.$`, v.Since)
	assert.Contains(t, v.Says, tight("0a0000000000 (serve: change 10): a step of +12.00 %, "+v.Rows[9].Interval+"."))
	assert.Contains(t, v.Says,
		tight("From 1e0000000000 (serve: change 30) on a commit changes it by +2.01 % in the median, before by +0.02 % (p=0.001)."))
	assert.Equal(t, "the chain begins with 000000000000", v.Rows[0].Note)
	assert.Equal(t, "a step", v.Rows[9].Note)
	assert.Contains(t, v.Rows[29].Note, "a trend begins")
	late := h.page().Metrics[2]
	assert.Equal(t, "no ratio was measured", late.Rows[3].Note)
	assert.Equal(t, missing, late.Rows[3].Change)
	assert.Equal(t, "the same code", late.Rows[5].Note)
	assert.False(t, late.Open)

	page := historyPageOf(t, h)
	assert.Contains(t, page, "Times of different days and machines are compared nowhere on this page.")
	assert.Contains(t, page, "a gap before it: no report leads to ffffffffffff, and the row above is the commit made last before that")
	assert.Contains(t, page, "old.json")
	assert.Contains(t, page, "a branch")
	assert.Contains(t, page, `href="report.html"`)
	d := documents["ok"]()
	assert.NotContains(t, pageOf(t, d), "history.html")
	d.History = &h
	assert.Contains(t, pageOf(t, d), `<a href="history.html">`)
}

func TestHistoryForPrograms(t *testing.T) {
	for _, h := range []History{creeping(40), {}} {
		var b bytes.Buffer
		require.NoError(t, h.WriteJSON(&b))
		var doc struct {
			Version int
			Gate    string
			Commits []struct {
				Commit, Baseline string
				Gap              bool
				ByTime           bool `json:"by_time"`
			}
			Metrics []struct {
				Benchmark, Unit, Better string
				Points                  []struct {
					Commit        string
					ChangePercent *float64    `json:"change_percent"`
					Since         *float64    `json:"since_percent"`
					Interval      [2]*float64 `json:"interval_percent"`
					Step, Start   bool
				}
				Trends []struct {
					Commit string
					P      float64
				}
			}
			OffTheLine []any `json:"off_the_line"`
			LeftOut    []any `json:"left_out"`
		}
		d := json.NewDecoder(&b)
		require.NoError(t, d.Decode(&doc))
		require.False(t, d.More())
		assert.Equal(t, 1, doc.Version)
		require.Len(t, doc.Commits, len(h.Stops))
		require.Len(t, doc.Metrics, len(h.Metrics))
		if len(h.Stops) == 0 {
			continue
		}
		assert.True(t, doc.Commits[19].Gap)
		assert.True(t, doc.Commits[19].ByTime)
		m := doc.Metrics[0]
		assert.Equal(t, "lower", m.Better)
		assert.InDelta(t, 12, *m.Points[9].ChangePercent, 1e-9)
		assert.True(t, m.Points[9].Step)
		assert.True(t, m.Points[19].Start)
		assert.Equal(t, h.Stops[29].Commit, m.Trends[0].Commit)
		assert.Nil(t, doc.Metrics[2].Points[3].ChangePercent)
		assert.Nil(t, doc.Metrics[2].Points[3].Interval[1])
	}
}

func TestALargeHistorySaysWhatItLeavesOut(t *testing.T) {
	h := creeping(500)
	h.Older = 7
	one := h.Metrics[1]
	for i := range 150 {
		one.Name = fmt.Sprintf("Other%d", i)
		h.Metrics = append(h.Metrics, one)
	}
	for i := range 300 {
		h.Left = append(h.Left, LeftOut{fmt.Sprintf("%d.json", i), "it is no report of a gate"})
		h.Off = append(h.Off, h.Stops[i])
	}
	page := historyPageOf(t, h)
	assert.Contains(t, page, "Left out here: 33 metrics")
	assert.Contains(t, page, "Left out here: 7 commits before these")
	assert.Contains(t, page, "and 250 more files")
	assert.Less(t, len(page), 24<<20)
	t.Logf("%d bytes", len(page))
}

func TestHistoryInABrowser(t *testing.T) {
	ctx := startBrowser(t)
	open := func(t *testing.T, h History, width int64, dark bool) *browser {
		t.Helper()
		file := filepath.Join(t.TempDir(), "history.html")
		require.NoError(t, os.WriteFile(file, []byte(historyPageOf(t, h)), 0o644))
		return openFile(t, ctx, file, width, dark)
	}
	t.Run("in light and dark, wide and on a phone", func(t *testing.T) {
		for _, c := range []struct {
			name  string
			width int64
			dark  bool
		}{{"light", 1280, false}, {"dark", 1280, true}, {"phone", 390, false}, {"phone-dark", 390, true}} {
			t.Run(c.name, func(t *testing.T) {
				b := open(t, creeping(40), c.width, c.dark)
				assert.Equal(t, "1 of 3 metrics changed along 40 commits", value[string](b, `document.querySelector("h1").textContent`))
				b.fits(c.width)
				b.drawAll()
				b.fits(c.width)
				b.do(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("details.measured")) d.open = false`))
				b.screenshot("history-" + c.name)
			})
		}
	})
	t.Run("charts draw what was measured", func(t *testing.T) {
		pixels := func(h History) map[string]string {
			b := open(t, h, 1280, false)
			b.drawAll()
			return value[map[string]string](b, `Object.fromEntries([...document.querySelectorAll("#h1 figure[data-chart]")]`+
				`.map(f => [f.dataset.chart, f.querySelector("canvas").toDataURL()]))`)
		}
		other := creeping(40)
		p := &other.Metrics[0].Points[33]
		p.Change, p.Since = p.Change+3, p.Since+3
		one, same, different := pixels(creeping(40)), pixels(creeping(40)), pixels(other)
		require.Len(t, one, 2)
		for name, picture := range one {
			assert.Greater(t, len(picture), 500, "%s is nearly empty", name)
			assert.True(t, picture == same[name], "%s of the same data", name)
			assert.False(t, picture == different[name], "%s of other data", name)
		}
		unmarked := creeping(40)
		unmarked.Metrics[0].Trends, unmarked.Metrics[0].Points[9].Step = nil, false
		without := pixels(unmarked)
		assert.False(t, one["commits"] == without["commits"], "a step and a trend are seen")
		assert.False(t, one["since"] == without["since"], "a trend is seen")
	})
	t.Run("the arrow keys read a chart", func(t *testing.T) {
		b := open(t, creeping(40), 1280, false)
		b.drawAll()
		read := func(chart string, steps int) string {
			selector := "#h1 figure[data-chart=" + chart + "]"
			b.do(chromedp.Focus(chromedp.CSS(selector + " .plot")))
			for range steps {
				b.do(chromedp.KeyEvent("\u0303"))
			}
			return value[string](b, `document.querySelector("`+selector+` .readout").textContent`)
		}
		assert.Regexp(t, `^0a0000000000: \+12\.00 % \(\+1\d\.\d\d % to \+1\d\.\d\d %\), a step$`, read("commits", 10))
		assert.Equal(t, "the chain begins", read("since", 1))
		assert.Regexp(t, `^010000000000: [-+]?0\.\d\d % \(-\d\.\d\d % to \+\d\.\d\d %\)$`, read("since", 1))
		assert.Empty(t, value[[]string](b, `[...document.querySelectorAll(".plot")].filter(p => p.tabIndex !== 0 ||
			p.getAttribute("role") !== "img" || p.getAttribute("aria-label").length < 40).map(p => p.outerHTML.slice(0, 200))`))
	})
	t.Run("names are text", func(t *testing.T) {
		const name = `<script>document.title="x"</script>"><img src=x onerror=alert(1)>` + "\u2028"
		h := creeping(3)
		h.Gate, h.Metrics[0].Name, h.Metrics[0].Unit, h.Stops[1].Subject, h.Stops[1].Machine = name, name, "p95-"+name, name, name
		h.Left = []LeftOut{{name, name}}
		b := open(t, h, 1280, false)
		b.drawAll()
		assert.Equal(t, 2, value[int](b, `document.scripts.length`))
		assert.Equal(t, 0, value[int](b, `document.images.length`))
		assert.Contains(t, value[string](b, `document.querySelector("#h1 h3").textContent`), `<script>document.title="x"</script>"><img`)
		assert.NotEqual(t, "x", value[string](b, `document.title`))
	})
	for name, h := range map[string]History{"empty": {}, "one": creeping(1), "two": creeping(2), "many": creeping(500)} {
		t.Run("a history of "+name, func(t *testing.T) {
			b := open(t, h, 1024, false)
			b.drawAll()
			b.fits(1024)
			b.screenshot("history-" + name)
		})
	}
}
