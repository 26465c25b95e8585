package testbin

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// moody is a test binary that behaves as MOOD says.
const moody = `
-- go.mod --
module example.com/moody

go 1.26
-- moody_test.go --
package moody

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	switch os.Getenv("MOOD") {
	case "hang":
		signal.Ignore(syscall.SIGTERM)
		time.Sleep(time.Hour)
	case "panic":
		panic("no mood")
	case "exit":
		os.Exit(3)
	case "flood":
		line := strings.Repeat("x", 1<<16)
		for {
			fmt.Println(line)
		}
	case "flood stderr":
		for i := range 100_000 {
			fmt.Fprintln(os.Stderr, "line", i)
		}
	case "segfault":
		syscall.Kill(os.Getpid(), syscall.SIGSEGV)
		time.Sleep(time.Hour)
	case "out of memory":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Hour)
	case "leave a grandchild", "leave a daemon":
		// It holds both outputs, and descriptor 3.
		cmd := exec.Command("sleep", "1000")
		cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = os.Stdout, os.Stderr, []*os.File{os.NewFile(3, "")}
		if os.Getenv("MOOD") == "leave a daemon" { // and nothing tells whose it is
			cmd.Env, cmd.SysProcAttr = []string{"X=y"}, &syscall.SysProcAttr{Setsid: true}
		}
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		fmt.Println(cmd.Process.Pid)
	case "tell":
		dir, _ := os.Getwd()
		fmt.Println(dir)
		fmt.Println(os.TempDir())
		fmt.Println(strings.Join(os.Environ(), "\n"))
		os.WriteFile(os.TempDir()+"/left", nil, 0o600)
	case "burn":
		m.Run()
	}
}

func BenchmarkBurn(b *testing.B) {
	for b.Loop() {
	}
}
`

