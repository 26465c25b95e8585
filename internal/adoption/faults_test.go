//go:build linux

package adoption

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

var (
	faultRuns = flag.Int("faults", 0, "how many faults TestFaults causes; 0: one of each kind")
	faultSeed = flag.Uint64("faultseed", 1, "seed of when and where TestFaults causes them")
	faultKind = flag.String("faultkind", "", "pattern of the kinds that TestFaults causes: 'the (gate|baseline|candidate) is killed'")
)

// faulty is a gate that meets with a fault, in a repository of its own.
type faulty struct {
	program   string
	dir       string
	env       []string
	t         *testing.T
	random    *rand.Rand
	temp, out string
	gate      *exec.Cmd
	printed   bytes.Buffer
}

// misfortune is a kind of fault.
type misfortune struct {
	name  string
	says  string // pattern of what the gate prints; empty: it has no chance to print
	cause func(f *faulty)
	late  bool // all was measured: results and verdict may stand, and the gate may have ended before
	scant bool // something is scarce, and may suffice by chance, or not even for Go's runtime, which then ends the gate
}

// faultKinds are what can happen. cause lets it happen to the gate that is not started yet, and ends when that was started. Nothing that
// they do outlives the test: mounts are in a namespace of the gate's own.
var faultKinds = []misfortune{
	{name: "the gate is killed", cause: func(f *faulty) { f.start(); f.after(3*time.Second, f.signal(syscall.SIGKILL)) }},
	{name: "the gate is killed while it measures", cause: func(f *faulty) { f.start(); f.measuring(); f.after(time.Second, f.signal(syscall.SIGKILL)) }},
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
	{name: "the baseline is killed", says: `baseline: .*killed \(SIGKILL\), and not by the gate`, cause: func(f *faulty) { f.start(); f.killSide(0) }},
	{name: "the candidate is killed", says: `candidate: .*killed \(SIGKILL\), and not by the gate`, cause: func(f *faulty) { f.start(); f.killSide(1) }},
	{name: "a build is killed", says: `(?s)signal: killed|killed \(SIGKILL\)`, cause: func(f *faulty) { f.shadow("go", `test -c`) }},
	{name: "git is killed", says: `(?s)signal: killed|killed \(SIGKILL\)`, cause: func(f *faulty) { f.shadow("git", f.pick("worktree add", "rev-parse", "status", "log")) }},
	{name: "git is not there", says: `git is not on the PATH`, cause: func(f *faulty) { f.start("PATH=" + f.withoutGit()) }},
	{name: "the worktree is deleted", says: `no such file or directory`, cause: func(f *faulty) { f.start(); f.measuring(); f.remove("tree/*") }},
	{name: "the binaries are deleted", says: `no such file or directory`, cause: func(f *faulty) { f.start(); f.measuring(); f.remove("bin/*") }},
	{name: "the output cannot be written", says: `output folder: .*(read-only file system|permission denied)`, cause: func(f *faulty) { f.readOnly() }},
	{name: "the disk of the output is full", says: `no space left on device`, cause: func(f *faulty) {
		f.gate.Args = append(f.gate.Args, "-regress.bench=Quick") // it goes on to the end
		f.full(f.out, f.pick("4k", "8k"))
	}},
	{name: "the disk of temporary files is full", says: `no space left on device`, cause: func(f *faulty) { f.full(f.temp, f.pick("64k", "1m", "4m")) }},
	{name: "there are no descriptors", scant: true, says: `too many open files|invalid`, cause: func(f *faulty) {
		f.limited("ulimit -n " + strconv.Itoa(10+f.random.IntN(6)))
	}},
	{name: "no process can be started", scant: true, says: `(?i)resource temporarily unavailable|cannot fork|create new OS thread`, cause: func(f *faulty) { f.withoutProcesses() }},
	{name: "the candidate takes all memory", says: `out of memory`, cause: func(f *faulty) { f.start() }},
	{name: "the candidate closes the pipes", says: `candidate: `, cause: func(f *faulty) { f.start() }},
	{name: "the candidate writes into the pipes", says: `candidate: `, cause: func(f *faulty) { f.start() }},
	{name: "the candidate hangs", says: `no answer within 4`, cause: func(f *faulty) { f.start() }},
	{name: "the candidate exits", says: `candidate: `, cause: func(f *faulty) { f.start() }},
	{name: "the candidate prints without end", says: `printed more than 8 MiB`, cause: func(f *faulty) { f.start() }},
	{name: "a third party writes into the pipes", says: `(baseline|candidate): `, cause: func(f *faulty) { f.start(); f.babble() }},
}

