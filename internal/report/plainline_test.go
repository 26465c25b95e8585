package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

var plainRows = regexp.MustCompile(`(?m)^    [A-Z]\w+/size=`)

// What 48 plain benchmarks may take of a reader's time: 120 lines of terminal, 8 kB of Markdown.
func TestPlainBenchmarksTakeALineEach(t *testing.T) {
	three := map[int]operated{7: {factor: 1.31}, 20: {deviation: 0.3}, 47: {allocs: 1}}
	every := map[int]operated{}
	failing := map[int]operated{}
	for i := range 48 {
		every[i], failing[i] = operated{factor: 1.31 + 0.01*float64(i)}, operated{fails: true}
	}
	for _, c := range []struct {
		name      string
		n         int
		different map[int]operated
		shown     int // lines of benchmarks in the terminal
		full      int // those in full
	}{
		{"all ok", 48, nil, 48, 0},
		{"three are not", 48, three, 48, 3},
		{"none is: the gravest in full, and all by their lines", 48, every, 48, 5},
		{"none could be measured, all for one reason", 48, failing, 48, 0},
		{"500", 500, three, mostLines, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := operations(c.n, c.different)
			text, markdown := d.Text(), d.Markdown()
			checkText(t, text)
			checkMarkdown(t, markdown)
			assert.Less(t, strings.Count(text, "\n"), 120)
			assert.Len(t, plainRows.FindAllString(text, -1), c.shown)
			assert.Equal(t, c.full, strings.Count(text, "\n  workflow   "))
			if c.n == 48 {
				assert.Less(t, len(markdown), 8000)
			}
			assert.Less(t, len(markdown), 65536)
			assert.Less(t, len(d.Summary()), 1<<20)
			for _, said := range []string{text, markdown, strings.Join(d.evidence(), " "), d.finding(), pageWords(t, d)} {
				for _, word := range []string{"end_to_end", "request", "stage"} {
					assert.NotContains(t, said, word)
				}
			}
		})
	}
}

// pageWords are the rows and parts of the page, without the words that the page has for everybody.
func pageWords(t *testing.T, d Document) string {
	t.Helper()
	p := d.page()
	return fmt.Sprint(p.Rows, p.Finding, p.Evidence, p.PlantedIn, func() (of []string) {
		for _, part := range p.Parts {
			of = append(of, fmt.Sprint(part.Verdicts, part.Metrics, part.Noise))
		}
		return of
	}())
}

func TestAReasonThatManyShareIsSaidOnce(t *testing.T) {
	different := map[int]operated{}
	for i := range 48 {
		different[i] = operated{fails: true}
	}
	d := operations(48, different)
	assert.Equal(t, 1, strings.Count(d.Text(), "goroutine 7"))
	assert.Equal(t, 1, strings.Count(d.Markdown(), "goroutine 7"))
	assert.Contains(t, d.Text(), " and 43 more: INVALID: candidate: the test binary exited")
	assert.Contains(t, d.Markdown(), " and 43 more:\n  ```\n  candidate: the test binary exited")
}

func TestWhatIsSaidOnALine(t *testing.T) {
	d := operations(48, map[int]operated{1: {factor: 1.31}, 2: {allocs: 1}, 3: {isNew: true}, 4: {fails: true}})
	for name, want := range map[string]string{
		"Get/size=16":     "12.33 ns|-0.60 %||0|0||ok",
		"Insert/size=16":  "0.1433 us|+31.00 %||64|1|128 B/op|REGRESSED time",
		"Delete/size=16":  "0.3996 us|-0.20 %||128 to 192|2 to 3|192 B/op|REGRESSED B, allocs",
		"Seek/size=16":    "0.8854 us|||192|3||added",
		"Marshal/size=16": "1.564 us|||256|4||INVALID",
	} {
		for _, g := range d.groups() {
			if g.of.Name == name {
				require.True(t, g.plain(), name)
				got := strings.Join(plainLine(g), "|") + "|" + plainStatus(g, status)
				assert.Equal(t, strings.ReplaceAll(want, "B, allocs", "allocs, B"), got, name)
			}
		}
	}
}

