package regress_test

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/internal/testbed/neighbour"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
	"github.com/tailgate-go/tailgate/regress"
)

var (
	soakRuns  = flag.Int("soak", 0, "count the outcomes of so many whole gate runs, and what they leave; some 12 s each")
	soakPlant = flag.String("soak-plant", "1.5ms",
		"slowdown to plant in every other of them: 1.5ms is 1.5 times their limit; empty: in none")
	soakBusy = flag.Bool("soak-busy", false, "beside a neighbour that compiles on all CPUs")
)

// TestSoak counts how often whole gate runs of a request of 5 ms are wrong on this machine, by the default policy:
// the limit is 1 ms, since 10 % are less. Runs with identical sides, HEAD in two worktrees, and with a planted slowdown take turns,
// in one process. Of the outcomes it asserts nothing, since they are to be reported; what the runs leave must not grow.
// A run of many takes -timeout 0.
func TestSoak(t *testing.T) {
	if *soakRuns == 0 {
		t.Skip("run with -soak=300 -timeout 0")
	}
	if *soakBusy {
		neighbour.Start(t)
		time.Sleep(20 * time.Second)
	}
	scratch, err := filepath.EvalSymlinks(t.TempDir()) // as git records it
	require.NoError(t, err)
	t.Setenv("GOTMPDIR", scratch)
	plants := []string{""}
	if *soakPlant != "" {
		plants = append(plants, *soakPlant)
	}
	soaks := make([]soak, len(plants))
	var first, last footprint
	for i := range *soakRuns {
		side := i % len(plants)
		gate := regress.Gate{
			Packages: []string{"../workload"}, Bench: "^BenchmarkMLPSmall$", Baseline: "HEAD", Candidate: "HEAD",
			Identical: "measure", Inject: plants[side], Profile: "off", Out: filepath.Join(t.TempDir(), "out"),
		}
		result, err := gate.Run(t.Context(), t.Name(), io.Discard)
		var v policy.Verdict
		var noise policy.Noise
		if err != nil {
			v.Reason.Facts.Problem = err.Error()
		} else {
			v, noise = result.Report.Verdicts[0], result.Report.Benchmarks[0].Noise
		}
		soaks[side].add(result.Outcome(), noise)
		t.Logf("%d: planted %q: %s: %+.1f %% (%+.1f to %+.1f), %d rounds in %d launches, %.1f s; "+
			"%.1f stalls/s, steal %.1f %%, CPUs %.0f %% busy, load %.2f: %v",
			i+1, plants[side], result.Outcome(), v.ChangePercent, v.Percent.Lo, v.Percent.Hi, noise.Rounds, noise.Launches, noise.Seconds,
			noise.Stalls, noise.Steal, noise.Busy, noise.Load, v.Reason)

		if i == 0 {
			first = settledFootprint(func(footprint) bool { return true })
		}
		last = settledFootprint(func(f footprint) bool { return f.countsAtMost(first) })
		assert.True(t, last.countsAtMost(first), "after run %d there are %+v, where after the first there were %+v", i+1, last, first)
		left, err := os.ReadDir(scratch)
		require.NoError(t, err)
		assert.Empty(t, left, "files are left")
		assert.Empty(t, worktreesIn(t, scratch), "worktrees are left")
		holder, err := os.ReadFile(testbin.LockPath())
		require.NoError(t, err)
		assert.NotContains(t, string(holder), fmt.Sprintf("process %d,", os.Getpid()), "the lock is left")
	}
	var table strings.Builder
	table.WriteString("| planted | runs | ok | regressed | improved | inconclusive | blind | invalid | " +
		"rounds, median | seconds, median and most | load, median |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for i, s := range soaks {
		table.WriteString(s.row(plants[i]))
	}
	fmt.Fprintf(&table, "\n| left behind | after the first run | after %d |\n|---|---|---|\n%s", *soakRuns, first.rows(last))
	t.Logf("%d gate runs, beside a neighbour: %v\n\n%s", *soakRuns, *soakBusy, &table)
}

// soak is how the runs of one kind ended.
type soak struct {
	outcomes              map[policy.Outcome]int
	rounds, seconds, load []float64
}

func (s *soak) add(o policy.Outcome, n policy.Noise) {
	if s.outcomes == nil {
		s.outcomes = map[policy.Outcome]int{}
	}
	s.outcomes[o]++
	s.rounds, s.seconds, s.load = append(s.rounds, float64(n.Rounds)), append(s.seconds, n.Seconds), append(s.load, n.Load)
}

// row is a line of the table in docs/accuracy.md.
func (s *soak) row(plant string) string {
	if plant == "" {
		plant = "nothing"
	}
	if len(s.seconds) == 0 {
		return fmt.Sprintf("| %s | 0 | | | | | | | | | |\n", plant)
	}
	o := s.outcomes
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d | %d | %.0f | %.1f, %.1f | %.1f |\n",
		plant, len(s.seconds), o[policy.OK], o[policy.Regressed], o[policy.Improved], o[policy.Inconclusive],
		o[policy.Blind], o[policy.Invalid], stats.Median(s.rounds), stats.Median(s.seconds), slices.Max(s.seconds), stats.Median(s.load))
}

// footprint is what this process holds.
type footprint struct {
	goroutines, files, children int
	heap, resident              int64 // bytes: in use after a garbage collection, and in memory; resident is 0 where there is no /proc
}

// settledFootprint is this process's as soon as it is as wanted, or else after 5 seconds: what has ended may have
// to be collected yet.
func settledFootprint(wanted func(footprint) bool) (f footprint) {
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		f = footprint{goroutines: runtime.NumGoroutine(), heap: int64(m.HeapInuse)}
		files, _ := os.ReadDir("/proc/self/fd")
		f.files = len(files)
		tasks, _ := filepath.Glob("/proc/self/task/*/children")
		for _, task := range tasks {
			children, _ := os.ReadFile(task) // of a thread that has ended there is none
			f.children += len(strings.Fields(string(children)))
		}
		if statm, _ := os.ReadFile("/proc/self/statm"); len(statm) > 0 {
			pages, _ := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
			f.resident = pages * int64(os.Getpagesize())
		}
		if wanted(f) || time.Now().After(end) {
			return f
		}
	}
}

// countsAtMost reports whether there is no more of what can be counted. Memory is not counted: it has no exact amount.
func (f footprint) countsAtMost(of footprint) bool {
	return f.goroutines <= of.goroutines && f.files <= of.files && f.children <= of.children
}

func (f footprint) rows(last footprint) string {
	const mib = 1 << 20
	return fmt.Sprintf("| goroutines | %d | %d |\n| open files | %d | %d |\n| processes | %d | %d |\n"+
		"| heap in use, MiB | %.1f | %.1f |\n| resident, MiB | %.1f | %.1f |\n",
		f.goroutines, last.goroutines, f.files, last.files, f.children, last.children,
		float64(f.heap)/mib, float64(last.heap)/mib, float64(f.resident)/mib, float64(last.resident)/mib)
}

// worktreesIn are the repository's worktrees below a folder, as git records them.
func worktreesIn(t *testing.T, dir string) (found []string) {
	t.Helper()
	listed, err := exec.Command("git", "worktree", "list", "--porcelain").Output()
	require.NoError(t, err)
	for line := range strings.Lines(string(listed)) {
		if strings.HasPrefix(line, "worktree "+dir) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}