// After any fault the gate is red and says why, or was killed; nothing of it is left; and no results pass for whole that are not.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	dir, env := modtest.Unpack(t, "testdata/faults.txtar")
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir, cmd.Env = dir, env
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
	}
	run("git", "init", "-q")
	run("git", "add", "-A")
	run("git", "commit", "-q", "-m", "first")
	run("go", "test", "-c", "-o", ".tmp/gate.test", ".")

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
				case kind.scant && f.gate.ProcessState.Success():
					outcome = "passed, since there was enough"
				case kind.scant && f.gate.ProcessState.ExitCode() == 2:
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

// prepare clones the repository, where the candidate's code may do what it says, and makes the gate's command.
func (f *faulty) prepare(code string) {
	require.NoError(f.t, os.Mkdir(f.temp, 0o755))
	clone := exec.Command("git", "clone", "-q", filepath.Dir(filepath.Dir(f.program)), f.dir)
	clone.Env = f.env
	out, err := clone.CombinedOutput()
	require.NoError(f.t, err, "%s", out)
	require.NoError(f.t, os.WriteFile(filepath.Join(f.dir, "side.go"), []byte("package shop\n\nconst fault = \""+code+"\"\n"), 0o644))

	f.gate = exec.Command(f.program, "-test.run=TestGate", "-test.v", "-regress.bench=Serve", "-regress.out="+f.out)
	f.gate.Dir = f.dir
	f.gate.Env = append(slices.Clone(f.env), "TMPDIR="+f.temp)
	f.gate.Stdout, f.gate.Stderr = &f.printed, &f.printed
}

func (f *faulty) start(env ...string) {
	f.gate.Env = append(f.gate.Env, env...)
	require.NoError(f.t, f.gate.Start())
}

// through starts the gate from a shell that does something first.
func (f *faulty) through(script string, args ...string) {
	f.gate.Args = append([]string{"sh", "-c", script + "\nexec \"$@\"", "sh"}, f.gate.Args...)
	f.gate.Path = "/bin/sh"
	f.gate.Args = append(args, f.gate.Args...)
	if len(args) > 0 {
		f.gate.Path = args[0]
	}
	f.start()
}

func (f *faulty) pick(of ...string) string { return of[f.random.IntN(len(of))] }

func (f *faulty) signal(s syscall.Signal) func() { return func() { _ = f.gate.Process.Signal(s) } }

// after waits for up to so long and then does it.
func (f *faulty) after(most time.Duration, do func()) {
	time.Sleep(time.Duration(f.random.Int64N(int64(most))))
	do()
}

// until waits for something to come true.
func (f *faulty) until(done func() bool, otherwise string) {
	f.t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			_ = f.gate.Process.Kill()
			_ = f.gate.Wait() // with the signal
			require.FailNow(f.t, otherwise, f.printed.String())
		}
	}
}

// measuring waits until results come.
func (f *faulty) measuring() {
	f.until(func() bool { return hasContent(filepath.Join(f.out, "baseline.txt")) }, "nothing was measured")
}

// inDuet does something to a process in a duet, of the side given, as soon as it succeeds: there is none between two launches. The baseline
// is the one in the worktree.
func (f *faulty) inDuet(side int, do func(pid int) bool) {
	f.until(func() bool {
		for _, pid := range inDuet(f.temp) {
			cwd, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
			if is := [2]bool{strings.Contains(cwd, "tailgate-scratch-"), cwd == f.dir}; is[side] && do(pid) {
				return true
			}
		}
		return false
	}, "no duet began")
}

