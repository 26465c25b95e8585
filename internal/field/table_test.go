package field

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/testbed/archive"
)

// table is what the results say of the cases, as Markdown. Results of cases that are no longer so are left out.
func table(cases []Case, results []Result) string {
	var b strings.Builder
	by := score(cases, results)
	head(&b, by.rows, len(results))
	b.WriteString("\n| | gate | benchstat |\n|---|--:|--:|\n")
	for _, line := range sums {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", line.what, line.of(by.all[byTailgate]), line.of(by.all[byBenchstat]))
	}
	var both levels
	for _, r := range by.rows {
		if r.c.Kind != "benchmark" { // the tools measure other benchmarks there
			both.add(r.results)
		}
	}
	b.WriteString(both.String())
	b.WriteString("\n| day | gate: found | false red | function first | s | benchstat: found | false red | s |\n")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, day := range slices.Sorted(maps.Keys(by.day)) {
		cells(&b, day, by.day[day])
	}
	b.WriteString("\n| kind | gate: found | false red | function first | s | benchstat: found | false red | s |\n")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, kind := range kinds {
		if of := by.kind[kind]; of != nil {
			cells(&b, kind, of)
		}
	}
	b.WriteString("\n| case | what is true | gate: found | false red | function first | s | benchstat: found | false red | s |\n")
	b.WriteString("|---|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, r := range by.rows {
		name := r.c.Name
		if r.turned {
			name += ", turned"
		}
		cells(&b, name+" | "+r.c.truth(), r.scores)
	}
	return b.String()
}

// scores are those of each tool, by name.
type scores map[string]Score

func (s scores) add(tool string, of Score) { s[tool] = s[tool].plus(of) }

// row is a case in a direction.
type row struct {
	c       Case // turned if the row is
	turned  bool
	scores  scores
	results []Result
}

// scored are the scores of results.
type scored struct {
	rows      []row
	all       scores
	kind, day map[string]scores // by kind of case, and by the day of the results
}

func score(cases []Case, results []Result) scored {
	by := scored{all: scores{}, kind: map[string]scores{}, day: map[string]scores{}}
	for _, c := range cases {
		for _, turned := range []bool{false, true} {
			r := row{c: c, turned: turned, scores: scores{}}
			if turned {
				r.c = c.turned()
			}
			for _, of := range results {
				if of.Case != c.Name || of.Turned != turned || of.Baseline != r.c.Baseline || of.Candidate != r.c.Candidate {
					continue
				}
				var s Score
				s.add(r.c, of)
				r.results = append(r.results, of)
				for _, to := range []scores{r.scores, by.all, in(by.kind, c.Kind), in(by.day, of.day())} {
					to.add(of.Tool, s)
				}
			}
			if len(r.results) == 0 {
				continue
			}
			by.rows = append(by.rows, r)
			for _, tool := range []string{byTailgate, byBenchstat} {
				by.all.add(tool, paired(tool, r.results))
			}
		}
	}
	return by
}

// in are the scores of a name, made if there are none.
func in(of map[string]scores, name string) scores {
	if of[name] == nil {
		of[name] = scores{}
	}
	return of[name]
}

// head says where and when the results of the rows were made, and of how many in all.
func head(b *strings.Builder, rows []row, results int) {
	machines, days, loads := map[archive.Machine]bool{}, map[string]bool{}, []float64{}
	repositories, names := map[string]bool{}, map[string]bool{}
	for _, of := range rows {
		repositories[of.c.Repository], names[of.c.Name] = true, true
		for _, r := range of.results {
			machines[r.Machine] = true
			days[r.day()] = true
			loads = append(loads, r.Load)
		}
	}
	fmt.Fprintf(b, "%d cases of %d repositories, %d results, made on %s.\n", len(names), len(repositories), len(loads),
		strings.Join(slices.Sorted(maps.Keys(days)), ", "))
	if len(loads) > 0 {
		slices.Sort(loads)
		fmt.Fprintf(b, "Load before each: %.1f in the median, %.1f at most.\n", median(loads), loads[len(loads)-1])
	}
	var lines []string
	for m := range machines {
		lines = append(lines, fmt.Sprintf("Machine: %s; tailgate %s.\n", m, m.Commit))
	}
	slices.Sort(lines)
	b.WriteString(strings.Join(lines, ""))
	if left := results - len(loads); left > 0 {
		fmt.Fprintf(b, "Left out of all %d: %d of cases that were changed since.\n", results, left)
	}
}

