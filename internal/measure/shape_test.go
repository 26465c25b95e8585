//go:build unix && !aix && !solaris

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
	assert.Contains(t, m.gate.order.Doc.Notes[0], "Once: what a turn does once")
}

// Where there is no time to find out what a function does without b.ResetTimer, it is not judged by turns that are nearly all that.
func TestWhatCannotBeSubtractedIsMeasuredInWholeRuns(t *testing.T) {
	m := plainly(t, benchBinary(t), "Forgot")
	m.budget = 4 * time.Millisecond
	require.NoError(t, m.launch(t.Context()))
	assert.False(t, m.inDuet)
	assert.Zero(t, m.judging.Rounds())
	require.Len(t, m.gate.order.Doc.Notes, 1)
	assert.Regexp(t, `Forgot: measured in whole runs, not in a duet: about (100|9\d) % of a turn is done once`,
		m.gate.order.Doc.Notes[0])
}

// A function that does not look at b.N is one operation: there is nothing that it does besides.
func TestAFunctionThatDoesNotLookAtBNIsAnOperation(t *testing.T) {
	m := plainly(t, benchBinary(t), "CallsOnce")
	for _, run := range measuredIn(t, m, 1) {
		assert.Greater(t, value(t, run, "ns/op"), float64(2*time.Millisecond))
		assert.InDelta(t, 100, value(t, run, "allocs/op"), 5)
	}
	assert.Zero(t, m.shape.once.iterations)
	assert.Contains(t, m.gate.order.Doc.Notes[0], "CallsOnce: a turn takes as long for any number of iterations")
}

// What each iteration does while the timer stands counts for how long a turn takes: it is not set-up, of which a turn has one.
func TestATurnEndsWhereIterationsRebuild(t *testing.T) {
	m := plainly(t, benchBinary(t), "Rebuilds")
	d := &duo{of: m}
	defer d.kill()
	require.NoError(t, d.start(t.Context()))
	course := &iterations{duo: d}
	require.NoError(t, d.held(t.Context(), course, func() error { return nil }))
	assert.LessOrEqual(t, course.turn.Iterations, 150, "of 10 ms each: %v at most", longestTurn)
	assert.True(t, d.computes(), "while the timer runs")
}

func TestTurnsThatTellAnotherChange(t *testing.T) {
	of := func(timed, cpu time.Duration, objects, bytes int64) *duet.PlainResult {
		return &duet.PlainResult{Iterations: 1000, Timed: timed, Wall: timed, CPU: cpu, Allocations: objects, Bytes: bytes}
	}
	waits := of(1000, 100, 10_000, 100_000)
	computes := of(1000, 1000, 10_000, 100_000)
	for _, c := range []struct {
		name                      string
		short, long               change
		slower, faster, allocates bool
	}{
		{"the same", change{waits, waits}, change{waits, waits}, false, false, false},
		{"both are twice as long: no change", change{waits, waits},
			change{of(2000, 100, 10_000, 100_000), of(2000, 100, 10_000, 100_000)}, false, false, false},
		{"more iterations", change{waits, waits},
			change{waits, &duet.PlainResult{Iterations: 5000, Timed: 5000, Allocations: 50_000, Bytes: 500_000}}, false, false, false},
		{"a little slower", change{waits, waits}, change{waits, of(1080, 100, 10_000, 100_000)}, false, false, false},
		{"slower", change{waits, waits}, change{waits, of(1090, 100, 10_000, 100_000)}, true, false, false},
		{"slower than before", change{waits, of(1100, 100, 10_000, 100_000)}, change{waits, of(1200, 100, 10_000, 100_000)},
			true, false, false},
		{"faster", change{waits, waits}, change{waits, of(900, 100, 10_000, 100_000)}, false, true, false},
		{"slower, and as much CPU time", change{computes, computes}, change{computes, of(1500, 1000, 10_000, 100_000)},
			false, false, false},
		{"slower, by CPU time, too", change{computes, computes}, change{computes, of(1500, 1500, 10_000, 100_000)}, true, false, false},
		{"half an object more", change{waits, waits}, change{waits, of(1000, 100, 10_500, 100_000)}, false, false, false},
		{"an object more", change{waits, waits}, change{waits, of(1000, 100, 11_000, 100_000)}, false, false, true},
		{"an object less", change{waits, waits}, change{waits, of(1000, 100, 9_000, 100_000)}, false, false, true},
		{"32 bytes more", change{waits, waits}, change{waits, of(1000, 100, 10_000, 132_000)}, false, false, false},
		{"33 bytes more", change{waits, waits}, change{waits, of(1000, 100, 10_000, 133_000)}, false, false, true},
		{"an object more on both sides", change{waits, waits},
			change{of(1000, 100, 11_000, 100_000), of(1000, 100, 11_000, 100_000)}, false, false, false},
	} {
		assert.Equal(t, c.slower, c.long.slower(c.short), c.name)
		assert.Equal(t, c.faster, c.short.slower(c.long), c.name)
		assert.Equal(t, c.allocates, c.long.allocatesOther(c.short), c.name)
	}
}

// What a turn of few iterations told is forgotten: it may have done nothing. What stands between iterations is not set-up.