// What is ok over an interval of more than twice its limit says so on its line, in every form.
func TestOkThatSawLittleSaysSoOnItsLine(t *testing.T) {
	const says = "ok (saw little: -30.00 % to +8.00 %)"
	for _, d := range []Document{operations(2, nil), compared(policy.Policy{}, results(served("MLP", 26.2*ms, 0.01)),
		results(served("MLP", 26.2*ms, 0.01)))} {
		v := &d.Report.Verdicts[0]
		v.Percent = policy.Bounds{Lo: -30, Hi: 8}
		name := v.Name
		assert.True(t, strings.HasPrefix(Twins{}.Line(*v), says+": "+name), Twins{}.Line(*v))
		assert.Regexp(t, `ok \(saw little: -30(\.00 %)? to \+8(\.00)? %\)`, d.Text())
		assert.Regexp(t, `ok \(saw little: -30(\.00 %)? to \+8(\.00)? %\)`, d.Markdown())
		assert.Contains(t, pageOf(t, d), "<small>saw little</small>")
		assert.Contains(t, pageOf(t, d), "(saw little)")
		v.Percent = policy.Bounds{Lo: -10, Hi: 8}
		for _, said := range []string{Twins{}.Line(*v), d.Text(), d.Markdown(), pageOf(t, d)} {
			assert.NotContains(t, said, "saw little")
		}
	}
	many := crowd(detailed+1, 0)
	many.Report.Verdicts[3].Percent = policy.Bounds{Lo: -30, Hi: 18}
	assert.Contains(t, strings.Join(strings.Fields(many.Text()), " "), "ok (saw little:", "in the table of many, too")
}

// Rules on what is not on the line have a line, or a block, of their own.
func TestOtherMetricsOfPlainBenchmarks(t *testing.T) {
	p := policy.Policy{Rules: []policy.Rule{{Metric: "ns/op", MaxRegressionPercent: 10}, {Metric: "MB/s", MaxRegressionPercent: 10}}}
	of := func(speed float64) judge.Results {
		return results(benchmark("Copy", 0.01, map[string]float64{"ns/op": 1e4, "MB/s": speed, "hits": 7}))
	}
	ok := compared(p, of(900), of(901))
	assert.Contains(t, ok.Text(), "  metric     MB/s\n", "in a table of its own")
	assert.Contains(t, ok.Markdown(), "| ok | `Copy` | MB/s |")
	slower := compared(p, of(900), of(600))
	assert.Contains(t, slower.Text(), "REGRESSED MB/s")
	assert.Contains(t, slower.Text(), "    hits   ", "what was measured beside")
	assert.Contains(t, slower.Markdown(), "| **regressed MB/s** | `Copy` |")
	assert.Contains(t, slower.Markdown(), "| `Copy` | hits |")
}

func TestPlainBenchmarksOfSeveralPackages(t *testing.T) {
	d := operations(4, map[int]operated{0: {factor: 1.31}})
	for i := range d.Report.Benchmarks {
		if d.Report.Benchmarks[i].Name != "Get/size=16" {
			d.Report.Benchmarks[i].Package = "example.com/other"
		}
	}
	for i := range d.Report.Verdicts {
		if d.Report.Verdicts[i].Name != "Get/size=16" {
			d.Report.Verdicts[i].Package = "example.com/other"
		}
	}
	inOrder(t, d.Text(), "  package    example.com/other, GOMAXPROCS 2", "    Insert/size=16",
		"  package    example.com/infer, GOMAXPROCS 2", "    Get/size=16")
}

func TestPlantedInWhat(t *testing.T) {
	plain, served := operations(2, nil), documents["ok"]()
	both := served
	both.Report.Benchmarks = append(both.Report.Benchmarks, plain.Report.Benchmarks...)
	both.Report.Verdicts = append(both.Report.Verdicts, plain.Report.Verdicts...)
	assert.Equal(t, " in every operation of the candidate, on purpose", plain.plantedIn())
	assert.Equal(t, " in every request of the candidate, on purpose", served.plantedIn())
	assert.Equal(t, " in every request or operation of the candidate, on purpose", both.plantedIn())
}

// A document that was read has no list of what was measured: its verdicts tell.
func TestALineOfADocumentThatWasRead(t *testing.T) {
	d := operations(3, map[int]operated{1: {factor: 1.31}})
	data, err := jsonOf(d)
	require.NoError(t, err)
	read, err := ReadJSON(data)
	require.NoError(t, err)
	for _, row := range []string{"    Get/size=16      12.33 ns   -0.60 %     0          0              ok\n", "  REGRESSED time\n"} {
		assert.Contains(t, d.Text(), row)
		assert.Contains(t, read.Text(), row)
	}
}
