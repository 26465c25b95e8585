//go:build linux

package testbin

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func init() {
	roles["escape"] = escape
	roles["stray"] = func() { stray(os.Stdout) }
}

// escape leaves its group in the way that TESTBIN_ESCAPE says, together with a child, and ends or hangs as TESTBIN_END says.
func escape() {
	var err error
	way := syscall.SysProcAttr{}
	switch os.Getenv("TESTBIN_ESCAPE") {
	case "session":
		_, err = syscall.Setsid()
		way.Setsid = true
	case "group":
		err = syscall.Setpgid(0, 0)
		way.Setpgid = true
	}
	if err != nil {
		panic(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	// It holds both outputs, and so does the test's descriptor 3.
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "TESTBIN_ROLE=stray")
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles, cmd.SysProcAttr = w, os.Stderr, []*os.File{os.NewFile(3, ""), os.Stdout}, &way
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	w.Close()
	if _, err := r.Read(make([]byte, 1)); err != nil {
		panic(err)
	}
	fmt.Println(os.Getpid(), cmd.Process.Pid)
	if os.Getenv("TESTBIN_END") != "exit" {
		stray(os.NewFile(3, ""))
	}
}

// stray ignores what it can, says that it does, and will not end by itself.
func stray(says io.Writer) {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	says.Write([]byte("x"))
	time.Sleep(time.Hour)
}

// startEscape returns once the process and its child have left the group. Nobody but they hold the other end of the pipe.
func startEscape(t *testing.T, s *Scratch, options RunOptions) (process *Process, held *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { r.Close() })
	options.Files = []*os.File{w}
	options.Env = append(options.Env, "TESTBIN_ROLE=escape")
	process, err = (&Binary{Path: "/proc/self/exe", Dir: s.Dir, scratch: s}).Start(t.Context(), options)
	w.Close()
	require.NoError(t, err)
	return process, r
}

// assertEnds waits for the end of process, and asserts that it comes soon and that both, it and its child, are gone.
func assertEnds(t *testing.T, process *Process, held *os.File) (Output, error) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() { // what the test found must not outlive it
			for _, pid := range pids(process.stdout) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	})
	ended := make(chan struct{})
	go func() { process.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		require.Fail(t, "it holds the gate")
	}
	output, err := process.Wait()
	assert.Len(t, pids(process.stdout), 2)
	require.NoError(t, held.SetReadDeadline(time.Now().Add(5*time.Second)))
	_, readErr := io.Copy(io.Discard, held)
	require.NoError(t, readErr, "a process is left")
	return output, err
}

// pids are the numbers that were printed so far.
func pids(printed *head) (found []int) {
	text, _ := printed.bytes()
	for _, field := range bytes.Fields(text) {
		var pid int
		if _, err := fmt.Sscan(string(field), &pid); err == nil {
			found = append(found, pid)
		}
	}
	return found
}

func TestNoProcessGetsAway(t *testing.T) {
	t.Parallel()
	ways := []string{"session", "group"}
	if testing.Short() {
		ways = ways[:1]
	}
	for _, way := range ways {
		t.Run("to a "+way+" of its own, when its time is over", func(t *testing.T) {
			t.Parallel()
			options := RunOptions{Env: []string{"TESTBIN_ESCAPE=" + way}, Timeout: time.Second}
			process, held := startEscape(t, newScratch(t), options)
			began := time.Now()
			output, err := assertEnds(t, process, held)
			assert.Less(t, time.Since(began), 5*time.Second)
			var timeout *TimeoutError
			require.ErrorAs(t, err, &timeout)
			assert.Equal(t, -1, output.ExitCode)
		})
		t.Run("to a "+way+" of its own, when it is killed", func(t *testing.T) {
			t.Parallel()
			process, held := startEscape(t, newScratch(t), RunOptions{Env: []string{"TESTBIN_ESCAPE=" + way}})
			_, err := held.Read(make([]byte, 1))
			require.NoError(t, err)
			process.Kill()
			_, err = assertEnds(t, process, held)
			require.ErrorIs(t, err, errKilled)
		})
		t.Run("to a "+way+" of its own, when the scratch is closed", func(t *testing.T) {
			t.Parallel()
			s := newScratch(t)
			process, held := startEscape(t, s, RunOptions{Env: []string{"TESTBIN_ESCAPE=" + way}})
			_, err := held.Read(make([]byte, 1))
			require.NoError(t, err)
			require.NoError(t, s.Close())
			_, err = assertEnds(t, process, held)
			require.Error(t, err)
		})
		t.Run("to a "+way+" that the process itself does not outlive", func(t *testing.T) {
			t.Parallel()
			process, held := startEscape(t, newScratch(t), RunOptions{Env: []string{"TESTBIN_ESCAPE=" + way, "TESTBIN_END=exit"}})
			output, err := assertEnds(t, process, held)
			require.NoError(t, err)
			assert.Zero(t, output.ExitCode)
		})
	}
	t.Run("and who has nothing to do with it is left alone", func(t *testing.T) {
		s := newScratch(t)
		bystander, held := startEscape(t, s, RunOptions{Env: []string{"TESTBIN_ESCAPE=session"}})
		_, err := held.Read(make([]byte, 1))
		require.NoError(t, err)
		other, otherHeld := startEscape(t, s, RunOptions{Env: []string{"TESTBIN_ESCAPE=session", "TESTBIN_END=exit"}})
		_, err = assertEnds(t, other, otherHeld)
		require.NoError(t, err)
		for _, pid := range pids(bystander.stdout) {
			require.NoError(t, syscall.Kill(pid, 0), "it is of another process")
		}
		// Nor does a folder that a pattern, or a line, is the name of.
		for _, name := range []string{".*", "\n"} {
			require.NoError(t, os.MkdirAll(filepath.Join(filepath.Dir(s.Dir), scratchPrefix+name), 0o700))
		}
		require.NoError(t, newScratch(t).Close())
		for _, pid := range pids(bystander.stdout) {
			require.NoError(t, syscall.Kill(pid, 0), "it is of a gate that goes on")
		}
		bystander.Kill()
		_, err = assertEnds(t, bystander, held)
		require.ErrorIs(t, err, errKilled)
	})
}

func TestNothingIsLeftOfAKilledGateWhoseChildLeftItsGroup(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"session", "group"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			r := newRound(t, "", "TESTBIN_CHILD=escape", "TESTBIN_ESCAPE="+way)
			r.await(t, len(steps)-2)
			require.GreaterOrEqual(t, len(r.processes(t)), 5, "gate, watchdog, group leader, child, its child")
			require.NoError(t, r.cmd.Process.Kill())
			r.assertClean(t)
			remains, err := filepath.Glob(filepath.Join(r.temp, "*"))
			require.NoError(t, err)
			assert.Len(t, remains, 1, "%v; the lock's file stays", remains)
		})
	}
}
