//go:build linux

package testbin

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func init() {
	roles["gate"] = gate
	roles["child"] = child
	roles["grandchild"] = grandchild
	roles["sweep"] = sweeper
}

// steps are what gate says on its way.
var steps = []string{"started", "has a scratch", "has the lock", "has a tree", "has a child", "has built", "is done"}

// gate does all that a gate does to a machine, and ends as TESTBIN_END says.
func gate() {
	step := 0
	next := func(err error) {
		if err != nil {
			fmt.Println(err)
			os.Exit(9)
		}
		fmt.Println(steps[step])
		step++
	}
	ctx := context.Background()
	next(nil)
	s, err := NewScratch()
	next(err)
	_, err = Lock(ctx, LockPath(), nil)
	next(err)
	repo, err := Open(ctx, os.Getenv("TESTBIN_REPO"))
	var commit Commit
	if err == nil {
		commit, err = repo.Resolve(ctx, "HEAD")
	}
	var tree *Tree
	if err == nil {
		tree, err = s.Worktree(ctx, repo, commit)
	}
	next(err)
	r, w, err := os.Pipe()
	if err == nil {
		binary := &Binary{Path: "/proc/self/exe", Dir: tree.Dir, scratch: s}
		_, err = binary.Start(ctx, RunOptions{
			Env: []string{"TESTBIN_ROLE=" + cmp.Or(os.Getenv("TESTBIN_CHILD"), "child")}, Files: []*os.File{w},
		})
		w.Close()
		r.Read(make([]byte, 1))
	}
	next(err)
	_, err = s.Build(ctx, filepath.Join(tree.Dir, "infer"))
	next(err)
	switch os.Getenv("TESTBIN_END") {
	case "panic":
		panic("at the disco")
	case "exit":
		os.Exit(0)
	case "close":
		if err := s.Close(); err != nil {
			fmt.Println(err)
		}
	}
	next(nil)
	time.Sleep(time.Hour)
}

// child starts a grandchild, says so on descriptor 3, and will not end by itself.
func child() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "TESTBIN_ROLE=grandchild")
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	os.NewFile(3, "").Write([]byte("x"))
	grandchild()
}

// grandchild ignores what it can and litters.
func grandchild() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	for i := 0; ; i++ {
		os.WriteFile(filepath.Join(os.TempDir(), strconv.Itoa(i)), nil, 0o600)
		time.Sleep(time.Millisecond)
	}
}

// sweeper is the next gate.
func sweeper() {
	s, err := NewScratch()
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// round is one gate and its traces.
type round struct {
	temp, mark string
	repo       *Repo
	cmd        *exec.Cmd
	said       *bufio.Scanner
}

func newRound(t *testing.T, end string, env ...string) *round {
	t.Helper()
	r := &round{temp: t.TempDir(), repo: newRepo(t, shop)}
	r.mark = "TESTBIN_ROUND=" + r.temp
	r.cmd = r.command("gate", append(env, "TESTBIN_REPO="+r.repo.Root, "TESTBIN_END="+end)...)
	out, err := r.cmd.StdoutPipe()
	require.NoError(t, err)
	r.cmd.Stderr = r.cmd.Stdout
	r.said = bufio.NewScanner(out)
	require.NoError(t, r.cmd.Start())
	t.Cleanup(func() {
		for _, pid := range r.processes(t) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	return r
}

func (r *round) lock() string { return filepath.Join(r.temp, "x.lock") }

func (r *round) command(role string, env ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(append(os.Environ(), r.mark, "TMPDIR="+r.temp, LockEnv+"="+r.lock(), "TESTBIN_ROLE="+role), env...)
	return cmd
}

// await reads until the gate has said n steps.
func (r *round) await(t *testing.T, n int) {
	t.Helper()
	for _, step := range steps[:n] {
		require.True(t, r.said.Scan(), "ended before it %s", step)
		require.Equal(t, step, r.said.Text())
	}
}

func (r *round) processes(t *testing.T) []int {
	t.Helper()
	return processes(t, r.mark)
}

// processes are all that inherited the mark, in whatever group they are. Zombies have no environment.
func processes(t *testing.T, mark string) []int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	require.NoError(t, err)
	var pids []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if environ, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "environ")); err == nil &&
			strings.Contains("\x00"+string(environ), "\x00"+mark+"\x00") {
			pids = append(pids, pid)
		}
	}
	return pids
}

func (r *round) scratches(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(r.temp, scratchPrefix+"*"))
	require.NoError(t, err)
	return found
}

