package regress_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/testbed/archive"
	"github.com/tailgate-go/tailgate/internal/testbed/neighbour"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

var (
	soakRuns  = flag.Int("soak", 0, "count the outcomes of so many whole gate runs, and what they leave; some 12 s each")
	soakPlant = flag.String("soak-plant", "1.5ms",
		"slowdown to plant in every other of them: 1.5ms is 1.5 times their limit; empty: in none")
	soakBusy    = flag.Bool("soak-busy", false, "beside a neighbour that compiles on all CPUs")
	soakResults = flag.String("soak-results", "",
		"`file` to which each run is added; the runs that it has of the same kind count, so that a soak can be made in parts")
)

// TestSoak counts how often whole gate runs of a request of 5 ms are wrong on this machine, by the default policy:
// the limit is 1 ms, since 10 % are less. Runs with identical sides, HEAD in two worktrees, and with a planted slowdown take turns,
// in one process. It asserts nothing about their outcomes, which are to be reported; what the runs leave must not grow.
// A soak of many runs takes -timeout 0.
func TestSoak(t *testing.T) {
	if *soakRuns == 0 {
		t.Skip("run with -soak=300 -timeout 0")
	}
	machine := archive.ThisMachine("..")
	if *soakBusy {
		neighbour.Start(t)
		time.Sleep(20 * time.Second)
	}
	scratch, err := filepath.EvalSymlinks(t.TempDir()) // as git records it
	require.NoError(t, err)
	t.Setenv("GOTMPDIR", scratch)
	file := *soakResults
	if file == "" {
		file = filepath.Join(t.TempDir(), "soak.jsonl")
	}
	all, err := archive.Read[soakRun](file)
	require.NoError(t, err)
	var first, last footprint
	for n := 1; ; n++ {
		next := soakRun{Busy: *soakBusy, Planted: rarest(all, *soakBusy, *soakPlant), Machine: machine}
		if kinds := soakKinds(*soakPlant); count(all, *soakBusy, kinds...) >= *soakRuns {
			break
		}
		next.gate(t)
		t.Logf("%d: %s", n, next)
		require.NoError(t, archive.Add(file, next))
		all = append(all, next)

		if n == 1 {
			first = settledFootprint(func(footprint) bool { return true })
		}
		last = settledFootprint(func(f footprint) bool { return f.countsAtMost(first) })
		assert.True(t, last.countsAtMost(first), "after run %d there are %+v, where after the first there were %+v", n, last, first)
		left, err := os.ReadDir(scratch)
		require.NoError(t, err)
		assert.Empty(t, left, "files are left")
		assert.Empty(t, worktreesIn(t, scratch), "worktrees are left")
		holder, err := os.ReadFile(testbin.LockPath())
		require.NoError(t, err)
		assert.NotContains(t, string(holder), fmt.Sprintf("process %d,", os.Getpid()), "the lock is left")
	}
	t.Logf("\n\n%s\n| left behind | after the first run | after the last |\n|---|---|---|\n%s", soakTable(all), first.rows(last))
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
