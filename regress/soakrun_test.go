package regress_test

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/internal/testbed/archive"
	"github.com/tailgate-go/tailgate/policy"
	"github.com/tailgate-go/tailgate/regress"
)

// soakRun is a gate run of a soak: a line of the results' file.
type soakRun struct {
	Began    time.Time       `json:"began"`
	Busy     bool            `json:"busy"`    // beside a neighbour that compiles
	Planted  string          `json:"planted"` // the slowdown; empty: none
	Outcome  policy.Outcome  `json:"outcome"`
	Code     string          `json:"code"`    // of the reason
	Problem  string          `json:"problem"` // why there is no verdict; empty: there is one
	Change   float64         `json:"change"`  // of p95, in percent
	Lo       float64         `json:"lo"`      // the change's interval, in percent
	Hi       float64         `json:"hi"`
	Rounds   int             `json:"rounds"`
	Launches int             `json:"launches"`
	Seconds  float64         `json:"seconds"` // of measuring
	Stalls   float64         `json:"stalls"`  // a second
	Used     float64         `json:"used"`    // of the machine's CPU time, in percent
	Load     float64         `json:"load"`    // of the minute before
	Machine  archive.Machine `json:"machine"`
}

// gate makes the run.
func (r *soakRun) gate(t *testing.T) {
	gate := regress.Gate{
		Packages: []string{"../workload"}, Bench: "^BenchmarkMLPSmall$", Baseline: "HEAD", Candidate: "HEAD",
		Identical: "measure", Inject: r.Planted, Profile: "off", Out: filepath.Join(t.TempDir(), "out"),
	}
	r.Began = time.Now().UTC().Truncate(time.Second)
	result, err := gate.Run(t.Context(), t.Name(), io.Discard)
	if r.Outcome = result.Outcome(); err != nil {
		r.Problem = err.Error()
		return
	}
	v, noise := result.Report.Verdicts[0], result.Report.Benchmarks[0].Noise
	r.Code, r.Change, r.Lo, r.Hi = string(v.Reason.Code), v.ChangePercent, v.Percent.Lo, v.Percent.Hi
	r.Rounds, r.Launches, r.Seconds = noise.Rounds, noise.Launches, noise.Seconds
	r.Stalls, r.Used, r.Load = noise.Stalls, noise.Busy, noise.Load
}

func (r soakRun) String() string {
	return fmt.Sprintf("planted %q: %s %s%s: %+.1f %% (%+.1f to %+.1f), %d rounds in %d launches, %.1f s; "+
		"%.1f stalls/s, CPUs %.0f %% busy, load %.2f", r.Planted, r.Outcome, r.Code, r.Problem, r.Change, r.Lo, r.Hi,
		r.Rounds, r.Launches, r.Seconds, r.Stalls, r.Used, r.Load)
}

// soakKinds are what is planted in turn; an empty plant is none.
func soakKinds(plant string) []string { return slices.Compact([]string{"", plant}) }

// rarest is what to plant next: what has been planted least often.
func rarest(all []soakRun, busy bool, plant string) string {
	return slices.MinFunc(soakKinds(plant), func(a, b string) int { return count(all, busy, a) - count(all, busy, b) })
}

func count(all []soakRun, busy bool, plants ...string) (n int) {
	for _, r := range all {
		if r.Busy == busy && slices.Contains(plants, r.Planted) {
			n++
		}
	}
	return n
}

// soakOutcomes are the columns of the table.
var soakOutcomes = []policy.Outcome{
	policy.OK, policy.Regressed, policy.Improved, policy.Inconclusive, policy.Blind, policy.Invalid,
}

