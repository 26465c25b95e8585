//go:build linux

package adoption

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	faultRuns = flag.Int("faults", 0, "how many faults TestFaults causes; 0: one of each kind")
	faultSeed = flag.Uint64("faultseed", 1, "seed of when and where TestFaults causes them")
	faultKind = flag.String("faultkind", "", "pattern of the kinds that TestFaults causes: 'the (gate|baseline|candidate) is killed'")
)

// misfortune is a kind of fault.
type misfortune struct {
	name  string
	says  string // pattern of what the gate prints; empty: it has no chance to print
	cause func(f *faulty)
	late  bool // all was measured: results and verdict may stand, and the gate may have ended before
	// the gate may pass all the same; where something is scarce, that may not do even for Go's runtime, which then ends the gate
	spare bool
}

// faultKinds are what can happen. cause lets it happen to the gate that is not started yet, and ends when that was started. Nothing
// that they do outlives the test: mounts are in a namespace of the gate's own.
var faultKinds = []misfortune{
	{name: "the gate is killed", cause: func(f *faulty) { f.start(); f.after(3*time.Second, f.signal(syscall.SIGKILL)) }},
	{name: "the gate is killed while it measures",
		cause: func(f *faulty) { f.start(); f.measuring(); f.after(time.Second, f.signal(syscall.SIGKILL)) }},
	{name: "the gate is killed while it reports", late: true, cause: func(f *faulty) {
		f.gate.Args = append(f.gate.Args, "-regress.bench=Quick")
		f.start()
		f.until(func() bool { return isWhole(filepath.Join(f.out, "candidate.txt")) }, "nothing was measured to the end")
		f.after(60*time.Millisecond, f.signal(syscall.SIGKILL))
	}},
	{name: "CI cancels the job", cause: func(f *faulty) {
		f.start()
		f.after(3*time.Second, f.signal(syscall.SIGTERM))
		f.after(50*time.Millisecond, f.signal(syscall.SIGKILL))
	}},
	{name: "the baseline is killed", says: `baseline: .*killed \(SIGKILL\), and not by the gate`,
		cause: func(f *faulty) { f.start(); f.killSide(0) }},
	{name: "the candidate is killed", says: `candidate: .*killed \(SIGKILL\), and not by the gate`,
		cause: func(f *faulty) { f.start(); f.killSide(1) }},
	{name: "a build is killed", says: `(?s)signal: killed|killed \(SIGKILL\)`, cause: func(f *faulty) { f.shadow("go", `test -c`) }},
	{name: "git is killed", says: `(?s)signal: killed|killed \(SIGKILL\)`,
		cause: func(f *faulty) { f.shadow("git", f.pick("worktree add", "rev-parse", "status", "log")) }},
	{name: "git is not there", says: `git is not on the PATH`, cause: func(f *faulty) { f.start("PATH=" + f.withoutGit()) }},
	{name: "the worktree is deleted", says: `no such file or directory`,
		cause: func(f *faulty) { f.start(); f.measuring(); f.remove("tree/*") }},
	{name: "the binaries are deleted", says: `no such file or directory`,
		cause: func(f *faulty) { f.start(); f.measuring(); f.remove("bin/*") }},
	{name: "the output cannot be written", says: `output folder: .*(read-only file system|permission denied)`,
		cause: func(f *faulty) { f.readOnly() }},
	{name: "the disk of the output is full", says: `no space left on device`, cause: func(f *faulty) {
		f.gate.Args = append(f.gate.Args, "-regress.bench=Quick") // it goes on to the end
		f.full(f.out, f.pick("4k", "8k"))
	}},
	{name: "the disk of temporary files is full", says: `no space left on device`,
		cause: func(f *faulty) { f.full(f.temp, f.pick("64k", "1m", "4m")) }},
	{name: "there are no descriptors", spare: true, says: `too many open files|invalid`, cause: func(f *faulty) {
		f.limited("ulimit -n " + strconv.Itoa(10+f.random.IntN(6)))
	}},
	{name: "no process can be started", spare: true, says: `(?i)resource temporarily unavailable|cannot fork|create new OS thread`,
		cause: func(f *faulty) { f.withoutProcesses() }},
	{name: "the candidate takes all memory", says: `out of memory`, cause: func(f *faulty) { f.start() }},
	{name: "the candidate closes the pipes", says: `candidate: `, cause: func(f *faulty) { f.start() }},
	{name: "the candidate writes into the pipes", says: `candidate: `, cause: func(f *faulty) { f.start() }},
	{name: "the candidate hangs", says: `no answer within 4`, cause: func(f *faulty) { f.start() }},
	{name: "the candidate hangs in a session of its own", says: `no answer within 4`, cause: func(f *faulty) { f.start() }},
	{name: "the candidate exits", says: `candidate: `, cause: func(f *faulty) { f.start() }},
	{name: "the candidate prints without end", says: `printed more than 8 MiB`, cause: func(f *faulty) { f.start() }},
	{name: "a third party writes into the pipes", says: `(baseline|candidate): `, cause: func(f *faulty) { f.start(); f.babble() }},
	{name: "the machine sleeps", spare: true, says: `no answer within`, cause: func(f *faulty) { f.start(); f.sleep() }},
}