func TestRun(t *testing.T) {
	t.Setenv("REGRESS_POLICY", "x")
	t.Setenv("TAILGATE_PLANT", "2ms")
	t.Setenv("GOCOVERDIR", "/x")
	s := newScratch(t)
	dir := newRepo(t, moody, "moody").Root
	binary := build(t, s, dir)
	run := func(t *testing.T, mood string, options RunOptions) (Output, error) {
		t.Helper()
		options.Env = append(options.Env, "MOOD="+mood)
		start := time.Now()
		output, err := binary.Run(t.Context(), options)
		assert.Less(t, time.Since(start), 20*time.Second)
		return output, err
	}

	t.Run("a benchmark is measured", func(t *testing.T) {
		output, err := run(t, "burn", RunOptions{Args: []string{"-test.run=^$", "-test.bench=.", "-test.benchtime=50ms"}})
		require.NoError(t, err)
		assert.Zero(t, output.ExitCode)
		assert.Contains(t, string(output.Stdout), "BenchmarkBurn")
		assert.Contains(t, string(output.Stdout), "PASS")
	})
	t.Run("it runs in its package, with an environment and temporary files of its own", func(t *testing.T) {
		output, err := run(t, "tell", RunOptions{Env: []string{"EXTRA=a b"}})
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(string(output.Stdout)), "\n")
		assert.Equal(t, dir, lines[0])
		assert.True(t, strings.HasPrefix(lines[1], s.Dir), lines[1])
		assert.NoDirExists(t, lines[1], "gone with the process")
		environ := lines[2:]
		assert.Contains(t, environ, "EXTRA=a b")
		for _, pair := range environ {
			name, _, _ := strings.Cut(pair, "=")
			assert.NotContains(t, []string{"REGRESS_POLICY", "TAILGATE_PLANT", "GOCOVERDIR", "PWD"}, name)
		}
		second, err := run(t, "tell", RunOptions{})
		require.NoError(t, err)
		assert.NotEqual(t, lines[1], strings.Split(string(second.Stdout), "\n")[1])
	})
	t.Run("an exit without a word is no error", func(t *testing.T) {
		output, err := run(t, "silent", RunOptions{})
		require.NoError(t, err)
		assert.Zero(t, output.ExitCode)
		assert.Empty(t, output.Stdout)
	})
	t.Run("nor is an exit status", func(t *testing.T) {
		output, err := run(t, "exit", RunOptions{})
		require.NoError(t, err)
		assert.Equal(t, 3, output.ExitCode)
	})
	t.Run("nor a panic", func(t *testing.T) {
		output, err := run(t, "panic", RunOptions{})
		require.NoError(t, err)
		assert.Equal(t, 2, output.ExitCode)
		assert.Contains(t, string(output.Stderr), "panic: no mood")
	})
	t.Run("a hang ends", func(t *testing.T) {
		output, err := run(t, "hang", RunOptions{Timeout: 50 * time.Millisecond})
		var timeout *TimeoutError
		require.ErrorAs(t, err, &timeout)
		assert.Equal(t, 50*time.Millisecond, timeout.After)
		assert.EqualError(t, err, "moody.test: no result within 50ms: fix the hang, or allow more time")
		assert.Equal(t, -1, output.ExitCode)
	})
	t.Run("so does one whose context ends", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		process := startHanging(t, ctx, s)
		cancel()
		_, err := process.Wait()
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("so does one that is killed", func(t *testing.T) {
		process := startHanging(t, t.Context(), s)
		process.Kill()
		_, err := process.Wait()
		require.EqualError(t, err, filepath.Base(os.Args[0])+": ended by the gate")
		process.Kill()
		_, again := process.Wait()
		assert.Equal(t, err, again)
	})
	t.Run("output without end is cut", func(t *testing.T) {
		output, err := run(t, "flood", RunOptions{})
		require.EqualError(t, err, "moody.test: printed more than 8 MiB to standard output: a benchmark must not print")
		assert.Len(t, output.Stdout, maxStdout)
	})
	t.Run("of errors, the last are kept", func(t *testing.T) {
		output, err := run(t, "flood stderr", RunOptions{})
		require.NoError(t, err)
		assert.Len(t, output.Stderr, maxStderr)
		assert.True(t, strings.HasSuffix(string(output.Stderr), "line 99999\n"))
	})
	t.Run("a signal is named", func(t *testing.T) {
		output, err := run(t, "segfault", RunOptions{})
		if err == nil { // the Go runtime may turn the signal into a panic
			assert.Equal(t, 2, output.ExitCode)
			return
		}
		require.EqualError(t, err, "moody.test: ended by signal 11 (segmentation fault)")
	})
	t.Run("a kill from elsewhere is explained", func(t *testing.T) {
		output, err := run(t, "out of memory", RunOptions{})
		require.ErrorContains(t, err, "moody.test: killed (SIGKILL), and not by the gate: most likely the machine ran out of memory")
		assert.Equal(t, -1, output.ExitCode)
	})
	t.Run("a grandchild does not outlive the process", func(t *testing.T) {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		defer r.Close()
		output, err := run(t, "leave a grandchild", RunOptions{Files: []*os.File{w}})
		w.Close()
		require.NoError(t, err)
		assert.NotEmpty(t, output.Stdout)
		require.NoError(t, r.SetReadDeadline(time.Now().Add(5*time.Second)))
		_, err = r.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF, "nobody holds the pipe")
	})
	t.Run("one that gets away cannot hold the gate up", func(t *testing.T) {
		notShort(t)
		r, w, err := os.Pipe()
		require.NoError(t, err)
		defer r.Close()
		output, err := run(t, "leave a daemon", RunOptions{Files: []*os.File{w}})
		w.Close()
		require.NoError(t, err)
		var pid int
		_, err = fmt.Sscan(string(output.Stdout), &pid)
		require.NoError(t, err)
		daemon, err := os.FindProcess(pid)
		require.NoError(t, err)
		require.NoError(t, daemon.Kill())
	})
	t.Run("a binary that is not there", func(t *testing.T) {
		gone := *binary
		gone.Path += ".gone"
		_, err := gone.Run(t.Context(), RunOptions{})
		require.ErrorIs(t, err, os.ErrNotExist)
	})
	t.Run("a binary that may not be run", func(t *testing.T) {
		require.NoError(t, os.Chmod(binary.Path, 0o600))
		_, err := binary.Run(t.Context(), RunOptions{})
		require.ErrorIs(t, err, os.ErrPermission)
		assert.ErrorContains(t, err, "is mounted noexec, set GOTMPDIR")
	})
}

func init() {
	roles["hang"] = func() {
		signal.Ignore(syscall.SIGTERM)
		os.NewFile(3, "").Close()
		time.Sleep(time.Hour)
	}
}

// startHanging starts this test binary, in s, so that it hangs, and returns when it does.
func startHanging(t *testing.T, ctx context.Context, s *Scratch) *Process {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	self, err := os.Executable()
	require.NoError(t, err)
	binary := &Binary{Path: self, Dir: s.Dir, scratch: s}
	process, err := binary.Start(ctx, RunOptions{Env: []string{"TESTBIN_ROLE=hang"}, Files: []*os.File{w}})
	w.Close()
	require.NoError(t, err)
	_, err = r.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
	return process
}

func TestCloseEndsWhatStillRuns(t *testing.T) {
	t.Parallel()
	s := newScratch(t)
	process := startHanging(t, t.Context(), s)
	require.NoError(t, s.Close())
	_, err := process.Wait()
	require.Error(t, err)
	_, err = process.Wait()
	require.Error(t, err)
}
