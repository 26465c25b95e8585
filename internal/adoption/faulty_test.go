//go:build linux

package adoption

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/testbin"
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
	f.gate.Env = append(slices.Clone(f.env), apart(f.temp)...)
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

// inDuet does something to a process in a duet, of the side given, as soon as it succeeds: there is none between two launches. The
// baseline is the one in the worktree.
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

// sleep stops the gate and both sides for a while, in whatever order, as where a virtual machine is moved. The clocks go on: of a
// machine that sleeps by itself none of them would know.
func (f *faulty) sleep() {
	f.inDuet(0, func(int) bool { return true })
	f.after(time.Second, func() {})
	pids := append(inDuet(f.temp), f.gate.Process.Pid)
	all := func(s syscall.Signal) {
		f.random.Shuffle(len(pids), func(i, j int) { pids[i], pids[j] = pids[j], pids[i] })
		for _, pid := range pids {
			_ = syscall.Kill(pid, s) // one that has ended needs none
		}
	}
	all(syscall.SIGSTOP)
	time.Sleep(time.Second + time.Duration(f.random.Int64N(int64(5*time.Second))))
	all(syscall.SIGCONT)
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
		if !kind.late && !kind.spare {
			require.Error(t, err, "the gate passed: %s", f.printed.String())
		}
	case <-time.After(time.Minute):
		_ = f.gate.Process.Kill()
		<-ended
		require.Fail(t, "the gate hung", f.printed.String())
	}
	printed := f.printed.String()
	passed := f.gate.ProcessState.Success() && (kind.late || kind.spare)
	byRuntime := kind.spare && f.gate.ProcessState.ExitCode() == 2
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
		assert.Eventually(t, func() bool { return len(left()) == 0 }, 10*time.Second, 20*time.Millisecond,
			"%s are left: %v; %s", what, left(), printed)
	}
	gone("processes", func() []string { return remains(f.temp) })
	gone("folders", func() []string { s, _ := filepath.Glob(filepath.Join(f.temp, "tailgate-scratch-*")); return s })
	if !kind.late && !byRuntime { // else the next gate removes them: TestWhatAKilledGateHadBegunToWriteGoesWithTheNext, in output
		gone("files cut short", func() []string { s, _ := filepath.Glob(filepath.Join(f.out, ".*")); return s })
	}
	trees := exec.Command("git", "worktree", "list")
	trees.Dir, trees.Env = f.gate.Dir, f.env
	listed, err := trees.Output()
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(string(listed), "\n"), "worktrees are left: %s", listed)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	release, err := testbin.Lock(ctx, lockIn(f.temp), func(string) {})
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
