//go:build linux

package adoption

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// Eight gates at once on one repository whose index is locked, after a gate that died and left its lock's file; the one that
// measures first is killed. The others measure one after the other, undisturbed.
func TestGatesAtOnceOnOneRepository(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	const gates = 8
	dir, env := committed(t, "testdata/faults.txtar")
	temp := t.TempDir()
	lock := filepath.Join(dir, ".git", "index.lock")
	require.NoError(t, os.WriteFile(lock, nil, 0o644))
	stale := lockIn(temp)
	require.NoError(t, os.WriteFile(stale, []byte("process 999999999, since 2026-01-01T00:00:00Z\n"), 0o600))

	var running [gates]*exec.Cmd
	var printed [gates]bytes.Buffer
	out := func(i int) string { return filepath.Join(temp, "out", fmt.Sprint(i)) }
	for i := range gates {
		running[i] = exec.Command(filepath.Join(dir, ".tmp/gate.test"), "-test.run=TestGate", "-test.v",
			"-regress.bench=Quick", "-regress.out="+out(i))
		running[i].Dir, running[i].Env = dir, append(env, apart(temp)...)
		running[i].Stdout, running[i].Stderr = &printed[i], &printed[i]
		require.NoError(t, running[i].Start())
	}
	killed := -1
	require.Eventually(t, func() bool {
		for i := range gates {
			if killed < 0 && hasContent(filepath.Join(out(i), "baseline.txt")) {
				killed = i
				return running[i].Process.Signal(syscall.SIGKILL) == nil
			}
		}
		return false
	}, 2*time.Minute, time.Millisecond, "none has measured")

	waited, seeds := 0, map[string]bool{}
	for i := range gates {
		err := running[i].Wait()
		if i == killed {
			require.Error(t, err, "it ended before it was killed")
			continue
		}
		require.NoError(t, err, "gate %d: %s", i, printed[i].String())
		assert.Contains(t, printed[i].String(), "PASS: 1 ok")
		if strings.Contains(printed[i].String(), "another gate is measuring on this machine (process ") {
			waited++
		}
		for _, name := range []string{"baseline.txt", "candidate.txt"} {
			set, err := benchdata.ReadFiles(filepath.Join(out(i), name))
			require.NoError(t, err)
			seeds[set.Provenance.Said("seed")] = true
		}
	}
	assert.GreaterOrEqual(t, waited, 2, "they did not wait for each other")
	assert.Len(t, seeds, gates-1, "each has its own results")
	assert.FileExists(t, lock, "it is not the gate's")
	assert.Eventually(t, func() bool {
		left, _ := filepath.Glob(filepath.Join(temp, "tailgate-scratch-*"))
		return len(left) == 0 && len(remains(temp)) == 0
	}, 10*time.Second, 20*time.Millisecond, "%v", remains(temp))
	records, err := filepath.Glob(filepath.Join(dir, ".git", "worktrees", "*"))
	require.NoError(t, err)
	assert.Empty(t, records)
	t.Logf("%d gates at once: 1 killed, %d passed, %d of them waited for another", gates, gates-1, waited)
}

// A gate waits for another on its machine, wherever each has its temporary files.
func TestGateWaitsWhateverTMPDIRSays(t *testing.T) {
	if testing.Short() {
		t.Skip("builds, and keeps this machine's gates waiting")
	}
	dir, env := committed(t, "testdata/faults.txtar")
	release, err := testbin.Lock(t.Context(), testbin.LockPath(), func(holder string) { t.Log("held by", holder) })
	require.NoError(t, err)
	defer release()
	temp := t.TempDir()
	gate := exec.Command(filepath.Join(dir, ".tmp/gate.test"), "-test.run=TestGate", "-test.v",
		"-regress.bench=Quick", "-regress.out="+filepath.Join(temp, "out"))
	gate.Dir, gate.Env = dir, append(env, "TMPDIR="+temp)
	printed, err := gate.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, gate.Start())
	found := false
	for lines := bufio.NewScanner(printed); !found && lines.Scan(); {
		found = strings.Contains(lines.Text(), fmt.Sprintf("another gate is measuring on this machine (process %d, since ", os.Getpid()))
	}
	require.NoError(t, gate.Process.Kill())
	require.Error(t, gate.Wait())
	assert.True(t, found, "it did not wait")
}
