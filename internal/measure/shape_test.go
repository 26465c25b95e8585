package measure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
)

// measuredIn measures a benchmark in so many launches, and returns the last run of both sides. The first launch asks what turns are
// to be.
func measuredIn(t *testing.T, m *measurement, launches int) (runs []benchdata.Run) {
	t.Helper()
	var l launch
	for range launches {
		var err error
		l, err = m.duet(t.Context(), 1, func() bool { return true })
		require.NoError(t, err)
	}
	require.NotNil(t, l.round)
	return []benchdata.Run{l.round.runs[baselineSide], l.round.runs[candidateSide]}
}

// A function that fills a table for 3 ms before its loop, while its timer runs, has the time and the objects of its iterations.
func TestWhatAFunctionDoesOnceIsNotItsIterations(t *testing.T) {
	m := plainly(t, benchBinary(t), "Once")
	for _, run := range measuredIn(t, m, 2) {
		assert.Less(t, value(t, run, "ns/op"), float64(100*time.Microsecond), "3 ms are done once")
		assert.InDelta(t, 128, value(t, run, "B/op"), 16, "1 MiB is allocated once")
		assert.InDelta(t, 2, value(t, run, "allocs/op"), 0.1)
	}
	assert.Greater(t, m.shape.once.iterations, 100)
	assert.Len(t, m.gate.order.Doc.Notes, 1)
}

// A function that does not look at b.N is one operation: there is nothing that it does besides.
func TestAFunctionThatDoesNotLookAtBNIsAnOperation(t *testing.T) {
	m := plainly(t, benchBinary(t), "CallsOnce")
	for _, run := range measuredIn(t, m, 1) {
		assert.Greater(t, value(t, run, "ns/op"), float64(2*time.Millisecond))
		assert.InDelta(t, 100, value(t, run, "allocs/op"), 5)
	}
	assert.Zero(t, m.shape.once.iterations)
}

// A function whose later inputs take longer is measured on them, too. A turn of 1 ms would end before.
func TestLaterInputsAreMeasured(t *testing.T) {
	m := plainly(t, benchBinary(t), "Inputs")
	for _, run := range measuredIn(t, m, 2) {
		assert.Greater(t, value(t, run, "ns/op"), float64(35*time.Microsecond), "200 iterations of 10 us, and then 50 us each")
	}
	assert.Greater(t, m.shape.long.iterations, 1000)
	assert.Len(t, m.gate.order.Doc.Notes, 1)
}

// What each iteration does while the timer stands counts for how long a turn takes: it is not set-up, of which a turn has one.
func TestATurnEndsWhereIterationsRebuild(t *testing.T) {
	m := plainly(t, benchBinary(t), "Rebuilds")
	d := &duo{of: m}
	defer d.kill()
	require.NoError(t, d.start(t.Context()))
	course := &iterations{duo: d}
	require.NoError(t, d.held(t.Context(), course, func() error { return nil }))
	assert.LessOrEqual(t, course.turn.Iterations, 100, "of 10 ms each: %v at most", longestTurn)
}

func TestUnlikeTurns(t *testing.T) {
	of := func(iterations int64, timed time.Duration, objects, bytes int64) *duet.PlainResult {
		return &duet.PlainResult{Iterations: iterations, Timed: timed, Allocations: objects, Bytes: bytes}
	}
	short := of(1000, 1_000_000, 10_000, 1_000_000) // 1 us, 10 objects and 1000 B each
	for _, c := range []struct {
		name string
		long *duet.PlainResult
		want bool
	}{
		{"the same", of(1000, 1_000_000, 10_000, 1_000_000), false},
		{"the same, of more iterations", of(5000, 5_000_000, 50_000, 5_000_000), false},
		{"a little longer", of(1000, 1_150_000, 10_000, 1_000_000), false},
		{"longer", of(1000, 1_150_001, 10_000, 1_000_000), true},
		{"half as long: short turns lose caches", of(1000, 500_000, 10_000, 1_000_000), false},
		{"half an object more", of(1000, 1_000_000, 10_500, 1_000_000), false},
		{"an object more", of(1000, 1_000_000, 11_000, 1_000_000), true},
		{"an object less", of(1000, 1_000_000, 9_000, 1_000_000), true},
		{"a twentieth of the bytes more", of(1000, 1_000_000, 10_000, 1_050_000), false},
		{"a tenth of the bytes more", of(1000, 1_000_000, 10_000, 1_100_000), true},
		{"a tenth of the bytes less", of(1000, 1_000_000, 10_000, 900_000), true},
	} {
		assert.Equal(t, c.want, unlike(c.long, short), c.name)
	}
	assert.False(t, unlike(of(1000, 1_000_000, 0, 20_000), of(1000, 1_000_000, 0, 0)), "few bytes")

	computes := func(timed, cpu time.Duration) *duet.PlainResult {
		return &duet.PlainResult{Iterations: 1000, Timed: timed, Wall: timed, CPU: cpu}
	}
	assert.False(t, unlike(computes(1500, 1000), computes(1000, 1000)), "the CPU was another's for a third of the time")
	assert.True(t, unlike(computes(1500, 1500), computes(1000, 1000)))
	assert.True(t, unlike(computes(1500, 100), computes(1000, 100)), "it waits longer")
}

// What a turn of few iterations told is forgotten: it may have done nothing. What stands between iterations is not set-up.
func TestTrialOfASide(t *testing.T) {
	const ms = time.Millisecond
	run := func(turns ...*duet.PlainResult) trial {
		of := untried()
		for _, turn := range turns {
			of.add(turn)
		}
		return of
	}
	turn := func(iterations int64, timed, stood time.Duration) *duet.PlainResult {
		return &duet.PlainResult{Iterations: iterations, Timed: timed, Wall: timed + stood}
	}
	setUp := run(turn(1, 1000, 20*ms), turn(2, 2000, 20*ms), turn(200, 200_000, 21*ms))
	assert.InDelta(t, float64(20*ms), float64(setUp.setUp), float64(ms))
	assert.Equal(t, 20_000, setUp.turn(), "as long as the set-up")

	between := run(turn(1, 1000, 20*ms), turn(2, 2000, 40*ms), turn(50, 50_000, 1000*ms))
	assert.Less(t, between.setUp, ms)
	assert.LessOrEqual(t, between.turn(), 50, "a second")
	assert.InDelta(t, float64(time.Second), float64(between.lasts(50)), float64(50*ms))
	first := run(turn(1, 1000, 20*ms))
	assert.LessOrEqual(t, first.turn(), 50, "nobody knows yet: a second at most")

	batches := run(turn(1, 100, 0), turn(100, 110, 0), turn(10_000, 10*ms, 0))
	assert.Equal(t, 1000, batches.turn(), "a batch of 1000 takes 1 ms, and none takes nothing")
	stalled := run(turn(1, 3*ms, 0), turn(1, ms, 0), turn(2, 2*ms, 0))
	assert.Equal(t, 1, stalled.turn())
}
