//go:build unix

package duet_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// buildV1 is a test binary as one was built with tailgate 0.1.0: the process's side of the protocol is a copy that nobody mends. Benchmarks
// of version 1 must go on being measured in duets as long as the promise in the README holds.
func buildV1(t *testing.T) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "v1.test")
	cmd := exec.Command("go", "test", "-c", "-o", exe, ".")
	cmd.Dir = "testdata/v1"
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, name := range []string{"go.mod", "serve_test.go", "workload/recorder.go", "internal/duet/seat.go"} { // for the test cache
		_, err := os.ReadFile(filepath.Join("testdata/v1", name))
		require.NoError(t, err)
	}
	return exe
}

func TestTodaysGateSpeaksToVersion1(t *testing.T) {
	exe := buildV1(t)
	speaks, err := duet.Speaks(exe)
	require.NoError(t, err)
	assert.True(t, speaks, "a gate would not try")

	open := func(t *testing.T, bench string, env ...string) (*process, *duet.Peer) {
		p, invitation := startBinary(t, exe, bench, options{env: env})
		peer, err := invitation.Open(within(t, 10*time.Second))
		require.NoError(t, err)
		t.Cleanup(peer.Close)
		return p, peer
	}
	measure := func(t *testing.T, p *process, peer *duet.Peer) {
		grant(t, peer, duet.Turn{Requests: 5, WarmUp: true})
		for range 3 {
			r := grant(t, peer, duet.Turn{Requests: 4})
			require.Len(t, r.Latencies, 4)
			for _, ns := range r.Latencies {
				assert.GreaterOrEqual(t, ns, int64(100*time.Microsecond))
			}
			require.Len(t, r.Stages, 1)
			assert.Equal(t, "work", r.Stages[0].Name)
			assert.Len(t, r.Stages[0].Times, 4)
			assert.Len(t, r.TTFT, 4)
			assert.Len(t, r.TPOT, 4)
			assert.Len(t, r.Gaps, 8)
		}
		totals, err := peer.End(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 12, totals.Requests)
		assert.Positive(t, totals.Allocations)
		status, printed := p.wait()
		assert.Zero(t, status, printed)
		assert.Contains(t, printed, "cleaned up")
	}

	t.Run("from hello to the account", func(t *testing.T) {
		p, peer := open(t, "^BenchmarkServe$")
		assert.Equal(t, "BenchmarkServe", peer.Hello.Benchmark)
		assert.Equal(t, p.cmd.Process.Pid, peer.Hello.PID)
		assert.Equal(t, duet.CanCount, peer.Hello.Capabilities)
		measure(t, p, peer)
	})
	t.Run("capabilities that nobody knows yet mean nothing", func(t *testing.T) {
		p, peer := open(t, "^BenchmarkServe$", "FUTURE=1")
		assert.Equal(t, ^duet.DrivesItself, peer.Hello.Capabilities)
		measure(t, p, peer)
	})
	t.Run("its failure is told in its own words", func(t *testing.T) {
		p, peer := open(t, "^BenchmarkFails$")
		_, err := peer.Grant(t.Context(), duet.Turn{Requests: 10})
		require.ErrorContains(t, err, "out of order")
		peer.Close()
		status, _ := p.wait()
		assert.Equal(t, 1, status)
	})
	t.Run("a gate that goes away ends it", func(t *testing.T) {
		p, peer := open(t, "^BenchmarkServe$")
		peer.Close()
		status, printed := p.wait()
		assert.Zero(t, status, printed)
	})
}

// TestVersion1IsFrozen holds the copy against changes: who mends it has a new version to write instead.
func TestVersion1IsFrozen(t *testing.T) {
	var all bytes.Buffer
	files, err := filepath.Glob("testdata/v1/internal/duet/*.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		all.WriteString(filepath.Base(name) + "\n")
		all.Write(text)
	}
	assert.Equal(t, frozen, sumOf(all.Bytes()), "testdata/v1 is what was released: leave it, and add a copy of the new version beside it")
}

// frozen is the SHA-256 of the copy, file by file.
const frozen = "4424931f94023f335e61b747f0e7b9e1a5647877e236f1867fa14c5c01f6b298"

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
