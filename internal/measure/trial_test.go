//go:build unix && !aix && !solaris

package measure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
)

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
	assert.InDelta(t, 20_000, setUp.turn(), 10, "as long as the set-up")

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

// A side whose benchmark allocates fast enough to matter fills its heap before it is measured.
func TestAHeapIsFilledBeforeItIsMeasured(t *testing.T) {
	const ms, mb = time.Millisecond, 1_000_000
	of := untried()
	assert.False(t, of.fills(), "at 0 B/op")
	of.add(&duet.PlainResult{Iterations: 1000, Timed: 10 * ms, Wall: 10 * ms, Bytes: mb})
	assert.True(t, of.fills(), "100 MB/s")
	of.add(&duet.PlainResult{Iterations: 1000, Timed: 10 * ms, Wall: 10 * ms, Bytes: mb, GCs: 1})
	assert.True(t, of.fills(), "after one collection the next one's pages are new")
	of.add(&duet.PlainResult{Iterations: 1000, Timed: 10 * ms, Wall: 10 * ms, Bytes: mb, GCs: 1})
	assert.False(t, of.fills(), "after two")

	slow := untried()
	slow.add(&duet.PlainResult{Iterations: 1000, Timed: 10 * ms, Wall: 10 * ms, Bytes: fillRate/100 - 1})
	assert.False(t, slow.fills(), "its faults are a small share")
	slow.add(&duet.PlainResult{Iterations: 1000, Timed: 10 * ms, Wall: 10 * ms, Bytes: fillRate/100 + 2})
	assert.True(t, slow.fills())
	slow.add(&duet.PlainResult{Iterations: 1000, Timed: ms, Wall: heapWork - 20*ms, Bytes: 100 * mb})
	assert.False(t, slow.fills(), "a large heap is not waited for")

	stands := untried()
	stands.add(&duet.PlainResult{Iterations: 1, Wall: ms})
	assert.False(t, stands.fills(), "nothing is known where the timer never runs")
}

func TestAWarmUpFillsTheHeap(t *testing.T) {
	d := &duo{of: plainly(t, benchBinary(t), "Fills")}
	defer d.kill()
	require.NoError(t, d.start(t.Context()))
	course := &iterations{duo: d}
	require.NoError(t, d.held(t.Context(), course, func() error {
		sides, err := course.try(t.Context())
		for _, i := range d.of.sides {
			assert.False(t, sides[i].fills(), "%+v", sides[i])
		}
		return err
	}))
}

// A set-up of more than a second does not make turns of one iteration, which are no measure of a run's.
func TestTurnsBehindALongSetUp(t *testing.T) {
	side := func(timed, stood time.Duration) []trial {
		of := untried()
		of.add(&duet.PlainResult{Iterations: 1, Timed: timed, Wall: timed + stood})
		return []trial{of}
	}
	assert.Equal(t, 2, turnBehind(side(time.Microsecond, time.Second), 1))
	assert.Equal(t, 20, turnBehind(side(time.Microsecond, time.Second), 2))
	assert.Equal(t, 500, turnBehind(side(200*time.Microsecond, time.Second), 200), "as long as a portion")
	assert.Equal(t, 1, turnBehind(side(time.Second, 0), 1), "there is no set-up")

	bin := benchBinary(t)
	for _, c := range []struct {
		name        string
		least, most int
	}{
		{"SetsUpLong", 20, 1000}, // of some 0.1 ms, after 0.4 s
		{"WaitsLong", 1, 4},      // the timer stands for 0.3 s in each
	} {
		m := plainly(t, bin, c.name)
		for range 2 { // the second launch does not try again
			d := &duo{of: m}
			require.NoError(t, d.start(t.Context()))
			course := &iterations{duo: d}
			require.NoError(t, d.held(t.Context(), course, func() error { return nil }))
			d.kill()
			assert.GreaterOrEqual(t, course.turn.Iterations, c.least, c.name)
			assert.LessOrEqual(t, course.turn.Iterations, c.most, c.name)
		}
	}
}

// Sides have turns of as many iterations. A side that is many times faster has some that last, unless the other's last too long.
func TestTurnOfAll(t *testing.T) {
	of := func(timed time.Duration) trial { return trial{timed: float64(timed)} }
	const us, ms = time.Microsecond, time.Millisecond
	for _, c := range []struct {
		name  string
		sides []trial
		want  int
	}{
		{"one", []trial{of(us)}, 1000},
		{"alike", []trial{of(us), of(us)}, 1000},
		{"four times as slow", []trial{of(us), of(4 * us)}, 250},
		{"eight times", []trial{of(us), of(8 * us)}, 250},
		{"80 times: 20 ms", []trial{of(us), of(80 * us)}, 250},
		{"a hundred times: more than 20 ms", []trial{of(us), of(100 * us)}, 200},
		{"a hundred times, turned", []trial{of(100 * us), of(us)}, 200},
		{"an anchor is a side", []trial{of(us), of(us), of(100 * us)}, 200},
		{"a slow operation", []trial{of(us), of(30 * ms)}, 1},
		{"set-up that is longer", []trial{{timed: 1000, setUp: 50 * ms}, {timed: 1000, setUp: 50 * ms}}, 50_000},
	} {
		assert.Equal(t, c.want, turnOfAll(c.sides), c.name)
	}
}
