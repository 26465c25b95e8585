//go:build linux

package testbin

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func init() {
	roles["open"] = func() { Open(context.Background(), ".") }
}

// stuckGit puts a git on the PATH that hangs, as on a disk that does not answer, and so does what it starts. Both have the mark in
// their environment.
func stuckGit(t *testing.T) (mark string) {
	t.Helper()
	bin := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(bin, "git"), []byte("#!/bin/sh\ntrap '' INT TERM HUP\nsleep 3600\n"), 0o755))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("TESTBIN_STUCK", bin)
	mark = "TESTBIN_STUCK=" + bin
	t.Cleanup(func() {
		for _, pid := range processes(t, mark) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	return mark
}

func awaitProcesses(t *testing.T, mark string, least int) {
	t.Helper()
	require.Eventually(t, func() bool { return len(processes(t, mark)) >= least }, 10*time.Second, 10*time.Millisecond)
}

func awaitNone(t *testing.T, mark string) {
	t.Helper()
	assert.Eventually(t, func() bool { return len(processes(t, mark)) == 0 }, 5*time.Second, 10*time.Millisecond, "a process is left")
}

func TestStuckGitEndsWithTheContext(t *testing.T) {
	mark := stuckGit(t)
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	opened := make(chan error, 1)
	go func() {
		_, err := Open(ctx, t.TempDir())
		opened <- err
	}()
	awaitProcesses(t, mark, 2) // git and its child
	cancel(enough)
	began := time.Now()
	select {
	case err := <-opened:
		require.ErrorIs(t, err, enough)
		assert.NotErrorIs(t, err, ErrNotRepo)
		assert.Less(t, time.Since(began), outputDelay, "nobody holds its output")
	case <-time.After(10 * time.Second):
		require.Fail(t, "it outlives the context")
	}
	awaitNone(t, mark)
}

func TestStuckGitEndsWithTheGate(t *testing.T) {
	mark := stuckGit(t)
	gate := exec.Command("/proc/self/exe")
	gate.Env = append(os.Environ(), "TESTBIN_ROLE=open")
	require.NoError(t, gate.Start())
	awaitProcesses(t, mark, 3) // gate, git and its child
	require.NoError(t, gate.Process.Kill())
	require.Error(t, gate.Wait())
	awaitNone(t, mark)
}
