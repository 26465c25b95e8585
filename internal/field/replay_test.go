package field

import (
	"errors"
	"flag"
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

	"github.com/tailgate-go/tailgate/policy"
	"github.com/tailgate-go/tailgate/regress"
)

var (
	replayGo = flag.String("field.replaygo", "", "`folder` with files such as zap-v1.23.0.csv, "+
		"as optimizer/dataset_1/go_data_path of njapke/uoptime-replication-package has them")
	replayJMH = flag.String("field.replayjmh", "", "`folder` with a JSON file of a list of forks for each benchmark, "+
		"as data/timeseries/all of SEALABQualityGroup/steady-state has them")
	replayTrials = flag.String("field.replaytrials", "", "`folder` with files such as 103&google&uuid_benchmarks.csv, "+
		"as pa_input_projects of sealuzh/benchmark-instability-prediction-replication-package has them")
)

// samples are runs of benchmarks, in ns/op, by name.
type samples map[string][]float64

// write writes what go test -bench would have printed.
func (s samples) write(file string, factor float64) error {
	var b strings.Builder
	b.WriteString("goos: linux\ngoarch: amd64\npkg: example.com/replayed\n")
	for _, name := range slices.Sorted(maps.Keys(s)) {
		for _, ns := range s[name] {
			fmt.Fprintf(&b, "Benchmark%s 1 %.6g ns/op\n", name, ns*factor)
		}
	}
	b.WriteString("PASS\nok example.com/replayed 1s\n") // else the run would have been cut short
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

// split deals the runs out in turn: the first to one, the second to the other.
func (s samples) split() (even, odd samples) {
	even, odd = samples{}, samples{}
	for name, runs := range s {
		for i, ns := range runs {
			to := even
			if i%2 == 1 {
				to = odd
			}
			to[name] = append(to[name], ns)
		}
	}
	return even, odd
}

// replay is one comparison of a replayed set.
type replay struct {
	what                string
	baseline, candidate samples
	factor              float64 // by which the candidate's runs are made longer
}

// againstItself compares one half of the runs with the other: as they are, and with each slowdown planted.
func (s samples) againstItself(what string) (all []replay) {
	even, odd := s.split()
	for _, p := range planted {
		all = append(all, replay{what + p.what, even, odd, p.factor})
	}
	return all
}

// filesIn are the files of a set in a folder, in the order of their names.
func filesIn(folder, pattern string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, pattern))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s: there is no %s", folder, pattern)
	}
	slices.Sort(files)
	return files, err
}

// readSet reads a file of a set.
func readSet[T any](file string, read func(io.Reader) (T, error)) (of T, err error) {
	f, err := os.Open(file)
	if err != nil {
		return of, err
	}
	of, err = read(f)
	if err = errors.Join(err, f.Close()); err != nil {
		err = fmt.Errorf("%s: %w", file, err)
	}
	return of, err
}

// replayed counts what was said of comparisons of one kind.
type replayed struct {
	compared  int            // gates
	gate      map[string]int // verdicts, by outcome
	benchstat map[string]int // likewise; regressed is beyond the limit, and worse is within it
	seconds   float64        // of gates
}

func (r *replayed) run(t *testing.T, of replay) {
	t.Helper()
	dir := t.TempDir()
	baseline, candidate := filepath.Join(dir, "baseline.txt"), filepath.Join(dir, "candidate.txt")
	require.NoError(t, of.baseline.write(baseline, 1))
	require.NoError(t, of.candidate.write(candidate, of.factor))
	gate := regress.Gate{Baseline: baseline, Candidate: candidate, Out: filepath.Join(dir, "out")}
	began := time.Now()
	result, err := gate.Run(t.Context(), t.Name(), io.Discard)
	require.NoError(t, err)
	r.seconds += time.Since(began).Seconds()
	r.compared++
	for _, v := range result.Report.Verdicts {
		switch {
		case v.Outcome == policy.Invalid:
			r.gate[fmt.Sprintf("%s %s", v.Outcome, v.Reason.Code)]++
		case v.Unit == "ns/op":
			r.gate[string(v.Outcome)]++
		}
	}
	csv, err := run(t.Context(), ".", "go", "tool", "benchstat", "-format=csv", baseline, candidate)
	require.NoError(t, err)
	said, err := readBenchstat(csv, 1)
	require.NoError(t, err)
	for _, v := range said {
		outcome := v.Outcome
		if outcome == "regressed" && !(Case{}).beyond(v.Unit, v.Baseline, v.Candidate) {
			outcome = "worse within the limit"
		}
		r.benchstat[outcome]++
	}
}