// assertClean waits for the end of the gate and then asserts that all its traces go.
func (r *round) assertClean(t *testing.T) {
	t.Helper()
	for r.said.Scan() {
	}
	_ = r.cmd.Wait() // with the signal
	assert.Eventually(t, func() bool { return len(r.processes(t)) == 0 }, 5*time.Second, 10*time.Millisecond, "a process is left")
	assert.Empty(t, r.scratches(t))
	assertNoWorktrees(t, r.repo)
	release, err := Lock(t.Context(), r.lock(), func(string) { t.Error("still locked") })
	require.NoError(t, err)
	release()
}

func TestNothingIsLeftOfAGateThatIsKilled(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	signals := []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP}
	gates := 2 * len(signals)
	if testing.Short() {
		gates = len(signals)
	}
	for i := range gates {
		sig, step, delay := signals[i%len(signals)], 1+random.IntN(len(steps)-1), time.Duration(random.IntN(40_000))*time.Microsecond
		if step == 1 {
			delay /= 10 // it takes 2 ms to have a scratch
		}
		t.Run(fmt.Sprintf("signal %d, %v after it %s", sig, delay, steps[step-1]), func(t *testing.T) {
			t.Parallel()
			if signal.Ignored(sig) {
				t.Skip("this process ignores the signal, as under nohup, and so do those it starts")
			}
			r := newRound(t, "")
			r.await(t, step)
			killed := time.AfterFunc(delay, func() { r.cmd.Process.Signal(sig) })
			defer killed.Stop()
			if step == 1 {
				// Killed between making the folder and starting the watchdog, it leaves the empty folder to the next.
				_ = r.cmd.Wait()
				require.NoError(t, r.command("sweep").Run())
			}
			r.assertClean(t)
		})
	}
}

func TestNothingIsLeftOfAGateThatEnds(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"panic", "exit"} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			r := newRound(t, end)
			r.await(t, len(steps)-1)
			r.assertClean(t)
		})
	}
	t.Run("close", func(t *testing.T) {
		t.Parallel()
		r := newRound(t, "close")
		r.await(t, len(steps))
		assert.Equal(t, []int{r.cmd.Process.Pid}, r.processes(t), "Close waits")
		assert.Empty(t, r.scratches(t))
		require.NoError(t, r.cmd.Process.Kill())
		r.assertClean(t)
	})
}

func TestNobodyHoldsTheOutputOfTheGate(t *testing.T) {
	t.Parallel()
	r := newRound(t, "")
	r.await(t, len(steps))
	output := func(pid, descriptor int) string {
		link, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, descriptor))
		require.NoError(t, err)
		return link
	}
	gate := r.cmd.Process.Pid
	processes := r.processes(t)
	require.Len(t, processes, 5, "gate, watchdog, group leader, child, grandchild")
	for _, pid := range processes {
		if pid != gate {
			assert.NotEqual(t, output(gate, 1), output(pid, 1), "go test would wait for it")
			assert.NotEqual(t, output(gate, 2), output(pid, 2), "go test would wait for it")
		}
	}
	require.NoError(t, r.cmd.Process.Kill())
	r.assertClean(t)
}

func TestTheNextGateSweepsAfterAPowerCut(t *testing.T) {
	t.Parallel()
	r := newRound(t, "")
	r.await(t, len(steps)-2)
	live := r.command("sweep")
	require.NoError(t, live.Run())
	require.Len(t, r.scratches(t), 1, "a folder in use is not swept")

	// Stop all, so that none can act on the end of another.
	for _, sig := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGKILL} {
		for _, pid := range r.processes(t) {
			require.NoError(t, syscall.Kill(pid, sig))
		}
	}
	for r.said.Scan() {
	}
	_ = r.cmd.Wait()
	require.Eventually(t, func() bool { return len(r.processes(t)) == 0 }, 5*time.Second, 10*time.Millisecond)
	require.Len(t, r.scratches(t), 1)
	require.Len(t, worktrees(t, r.repo), 2)

	require.NoError(t, os.Mkdir(filepath.Join(r.temp, scratchPrefix+"torn"), 0o700))
	require.NoError(t, os.Symlink(r.repo.Root, filepath.Join(r.temp, scratchPrefix+"link")))
	require.NoError(t, r.command("sweep").Run())
	assert.Equal(t, []string{filepath.Join(r.temp, scratchPrefix+"link")}, r.scratches(t), "a link is not ours")
	assert.DirExists(t, filepath.Join(r.repo.Root, "infer"))
	assertNoWorktrees(t, r.repo)
}

func TestCloseDoesTheWorkOfAWatchdogThatWasKilled(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop)
	s := newScratch(t)
	newTree(t, s, repo)
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	killed := 0
	for _, file := range files {
		if line, err := os.ReadFile(file); err == nil && strings.HasSuffix(string(line), "\x00tailgate\x00"+s.Dir+"\x00") {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			require.NoError(t, err)
			require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
			killed++
		}
	}
	require.Equal(t, 1, killed)
	require.NoError(t, s.Close())
	assertNoWorktrees(t, repo)
}