// sums are the lines of the table of sums.
var sums = []struct {
	what string
	of   func(Score) string
}{
	{"comparisons of two revisions", func(s Score) string { return fmt.Sprint(s.Results) }},
	{"in which nothing was judged", func(s Score) string { return fmt.Sprint(s.Failed) }},
	{"metrics worse by more than the limits", func(s Score) string { return fmt.Sprint(s.Regressions) }},
	{"found", func(s Score) string { return fmt.Sprint(s.Found) }},
	{"missed", func(s Score) string { return fmt.Sprint(s.missed()) + s.instead() }},
	{"found, without plants", func(s Score) string { return of(s.Found-s.PlantFound, s.Regressions-s.Planted) }},
	{"metrics not worse, or within the limits", func(s Score) string { return fmt.Sprint(s.Clean) }},
	{"false red: said to be worse by more than the limits", func(s Score) string { return fmt.Sprint(s.FalseRed) }},
	{"of them where the benchmark itself was changed", func(s Score) string { return of(s.Rewritten, s.FalseRed) }},
	{"times that were measured, and are not worse: false red", func(s Score) string { return of(s.TimedRed, s.Timed) }},
	{"metrics not worse: inconclusive or invalid, blind", func(s Score) string { return fmt.Sprintf("%d, %d", s.Undecided, s.Blind) }},
	{"metrics that there was no time for", func(s Score) string { return fmt.Sprint(s.Unmeasured) }},
	{"comparisons in which nothing is worse: failed", func(s Score) string { return of(s.Failing, s.Harmless) }},
	{"comparisons of which nobody knows whether something is worse: failed", func(s Score) string { return of(s.Flagged, s.Unknown) }},
	{"wrong benchmark named beside one that is worse", func(s Score) string { return fmt.Sprint(s.Wrong) }},
	{"metrics that do not differ: called worse by any amount, by the gate beyond its limits", func(s Score) string {
		return fmt.Sprint(s.Any)
	}},
	{"at the limit: said to be worse", func(s Score) string { return of(s.AtLimitRed, s.AtLimit) }},
	{"true function named first", func(s Score) string { return of(s.FunctionFirst, s.Functions) }},
	{"the same without plants", func(s Score) string { return of(s.FunctionFirst-s.PlantFirst, s.Functions-s.Plants) }},
	{"comparisons that both judged whole", func(s Score) string { return fmt.Sprint(len(s.Paired)) }},
	{"their seconds, median", func(s Score) string { return seconds(s.Paired) }},
	{"their seconds in all", func(s Score) string { return fmt.Sprintf("%.0f", sum(s.Paired)) }},
	{"the same, what serves both directions counted once", func(s Score) string { return fmt.Sprintf("%.0f", s.Once) }},
}

// cells is a line of a table with both tools' scores.
func cells(b *strings.Builder, what string, by scores) {
	g, o := by[byTailgate], by[byBenchstat]
	found := func(s Score) string {
		if s.Regressions == 0 {
			return ""
		}
		return of(s.Found, s.Regressions) + s.instead()
	}
	fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", what, found(g), of(g.FalseRed, g.Clean),
		of(g.FunctionFirst, g.Functions), seconds(g.Seconds), found(o), of(o.FalseRed, o.Clean), seconds(o.Seconds))
}

// of is empty where there is nothing.
func of(n, all int) string {
	if all == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", n, all)
}

func seconds(all []float64) string {
	if len(all) == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", median(all))
}