// TestReplay judges what others measured, from a folder, as saved results: within a version, where nothing differs; the same with
// all runs of the candidate made longer; and from one version to the next, where nobody knows what is true.
//
//	go test -v -run 'TestReplay$' ./internal/field -field.replaygo DIR -field.replayjmh DIR -field.replaytrials DIR -timeout 0
func TestReplay(t *testing.T) {
	if *replayGo == "" && *replayJMH == "" && *replayTrials == "" {
		t.Skip("reads what others measured: docs/field.md says how")
	}
	var all []replay
	if *replayGo != "" {
		of, err := goReplays(*replayGo)
		require.NoError(t, err)
		all = append(all, of...)
	}
	if *replayJMH != "" {
		of, err := jmhReplays(*replayJMH)
		require.NoError(t, err)
		all = append(all, of...)
	}
	if *replayTrials != "" {
		of, err := trialReplays(*replayTrials)
		require.NoError(t, err)
		all = append(all, of...)
	}
	require.NotEmpty(t, all)
	var order []string
	counts := map[string]*replayed{}
	for _, of := range all {
		if counts[of.what] == nil {
			order = append(order, of.what)
			counts[of.what] = &replayed{gate: map[string]int{}, benchstat: map[string]int{}}
		}
		counts[of.what].run(t, of)
	}
	fmt.Print("| compared | gates | verdicts | gate | benchstat | s of a gate |\n|---|--:|--:|---|---|--:|\n")
	for _, what := range order {
		c := counts[what]
		verdicts := 0
		for _, n := range c.gate {
			verdicts += n
		}
		fmt.Printf("| %s | %d | %d | %s | %s | %.2f |\n", what, c.compared, verdicts, counted(c.gate), counted(c.benchstat),
			c.seconds/float64(c.compared))
	}
}

func counted(of map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, of[name]))
	}
	return strings.Join(parts, ", ")
}

// planted are the factors by which the candidate's runs are made longer, and what to call it.
var planted = []struct {
	factor float64
	what   string
}{{1, ""}, {1.15, ", +15 %"}, {1.3, ", +30 %"}}

func TestSamplesAreSplitAndWritten(t *testing.T) {
	even, odd := samples{"A": {1, 2, 3}, "B": {4}}.split()
	assert.Equal(t, samples{"A": {1, 3}, "B": {4}}, even)
	assert.Equal(t, samples{"A": {2}}, odd)
	file := filepath.Join(t.TempDir(), "runs.txt")
	require.NoError(t, even.write(file, 1.5))
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(data), "\nBenchmarkA 1 1.5 ns/op\nBenchmarkA 1 4.5 ns/op\nBenchmarkB 1 6 ns/op\n")
}

// TestAReplayIsJudged takes runs that are made here: none is red where nothing differs, and all are where all are a third longer.
func TestAReplayIsJudged(t *testing.T) {
	runs := samples{}
	for i := range 30 {
		runs["A"] = append(runs["A"], 1000+float64(i*7%11))
		runs["B"] = append(runs["B"], 20+float64(i*5%13)/10)
	}
	even, odd := runs.split()
	r := replayed{gate: map[string]int{}, benchstat: map[string]int{}}
	r.run(t, replay{"", even, odd, 1})
	assert.Equal(t, map[string]int{"ok": 2}, r.gate)
	r = replayed{gate: map[string]int{}, benchstat: map[string]int{}}
	r.run(t, replay{"", even, odd, planted[2].factor})
	assert.Equal(t, map[string]int{"regressed": 2}, r.gate)
	assert.Equal(t, map[string]int{"regressed": 2}, r.benchstat)
}
