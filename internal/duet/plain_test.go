//go:build unix

package duet

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plainSeat is a seat in this process, and the gate's end of its pipes.
func plainSeat(t *testing.T) (*PlainSeat, *Peer) {
	t.Helper()
	fromGate, w, err := os.Pipe()
	require.NoError(t, err)
	r, toGate, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { fromGate.Close(); toGate.Close() })
	t.Setenv(PlainEnv, fmt.Sprintf("1 %d %d BenchmarkX/a b", fromGate.Fd(), toGate.Fd()))
	seat, err := JoinPlain()
	require.NoError(t, err)
	assert.Empty(t, os.Getenv(PlainEnv), "what the process starts is invited")
	require.NoError(t, seat.Sit(3, true))
	peer, err := Open(t.Context(), r, w)
	require.NoError(t, err)
	t.Cleanup(peer.Close)
	return seat, peer
}

func TestPlainTurns(t *testing.T) {
	seat, peer := plainSeat(t)
	assert.Equal(t, Hello{
		PID: os.Getpid(), Procs: 3, Can: capabilities | TakesPlainTurns | BeginsAnew, Benchmark: "BenchmarkX/a b",
	}, peer.Hello)
	ended := make(chan error)
	go func() {
		var last *PlainResult
		for {
			n, err := seat.Next(last)
			if err != nil {
				_, again := seat.Next(last)
				assert.Equal(t, err, again, "there are no more turns, now and ever")
				ended <- err
				return
			}
			last = &PlainResult{
				Iterations: int64(n), Timed: time.Hour, Allocations: int64(2 * n), Bytes: int64(3 * n), Processed: 5,
				Metrics: []Metric{{"hits/op", -0.25}},
			}
		}
	}()
	for i, turn := range []PlainTurn{{Iterations: 7, WarmUp: true}, {Iterations: 1}, {Iterations: MaxIterations}} {
		r, err := peer.GrantPlain(t.Context(), turn)
		require.NoError(t, err)
		assert.EqualValues(t, i+1, r.Number)
		assert.EqualValues(t, turn.Iterations, r.Iterations)
		assert.EqualValues(t, 2*turn.Iterations, r.Allocations)
		assert.EqualValues(t, 3*turn.Iterations, r.Bytes)
		assert.EqualValues(t, 5, r.Processed)
		assert.Equal(t, r.Wall, r.Timed, "no timer runs for longer than the turn takes")
		assert.LessOrEqual(t, r.Wall, r.Took)
		assert.Equal(t, []Metric{{"hits/op", -0.25}}, r.Metrics)
	}
	totals, err := peer.End(t.Context())
	require.NoError(t, err)
	assert.Equal(t, Totals{Requests: MaxIterations + 1, Allocations: 2 * (MaxIterations + 1), Bytes: 3 * (MaxIterations + 1)}, totals)
	require.ErrorIs(t, <-ended, ErrEnd)
}