// After any fault the gate is red and says why, or was killed; nothing of it is left; and no results pass for whole that are not.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	dir, env := committed(t, "testdata/faults.txtar")
	pattern, err := regexp.Compile(*faultKind)
	require.NoError(t, err)
	kinds := slices.DeleteFunc(slices.Clone(faultKinds), func(k misfortune) bool { return !pattern.MatchString(k.name) })
	require.NotEmpty(t, kinds, "-faultkind")
	random := rand.New(rand.NewPCG(*faultSeed, 9))
	runs := *faultRuns
	if runs == 0 {
		runs = len(kinds)
	}
	seen := &tally{}
	t.Run("fault", func(t *testing.T) {
		for i := range runs {
			kind := kinds[i%len(kinds)]
			seed := random.Uint64()
			t.Run(fmt.Sprintf("%d %s", i, kind.name), func(t *testing.T) {
				t.Parallel()
				outcome := "not as it must be"
				defer func() {
					if t.Skipped() {
						outcome = "skipped"
					}
					seen.add(kind.name, outcome)
				}()
				temp := t.TempDir()
				f := &faulty{
					t: t, program: filepath.Join(dir, ".tmp/gate.test"), dir: filepath.Join(temp, "shop"), env: env,
					temp: filepath.Join(temp, "temp"), out: filepath.Join(temp, "out"), random: rand.New(rand.NewPCG(seed, 0)),
				}
				f.prepare(strings.TrimPrefix(kind.name, "the candidate "))
				kind.cause(f)
				measured := f.check(kind)
				if t.Failed() {
					return
				}
				switch outcome = "killed"; {
				case kind.spare && f.gate.ProcessState.Success():
					outcome = "passed all the same"
				case kind.spare && f.gate.ProcessState.ExitCode() == 2:
					outcome = "ended by Go's runtime"
				case kind.says != "":
					outcome = "invalid"
				case f.gate.ProcessState.Success():
					outcome = "ended before"
				}
				if measured {
					outcome += ", having measured"
				}
			})
		}
	})
	t.Logf("%d faults, seed %d:\n%s", runs, *faultSeed, seen.table(kinds))
}

// tally counts how faults of each kind ended.
type tally struct {
	mu    sync.Mutex
	count map[string]map[string]int
}

func (y *tally) add(kind, outcome string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.count == nil {
		y.count = map[string]map[string]int{}
	}
	if y.count[kind] == nil {
		y.count[kind] = map[string]int{}
	}
	y.count[kind][outcome]++
}

func (y *tally) table(kinds []misfortune) string {
	var b strings.Builder
	for _, kind := range kinds {
		for _, outcome := range slices.Sorted(maps.Keys(y.count[kind.name])) {
			fmt.Fprintf(&b, "%5d  %-40s %s\n", y.count[kind.name][outcome], kind.name, outcome)
		}
	}
	return b.String()
}
