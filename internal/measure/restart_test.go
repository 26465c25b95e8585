//go:build linux

package measure

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/source"
	"github.com/tailgate-go/tailgate/internal/testbin"
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
				Dir: dir, Timeout: c.within, Restart: Restart{Command: []string{script}},
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
