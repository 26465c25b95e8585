//go:build linux

package testbin

import (
	"bufio"
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

// waits starts a process, says so, and does not end by itself.
const waits = "sleep 1000 & echo ready; wait"

func init() {
	roles["errand"] = func() { // a gate that sends a command
		s, err := NewScratch()
		if err != nil {
			panic(err)
		}
		cmd := exec.Command("sh", "-c", waits)
		cmd.Stdout = os.Stdout
		panic(s.Errand(context.Background(), cmd))
	}
}

// marked is an environment by which processes are told.
func marked(t *testing.T) (mark string, env []string) {
	t.Helper()
	mark = "TESTBIN_ROUND=" + t.TempDir()
	t.Cleanup(func() {
		for _, pid := range processes(t, mark) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	return mark, append(os.Environ(), mark)
}

func TestACommandEndsWithTheGateThatSentIt(t *testing.T) {
	t.Parallel()
	mark, env := marked(t)
	gate := exec.Command("/proc/self/exe")
	gate.Env = append(env, "TESTBIN_ROLE=errand")
	out, err := gate.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, gate.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "ready\n", line)
	require.GreaterOrEqual(t, len(processes(t, mark)), 4, "gate, watchdog, leader, command, and what it started")
	require.NoError(t, gate.Process.Kill())
	assert.Eventually(t, func() bool { return len(processes(t, mark)) == 0 }, 5*time.Second, 10*time.Millisecond, "a process is left")
	_ = gate.Wait()
}

func TestACommandThatIsEndedLeavesNothing(t *testing.T) {
	t.Parallel()
	mark, env := marked(t)
	s := newScratch(t)
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		_, _ = r.Read(make([]byte, 1))
		cancel(enough)
	}()
	cmd := exec.Command("sh", "-c", waits)
	cmd.Env, cmd.Stdout = env, w
	require.ErrorIs(t, s.Errand(ctx, cmd), enough)
	require.NoError(t, w.Close())
	assert.Eventually(t, func() bool { return len(processes(t, mark)) == 0 }, 5*time.Second, 10*time.Millisecond, "a process is left")
}

func TestWhatACommandLeavesRunsOn(t *testing.T) {
	t.Parallel()
	mark, env := marked(t)
	s, err := NewScratch()
	require.NoError(t, err)
	for script, fails := range map[string]bool{"sleep 1000 >/dev/null 2>&1 &": false, "sleep 1000 >/dev/null 2>&1 & exit 3": true} {
		cmd := exec.Command("sh", "-c", script)
		cmd.Env = env
		err := s.Errand(t.Context(), cmd)
		if fails {
			assert.EqualError(t, err, "exit status 3")
		} else {
			assert.NoError(t, err)
		}
	}
	require.NoError(t, s.Close())
	assert.Len(t, processes(t, mark), 2, "servers, and no leader of a group")
	assert.NoDirExists(t, s.Dir)

	cmd := exec.Command(filepath.Join(t.TempDir(), "none"))
	s = newScratch(t)
	require.ErrorIs(t, s.Errand(t.Context(), cmd), os.ErrNotExist)
}
