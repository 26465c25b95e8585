//go:build unix

package duet_test

import (
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
)

func TestDuetOfTwoProcesses(t *testing.T) {
	var processes [2]*process
	var peers [2]*duet.Peer
	for i := range peers {
		processes[i], peers[i] = open(t, "loop", options{})
		assert.Equal(t, "BenchmarkRole/is=loop", peers[i].Hello.Benchmark)
		assert.Equal(t, processes[i].cmd.Process.Pid, peers[i].Hello.PID)
	}
	for _, peer := range peers {
		grant(t, peer, duet.Turn{Requests: 3, WarmUp: true})
	}
	release := duet.HoldCPU()
	defer release()
	const turns, requests = 50, 4
	random := rand.New(rand.NewPCG(1, 2))
	for turn := range turns {
		for _, i := range random.Perm(2) {
			r := grant(t, peers[i], duet.Turn{Requests: requests})
			assert.Equal(t, int64(turn+2), r.Number)
			assert.Len(t, r.Latencies, requests)
			for _, v := range r.Latencies {
				assert.GreaterOrEqual(t, v, int64(200*time.Microsecond))
			}
			require.Len(t, r.Stages, 2)
			assert.Equal(t, "preprocess", r.Stages[0].Name)
			assert.Equal(t, "model", r.Stages[1].Name)
			assert.Len(t, r.Stages[1].Times, requests)
			assert.Len(t, r.TTFT, requests)
			assert.Len(t, r.TPOT, requests)
			assert.Len(t, r.Gaps, 2*requests)
			assert.Equal(t, 1, r.Concurrency)
			assert.LessOrEqual(t, r.Wall, r.Took)
			assert.Positive(t, r.Timed)
			assert.Positive(t, r.CPU)
		}
	}
	for i, peer := range peers {
		totals, err := peer.End(t.Context())
		require.NoError(t, err)
		assert.Equal(t, int64(turns*requests), totals.Requests)
		status, printed := processes[i].wait()
		assert.Zero(t, status, printed)
		assert.Contains(t, printed, "cleaned up")
		assert.Contains(t, printed, "PASS")
	}
}

func TestEveryKindOfBenchmark(t *testing.T) {
	for _, c := range []struct {
		role        string
		concurrency int
		printed     string
	}{
		{"loop", 1, "cleaned up"},
		{"n", 1, "cleaned up after b.N = 1, invited: \"\""},
		{"parallel", 8, "after RunParallel\ncleaned up"},
		{"workers", 3, "cleaned up"},
		{"goroutines", 4, "cleaned up"},
	} {
		t.Run(c.role, func(t *testing.T) {
			if c.role == "goroutines" && raceEnabled {
				t.Skip("ending a loop that reads b.N while another goroutine serves is a race by nature")
			}
			p, peer := open(t, c.role, options{args: []string{"-test.cpu=2"}})
			assert.Equal(t, 2, peer.Hello.Procs)
			for _, requests := range []int{1, 30, 1, 7} {
				r := grant(t, peer, duet.Turn{Requests: requests})
				assert.Len(t, r.Latencies, requests)
				assert.LessOrEqual(t, r.Concurrency, min(requests, c.concurrency))
				if requests == 30 {
					assert.Equal(t, c.concurrency, r.Concurrency)
				}
			}
			totals, err := peer.End(t.Context())
			require.NoError(t, err)
			assert.Equal(t, int64(39), totals.Requests)
			status, printed := p.wait()
			assert.Zero(t, status, printed)
			assert.Contains(t, printed, c.printed)
		})
	}
}

func TestWorkBetweenRequestsIsDoneInTurn(t *testing.T) {
	_, peer := open(t, "between", options{})
	for range 3 {
		r := grant(t, peer, duet.Turn{Requests: 2})
		assert.GreaterOrEqual(t, r.Wall, 4*time.Millisecond)
		assert.GreaterOrEqual(t, r.Timed, 2*time.Millisecond)
		assert.LessOrEqual(t, r.Timed, r.Wall-2*time.Millisecond+100*time.Microsecond, "the timer was stopped for half of it")
		for _, v := range r.Latencies {
			assert.Less(t, v, int64(time.Millisecond))
		}
	}
}

func TestWaitingBurnsNothing(t *testing.T) {
	for _, role := range []string{"loop", "parallel"} {
		_, peer := open(t, role, options{})
		grant(t, peer, duet.Turn{Requests: 10, WarmUp: true})
		<-time.After(300 * time.Millisecond)
		r := grant(t, peer, duet.Turn{Requests: 10})
		assert.Less(t, r.Idle, 20*time.Millisecond, role)
	}
}

func TestPlantedSlowdown(t *testing.T) {
	for plant, least := range map[string]time.Duration{"2ms": 2 * time.Millisecond, "50%": 300 * time.Microsecond} {
		_, peer := open(t, "loop", options{env: []string{duet.PlantEnv + "=" + plant}})
		for _, v := range grant(t, peer, duet.Turn{Requests: 5}).Latencies {
			assert.GreaterOrEqual(t, v, int64(least), plant)
		}
	}
}

func TestAllocationsAreExact(t *testing.T) {
	if raceEnabled {
		t.Skip("sync.Pool drops what it holds at random under -race")
	}
	for role, per := range map[string]int64{"nothing": 0, "allocates": 3} {
		_, peer := open(t, role, options{})
		grant(t, peer, duet.Turn{Requests: 50, WarmUp: true})
		const turns = 200
		for range turns {
			grant(t, peer, duet.Turn{Requests: 1})
		}
		totals, err := peer.End(t.Context())
		require.NoError(t, err)
		assert.Equal(t, int64(turns), totals.Requests)
		// The runtime's own, a garbage collection's for example, are a few in the whole launch.
		assert.InDelta(t, per*turns, totals.Allocations, 20, role)
		assert.InDelta(t, per*turns*1024, totals.Bytes, 20_000, role)
	}
}

func TestProfilesAreWritten(t *testing.T) {
	for _, role := range []string{"loop", "n", "parallel"} {
		path := filepath.Join(t.TempDir(), "cpu.prof")
		p, peer := open(t, role, options{args: []string{"-test.cpuprofile=" + path}})
		grant(t, peer, duet.Turn{Requests: 100})
		_, err := peer.End(t.Context())
		require.NoError(t, err)
		status, printed := p.wait()
		assert.Zero(t, status, printed)
		f, err := os.Open(path)
		require.NoError(t, err)
		zipped, err := gzip.NewReader(f)
		require.NoError(t, err, role)
		profile, err := io.ReadAll(zipped)
		require.NoError(t, err, role)
		assert.NotEmpty(t, profile)
		require.NoError(t, f.Close())
	}
}
