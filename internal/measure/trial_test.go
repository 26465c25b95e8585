package measure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

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