// soakTable is the table of docs/accuracy.md, as Markdown.
func soakTable(all []soakRun) string {
	var b strings.Builder
	days, machines := map[string]bool{}, map[archive.Machine]bool{}
	for _, r := range all {
		days[r.Began.UTC().Format(time.DateOnly)], machines[r.Machine] = true, true
	}
	fmt.Fprintf(&b, "%d gate runs, made on %s.\n", len(all), strings.Join(slices.Sorted(maps.Keys(days)), ", "))
	lines := []string{}
	for m := range machines {
		lines = append(lines, fmt.Sprintf("Machine: %s; tailgate %s.\n", m, m.Commit))
	}
	slices.Sort(lines)
	b.WriteString(strings.Join(lines, "") + "\n")
	b.WriteString("| machine | planted | runs |")
	for _, o := range soakOutcomes {
		fmt.Fprintf(&b, " %s |", o)
	}
	b.WriteString(" rounds, median | seconds, median and most | stalls a second, median | load, median |\n")
	b.WriteString(strings.Repeat("|---", 7+len(soakOutcomes)) + "|\n")
	type kind struct {
		busy    bool
		planted string
	}
	rows := map[kind][]soakRun{}
	for _, r := range all {
		k := kind{r.Busy, r.Planted}
		rows[k] = append(rows[k], r)
	}
	kinds := slices.SortedFunc(maps.Keys(rows), func(a, b kind) int {
		if a.busy != b.busy {
			return cmp.Compare(fmt.Sprint(a.busy), fmt.Sprint(b.busy))
		}
		return cmp.Compare(a.planted, b.planted)
	})
	for _, k := range kinds {
		of := rows[k]
		machine, planted := "quiet", cmp.Or(k.planted, "nothing")
		if k.busy {
			machine = "busy"
		}
		fmt.Fprintf(&b, "| %s | %s | %d |", machine, planted, len(of))
		for _, o := range soakOutcomes {
			n := 0
			for _, r := range of {
				if r.Outcome == o {
					n++
				}
			}
			fmt.Fprintf(&b, " %d |", n)
		}
		median := func(f func(soakRun) float64) float64 { return stats.Median(column(of, f)) }
		seconds := func(r soakRun) float64 { return r.Seconds }
		fmt.Fprintf(&b, " %.0f | %.1f, %.1f | %.1f | %.1f |\n", median(func(r soakRun) float64 { return float64(r.Rounds) }),
			median(seconds), slices.Max(column(of, seconds)),
			median(func(r soakRun) float64 { return r.Stalls }), median(func(r soakRun) float64 { return r.Load }))
	}
	return b.String()
}

func column(of []soakRun, f func(soakRun) float64) (values []float64) {
	for _, r := range of {
		values = append(values, f(r))
	}
	return values
}

func TestRunsOfASoakAreCounted(t *testing.T) {
	began := time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC)
	machine := archive.Machine{System: "linux/amd64", CPU: "a CPU", Cores: 2, Go: "go1.26.8", Commit: "0123456789ab"}
	run := func(busy bool, planted string, o policy.Outcome, seconds float64) soakRun {
		began = began.Add(time.Hour)
		return soakRun{
			Began: began.Add(-time.Hour), Busy: busy, Planted: planted, Outcome: o, Rounds: 8, Seconds: seconds, Machine: machine,
		}
	}
	all := []soakRun{
		run(true, "", policy.OK, 10), run(false, "", policy.OK, 11), run(true, "1.5ms", policy.Regressed, 30),
		run(true, "", policy.Blind, 119),
	}
	assert.Equal(t, 3, count(all, true, soakKinds("1.5ms")...))
	assert.Equal(t, 2, count(all, true, soakKinds("")...))
	assert.Equal(t, "1.5ms", rarest(all, true, "1.5ms"))
	assert.Equal(t, "1.5ms", rarest(all, false, "1.5ms"))
	assert.Empty(t, rarest(nil, true, "1.5ms"))
	assert.Empty(t, rarest(all, true, ""))
	assert.Equal(t, `4 gate runs, made on 2026-11-30, 2026-12-01.
Machine: a CPU, 2 CPUs, linux/amd64, go1.26.8; tailgate 0123456789ab.

| machine | planted | runs | ok | regressed | improved | inconclusive | blind | invalid | rounds, median | seconds, median and most | stalls a second, median | load, median |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
| quiet | nothing | 1 | 1 | 0 | 0 | 0 | 0 | 0 | 8 | 11.0, 11.0 | 0.0 | 0.0 |
| busy | nothing | 2 | 1 | 0 | 0 | 0 | 1 | 0 | 8 | 64.5, 119.0 | 0.0 | 0.0 |
| busy | 1.5ms | 1 | 0 | 1 | 0 | 0 | 0 | 0 | 8 | 30.0, 30.0 | 0.0 | 0.0 |
`, soakTable(all))
}

// TestTheSoakOfThePageIsOfTheResults holds that the table of the page comes from runs that are kept, and from all of them.
func TestTheSoakOfThePageIsOfTheResults(t *testing.T) {
	all, err := archive.Read[soakRun](filepath.Join("testdata", "soak.jsonl"))
	require.NoError(t, err)
	require.NotEmpty(t, all)
	page, err := os.ReadFile("../docs/accuracy.md")
	require.NoError(t, err)
	if want := soakTable(all); !strings.Contains(string(page), "\n\n"+want+"\n") {
		got := filepath.Join("testdata", "soak.md.got")
		require.NoError(t, os.WriteFile(got, []byte(want), 0o644))
		assert.Fail(t, "docs/accuracy.md lacks the table of regress/testdata/soak.jsonl: "+got+" is that")
	}
}
