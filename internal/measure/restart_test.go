//go:build linux

package measure

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/source"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// A command that starts servers and takes too long is ended with what it has started; what one leaves that returns in time runs on.
func TestARestartThatHangsIsEndedWithAllThatItStarted(t *testing.T) {
	for _, c := range []struct {
		name, waits string
		within      time.Duration
		lives       bool
	}{
		{"it hangs", "wait", 300 * time.Millisecond, false},
		{"it returns", "", time.Minute, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			script := filepath.Join(dir, "restart.sh")
			require.NoError(t, os.WriteFile(script,
				[]byte("#!/bin/sh\nsleep 1000 >/dev/null 2>&1 &\necho $! >pid.$1\necho starting $1 at $2\n"+c.waits+"\n"), 0o755))
			scratch, err := testbin.NewScratch()
			require.NoError(t, err)
			g := newGate(Order{
				Dir: dir, Timeout: c.within, Restart: Restart{Command: []string{script}}, Seed: 1, // the baseline is first
				Baseline: source.Source{Address: "http://a"}, Candidate: source.Source{Address: "http://b"},
			})
			g.scratch = scratch
			err = g.restart(t.Context())
			require.NoError(t, scratch.Close())
			text, readErr := os.ReadFile(filepath.Join(dir, "pid.baseline"))
			require.NoError(t, readErr)
			pid, readErr := strconv.Atoi(strings.TrimSpace(string(text)))
			require.NoError(t, readErr)
			if c.lives {
				require.NoError(t, err)
				assert.NoError(t, syscall.Kill(pid, syscall.SIGKILL), "the server runs on")
				other, err := os.ReadFile(filepath.Join(dir, "pid.candidate"))
				require.NoError(t, err)
				pid, err = strconv.Atoi(strings.TrimSpace(string(other)))
				require.NoError(t, err)
				assert.NoError(t, syscall.Kill(pid, syscall.SIGKILL), "and the other")
				return
			}
			require.ErrorContains(t, err, "restarting the baseline's server at http://a with "+script)
			assert.ErrorContains(t, err, "-regress.timeout\n\tstarting baseline at http://a")
			assert.NoFileExists(t, filepath.Join(dir, "pid.candidate"))
			assert.Eventually(t, func() bool {
				return isGone(pid)
			}, 5*time.Second, 10*time.Millisecond, "what it had started is left")
		})
	}
}

// isGone reports whether a process has ended, though nobody may have waited for it.
func isGone(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || strings.Contains(string(stat), ") Z ")
}

// A server that goes on warming is faster for having been started first: no side is always that.
func TestServersAreRestartedInAnOrderThatChanceDraws(t *testing.T) {
	dir := t.TempDir()
	g := restarting(t, dir, "echo $1 >>order")
	const restarts = 16
	for range restarts {
		require.NoError(t, g.restart(t.Context()))
	}
	order := strings.Fields(read(t, filepath.Join(dir, "order")))
	require.Len(t, order, 2*restarts)
	first := map[string]int{}
	for i := 0; i < len(order); i += 2 {
		first[order[i]]++
		assert.NotEqual(t, order[i], order[i+1], "each is started once")
	}
	assert.InDelta(t, restarts/2, first["baseline"], restarts/4, "%v", first)
}

// Another gate may be measuring the servers that a restart ends.
func TestServersAreRestartedWhileNoOtherGateMeasures(t *testing.T) {
	flock, err := exec.LookPath("flock")
	require.NoError(t, err)
	dir := t.TempDir()
	lock := filepath.Join(dir, "x.lock")
	t.Setenv(testbin.LockEnv, lock)
	program, err := os.Executable()
	require.NoError(t, err)
	for seed := uint64(0); ; seed++ {
		g := restarting(t, dir, flock+" -n "+lock+" echo $1 is free >>restarts || echo $1 >>restarts")
		g.order.Restart.Swap, g.order.Program, g.order.Seed = true, &Program{Path: program}, seed
		g.order.Bench = "None"
		g = newGate(g.order)
		other, err := testbin.Lock(t.Context(), lock, nil)
		require.NoError(t, err)
		waited := false
		g.order.Display = progress.New(told(func() {
			waited = true
			assert.NoFileExists(t, filepath.Join(dir, "restarts"), "the other measures")
			other()
		}), nil)
		require.Equal(t, policy.NoBenchmarks, reason(g.run(t.Context())).Code, "the smoke run ends it")
		other()
		require.True(t, waited, "for the other")
		restarts := strings.Fields(read(t, filepath.Join(dir, "restarts")))
		require.NoError(t, os.Remove(filepath.Join(dir, "restarts")))
		assert.NotContains(t, restarts, "free")
		free, err := testbin.Lock(t.Context(), lock, func(string) { t.Error("it keeps the lock") })
		require.NoError(t, err)
		free()
		if len(restarts) == 4 { // the coin has swapped the servers, which were put back
			break
		}
		require.Len(t, restarts, 2)
	}
}

// restarting is a gate of two servers that a script starts.
func restarting(t *testing.T, dir, script string) *gate {
	t.Helper()
	path := filepath.Join(dir, "restart.sh")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	scratch, err := testbin.NewScratch()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, scratch.Close()) })
	g := newGate(Order{
		Dir: dir, Timeout: time.Minute, Restart: Restart{Command: []string{path}}, Doc: &report.Document{},
		Baseline: source.Source{Address: "http://a"}, Candidate: source.Source{Address: "http://b"},
	})
	g.scratch = scratch
	return g
}