func (f *faulty) killSide(side int) {
	f.inDuet(side, func(int) bool { return true })
	f.after(time.Second, func() {})
	f.inDuet(side, func(pid int) bool { return syscall.Kill(pid, syscall.SIGKILL) == nil })
}

// babble writes something into the pipes of one side, from outside.
func (f *faulty) babble() {
	f.inDuet(f.random.IntN(2), func(pid int) bool {
		wrote := false
		for _, fd := range []int{3, 4} {
			pipe, err := os.OpenFile(fmt.Sprintf("/proc/%d/fd/%d", pid, fd), os.O_WRONLY|syscall.O_NONBLOCK, 0)
			if err != nil {
				continue
			}
			noise := make([]byte, 1+f.random.IntN(64))
			for i := range noise {
				noise[i] = byte(f.random.Uint32())
			}
			if _, err := pipe.Write(noise); err == nil {
				wrote = true
			}
			_ = pipe.Close()
		}
		return wrote
	})
}

// shadow puts before a command one that dies of SIGKILL where its arguments hold a text.
func (f *faulty) shadow(command, when string) {
	real, err := exec.LookPath(command)
	require.NoError(f.t, err)
	bin := f.t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\ncase \"$*\" in *'%s'*) kill -s KILL $$ ;; esac\nexec '%s' \"$@\"\n", when, real)
	require.NoError(f.t, os.WriteFile(filepath.Join(bin, command), []byte(script), 0o755))
	f.start("PATH=" + bin + ":" + os.Getenv("PATH"))
}

// withoutGit is a PATH with all that is needed but git.
func (f *faulty) withoutGit() string {
	bin := f.t.TempDir()
	for _, command := range []string{"sh", "sleep", "rm", "find", "rmdir", "chmod", "go"} {
		path, err := exec.LookPath(command)
		require.NoError(f.t, err)
		require.NoError(f.t, os.Symlink(path, filepath.Join(bin, command)))
	}
	return bin
}

// remove removes a part of the gate's scratch.
func (f *faulty) remove(part string) {
	found, err := filepath.Glob(filepath.Join(f.temp, "tailgate-scratch-*", part))
	require.NoError(f.t, err)
	require.NotEmpty(f.t, found)
	for _, path := range found {
		require.NoError(f.t, os.RemoveAll(path))
	}
}

// mounts is the beginning of a command in a namespace where it may mount.
func (f *faulty) mounts() []string {
	unshare, err := exec.LookPath("unshare")
	if err != nil {
		f.t.Skip("unshare is not on the PATH")
	}
	for _, flags := range []string{"-m", "-rm"} {
		if exec.Command(unshare, flags, "sh", "-c", "mount -t tmpfs none /mnt").Run() == nil {
			return []string{unshare, flags}
		}
	}
	f.t.Skip("nothing may be mounted here")
	return nil
}

func (f *faulty) readOnly() {
	namespace := f.mounts()
	require.NoError(f.t, os.MkdirAll(f.out, 0o755))
	f.through(fmt.Sprintf("mount -t tmpfs -o ro none '%s'", f.out), namespace...)
}

func (f *faulty) full(dir, size string) {
	namespace := f.mounts()
	require.NoError(f.t, os.MkdirAll(dir, 0o755))
	f.through(fmt.Sprintf("mount -t tmpfs -o size=%s none '%s'", size, dir), namespace...)
}

func (f *faulty) limited(command string) { f.through(command) }

// withoutProcesses lets the gate have no more processes and threads than it has itself. Limits of a user do not hold for root, those of a
// group do.
func (f *faulty) withoutProcesses() {
	if os.Geteuid() != 0 {
		f.limited("ulimit -u 1")
		return
	}
	for _, controller := range []string{"/sys/fs/cgroup/pids", "/sys/fs/cgroup"} {
		group := filepath.Join(controller, fmt.Sprintf("tailgate-%d", f.random.Uint32()))
		if os.Mkdir(group, 0o755) != nil {
			continue
		}
		f.t.Cleanup(func() { assert.NoError(f.t, os.Remove(group)) })
		if os.WriteFile(filepath.Join(group, "pids.max"), []byte(strconv.Itoa(22+f.random.IntN(6))), 0o644) == nil {
			f.limited("echo $$ >'" + group + "/cgroup.procs' || exit 77")
			return
		}
	}
	f.t.Skip("processes cannot be limited here")
}