// instead is what was said of regressions that were missed.
func (s Score) instead() string {
	var parts []string
	for _, outcome := range slices.Sorted(maps.Keys(s.Missed)) {
		parts = append(parts, fmt.Sprintf("%s %d", outcome, s.Missed[outcome]))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// truth is what is true of a case, in words.
func (c Case) truth() string {
	var parts []string
	for _, t := range c.Truth {
		switch {
		case t.Open:
			continue
		case t.Unit == "ns/op":
			parts = append(parts, fmt.Sprintf("%s %+.0f %%", t.Benchmark, 100*(t.To/t.From-1)))
		default:
			parts = append(parts, fmt.Sprintf("%s %v to %v %s", t.Benchmark, t.From, t.To, t.Unit))
		}
	}
	switch {
	case len(c.Truth) == 0:
		return "nothing differs"
	case len(parts) == 0:
		return "how much is not known"
	}
	if c.LimitPercent != 0 {
		parts = append(parts, fmt.Sprintf("limit %v %%", c.LimitPercent))
	}
	return strings.Join(parts, "; ")
}

func sum(all []float64) (s float64) {
	for _, x := range all {
		s += x
	}
	return s
}

// median is the lower one of an even number.
func median(all []float64) float64 { return slices.Sorted(slices.Values(all))[(len(all)-1)/2] }

func TestTheTable(t *testing.T) {
	cases := []Case{
		{
			Name: "slower", Kind: "regression", Repository: "owner/one", Baseline: "a", Candidate: "b", Functions: []string{"f"},
			Truth: []Truth{{Benchmark: "A", Unit: "ns/op", From: 100, To: 150}, {Benchmark: "A", Unit: "allocs/op", From: 0, To: 1}},
		},
		{Name: "readme", Kind: "documentation", Repository: "owner/two", Baseline: "c", Candidate: "d"},
		{Name: "unmeasured", Kind: "tests", Repository: "owner/three"},
		{
			Name: "plant", Kind: "plant", Repository: "owner/two", Baseline: "e", Candidate: "e", Inject: "5%", LimitPercent: 3,
			Functions: []string{"burn"}, Truth: []Truth{{Benchmark: "A", Unit: "ns/op", From: 100, To: 105}},
		},
	}
	machine := archive.Machine{System: "linux/amd64", CPU: "a CPU", Cores: 2, Go: "go1.26.8", Commit: "0123456789ab"}
	result := func(day int, name string, turned bool, tool string, seconds float64, said ...Said) Result {
		r := Result{Case: name, Turned: turned, Tool: tool, Seconds: seconds, Said: said, Machine: machine, Load: float64(day) / 10}
		r.Began = time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC)
		r.Baseline, r.Candidate = "c", "d"
		if tool == byBenchstat {
			r.Measured = seconds - 2
		}
		switch name {
		case "slower":
			r.Baseline, r.Candidate = "a", "b"
		case "plant":
			r.Baseline, r.Candidate = "e", "e"
		}
		if turned {
			r.Baseline, r.Candidate = r.Candidate, r.Baseline
		}
		return r
	}
	ns := func(outcome string, from, to float64) Said { return Said{"A", "ns/op", outcome, "", from, to} }
	allocs := func(outcome string, from, to float64) Said { return Said{"A", "allocs/op", outcome, "", from, to} }
	results := []Result{
		result(29, "slower", false, byTailgate, 20, ns("regressed", 10, 15), allocs("regressed", 0, 1)),
		result(29, "slower", false, byBenchstat, 60, ns("regressed", 10, 16), allocs("regressed", 0, 1)),
		result(29, "slower", true, byTailgate, 30, ns("improved", 15, 10), allocs("improved", 1, 0)),
		result(29, "slower", true, byBenchstat, 60, ns("improved", 16, 10), allocs("improved", 1, 0)),
		result(30, "slower", false, byTailgate, 40, ns("inconclusive", 10, 12), allocs("regressed", 0, 1)),
		result(29, "readme", false, byTailgate, 5, ns("ok", 0, 0), allocs("ok", 0, 0)),
		result(29, "readme", false, byBenchstat, 50, ns("regressed", 10, 11.2), allocs("ok", 1, 1)),
		result(30, "readme", true, byBenchstat, 50, ns("regressed", 10, 10.2), allocs("ok", 1, 1)),
		result(30, "plant", false, byTailgate, 25, ns("regressed", 10, 10.5)),
		result(30, "readme", true, byTailgate, 0),
		result(30, "gone", false, byTailgate, 5),
	}
	results[0].Causes = []Named{{"A", "f"}}
	results[8].Causes, results[9].Error = []Named{{"A", "burn"}}, "no clone"
	got := table(cases, results)
	want, err := os.ReadFile("testdata/table.md")
	if string(want) != got {
		require.NoError(t, os.WriteFile("testdata/table.md.got", []byte(got), 0o644))
	}
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
	assert.Contains(t, table(nil, nil), "0 cases of 0 repositories, 0 results")

	shipped, err := loadCases(filepath.Join("testdata", "cases.json"))
	require.NoError(t, err)
	for _, c := range shipped {
		assert.NotContains(t, c.truth(), "|", c.Name)
	}
}