func TestPlainTurnsThatCannotBe(t *testing.T) {
	_, peer := plainSeat(t)
	for _, n := range []int{0, -1, MaxIterations + 1} {
		_, err := peer.GrantPlain(t.Context(), PlainTurn{Iterations: n})
		require.ErrorContains(t, err, "grant 1 to 1000000000")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := peer.GrantPlain(ctx, PlainTurn{Iterations: 1})
	require.ErrorIs(t, err, context.Canceled)
}

func TestAPlainSeatWhoseGateIsGone(t *testing.T) {
	seat, peer := plainSeat(t)
	peer.Close()
	_, err := seat.Next(nil)
	require.ErrorIs(t, err, ErrGateGone)
}

// A gate grants plain turns to a plain seat only, and other turns to a Recorder.
func TestAPlainSeatTakesNoRequests(t *testing.T) {
	seat, peer := plainSeat(t)
	go func() {
		_, err := seat.Next(nil)
		assert.ErrorContains(t, err, "a frame of kind 'T' where a plain turn was to come")
		seat.Fail("not so")
		peer.r.Close()
	}()
	_, err := peer.Grant(t.Context(), Turn{Requests: 1, Within: 5 * time.Second})
	require.Error(t, err)
}

func TestPlainSeatSaysTooMuch(t *testing.T) {
	for name, r := range map[string]*PlainResult{
		"reports 257 metrics in": {Metrics: make([]Metric, maxMetrics+1)},
		"reports 1 metrics in 6": {Metrics: []Metric{{Unit: string(make([]byte, 600<<10))}}},
	} {
		seat, peer := plainSeat(t)
		go func() {
			_, err := seat.Next(nil)
			assert.NoError(t, err)
			r.Iterations = 1
			_, err = seat.Next(r)
			assert.ErrorIs(t, err, errPlainFailed)
		}()
		_, err := peer.GrantPlain(t.Context(), PlainTurn{Iterations: 1})
		var failure *Failure
		require.ErrorAs(t, err, &failure)
		assert.Contains(t, failure.Text, name)
	}
}

func TestPlainLiesAreFound(t *testing.T) {
	hour := time.Hour
	for want, lie := range map[string]func(r *PlainResult){
		"a result of turn 2": func(r *PlainResult) { r.Number = 2 },
		"the benchmark sets b.N itself: 4 iterations, and 3 were granted": func(r *PlainResult) { r.Iterations = 4 },
		"and all was over after":        func(r *PlainResult) { r.Wall = hour },
		"the benchmark's timer ran for": func(r *PlainResult) { r.Timed = hour },
		"of CPU time within":            func(r *PlainResult) { r.CPU = 1000 * hour },
		"allocations: -1 is negative":   func(r *PlainResult) { r.Allocations = -1 },
		`"a hit" is no unit`:            func(r *PlainResult) { r.Metrics = []Metric{{"a hit", 1}} },
		`"" is no unit`:                 func(r *PlainResult) { r.Metrics = []Metric{{"", 1}} },
		`"hits" comes twice`:            func(r *PlainResult) { r.Metrics = []Metric{{"hits", 1}, {"hits", 1}} },
		"257, where 256 is the most":    func(r *PlainResult) { r.Metrics = make([]Metric, maxMetrics+1) },
	} {
		result := &PlainResult{Number: 1, Iterations: 3, Wall: 2000, Timed: 1000, CPU: 1000}
		lie(result)
		r, w := act(t, honestHello, say(appendPlainResult(nil, result)))
		p, err := Open(t.Context(), r, w)
		require.NoError(t, err)
		_, err = p.GrantPlain(t.Context(), PlainTurn{Iterations: 3})
		require.ErrorContains(t, err, want)
		_, again := p.GrantPlain(t.Context(), PlainTurn{Iterations: 3})
		require.Equal(t, err, again)
	}
}

// What is no number is the benchmark's own business, as long as nobody judges it.
func TestMetricsThatAreNoNumbersArePassedOn(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		r, w := act(t, honestHello, say(appendPlainResult(nil, &PlainResult{
			Number: 1, Iterations: 3, Wall: 2000, Timed: 1000, Metrics: []Metric{{"ops/miss", v}},
		})))
		p, err := Open(t.Context(), r, w)
		require.NoError(t, err)
		got, err := p.GrantPlain(t.Context(), PlainTurn{Iterations: 3})
		require.NoError(t, err)
		require.Len(t, got.Metrics, 1)
		assert.Equal(t, math.Float64bits(v), math.Float64bits(got.Metrics[0].Value))
	}
}

func TestJoinPlainWithoutAnInvitation(t *testing.T) {
	t.Setenv(PlainEnv, "")
	seat, err := JoinPlain()
	require.NoError(t, err)
	assert.Nil(t, seat)
}

func TestJoinPlainRefuses(t *testing.T) {
	for _, value := range []string{
		"1", "1 3 4", "1 3 4 ", "1 -3 4 BenchmarkX", "x 3 4 BenchmarkX", "1 3 99999 BenchmarkX", "1 65535 65534 BenchmarkX",
	} {
		t.Setenv(PlainEnv, value)
		_, err := JoinPlain()
		require.ErrorContains(t, err, fmt.Sprintf("environment variable %s=%q: ", PlainEnv, value))
	}
}

func TestPlainFramesOfVersion1(t *testing.T) {
	r := &PlainResult{
		Number: 9, Iterations: 1000, Wall: 3 * time.Millisecond, Timed: 2 * time.Millisecond, CPU: time.Millisecond,
		Idle: 20 * time.Microsecond, Switches: 1, GCs: 2, Allocations: 3000, Bytes: 48000, Processed: 16,
		Metrics: []Metric{{"hits/op", 0.5}},
	}
	assert.Equal(t, "050000004e09e0a71201", hex.EncodeToString(appendPlainTurn(nil, 9, PlainTurn{Iterations: 300_000, WarmUp: true})))
	assert.Equal(t,
		"2a0000004d09e807c08db70180897ac0843da09c010102b81780f702100107686974732f6f7080808080808080f03f",
		hex.EncodeToString(appendPlainResult(nil, r)))
}