// isWhole reports whether a file of results has its end.
func isWhole(name string) bool {
	data, _ := os.ReadFile(name)
	return bytes.HasSuffix(data, []byte("PASS\n"))
}

// check waits for the end and looks at what is left. It tells whether anything was measured.
func (f *faulty) check(kind misfortune) (measured bool) {
	t, says := f.t, kind.says
	ended := make(chan error, 1)
	go func() { ended <- f.gate.Wait() }()
	select {
	case err := <-ended:
		if !kind.late && !kind.scant {
			require.Error(t, err, "the gate passed: %s", f.printed.String())
		}
	case <-time.After(time.Minute):
		_ = f.gate.Process.Kill()
		<-ended
		require.Fail(t, "the gate hung", f.printed.String())
	}
	printed := f.printed.String()
	passed := f.gate.ProcessState.Success() && (kind.late || kind.scant)
	byRuntime := kind.scant && f.gate.ProcessState.ExitCode() == 2
	switch {
	case passed:
		assert.Contains(t, printed, "PASS: 1 ok")
	case byRuntime:
		assert.Regexp(t, `fatal error: |runtime: `, printed)
	case says != "":
		assert.Equal(t, 1, f.gate.ProcessState.ExitCode(), printed)
		assert.Regexp(t, says, printed)
		assert.Contains(t, printed, "invalid")
	}
	if !kind.late && !passed {
		assert.NotRegexp(t, `(?m)^\s*PASS: \d`, printed)
	}
	assert.NotContains(t, printed, "regressed:", "a fault is no regression")

	gone := func(what string, left func() []string) {
		assert.Eventually(t, func() bool { return len(left()) == 0 }, 10*time.Second, 20*time.Millisecond, "%s are left: %v; %s", what, left(), printed)
	}
	gone("processes", func() []string { return remains(f.temp) })
	gone("folders", func() []string { s, _ := filepath.Glob(filepath.Join(f.temp, "tailgate-scratch-*")); return s })
	if !kind.late && !byRuntime { // else the next gate removes them: TestWhatAKilledGateHadBegunToWriteGoesWithTheNext, in regress
		gone("files cut short", func() []string { s, _ := filepath.Glob(filepath.Join(f.out, ".*")); return s })
	}
	trees := exec.Command("git", "worktree", "list")
	trees.Dir, trees.Env = f.gate.Dir, f.env
	listed, err := trees.Output()
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(string(listed), "\n"), "worktrees are left: %s", listed)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	release, err := testbin.Lock(ctx, filepath.Join(f.temp, filepath.Base(testbin.LockPath())), func(string) {})
	require.NoError(t, err, "the lock is left")
	release()

	if data, err := os.ReadFile(filepath.Join(f.out, "verdict.json")); err == nil {
		var verdict struct {
			Outcome string
			Pass    bool
		}
		require.NoError(t, json.Unmarshal(data, &verdict), "%s", data)
		whole := kind.late || passed
		assert.Equal(t, map[bool]string{false: "invalid", true: "ok"}[whole], verdict.Outcome)
		assert.Equal(t, whole, verdict.Pass)
	}
	for _, name := range []string{"baseline.txt", "candidate.txt"} {
		if saved := filepath.Join(f.out, name); hasContent(saved) {
			measured = true
			if _, err := benchdata.ReadFiles(saved); err != nil {
				assert.ErrorContains(t, err, "PASS", "neither whole nor cut short")
			} else if !kind.late {
				assert.NotEmpty(t, says, "results of a gate that was killed pass for whole")
			}
		}
	}
	return measured
}
