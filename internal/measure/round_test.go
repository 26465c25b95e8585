package measure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
)

// first are the orders of two sides, by the place of the one that is first.
var first = [2][]int{{0, 1}, {1, 0}}

// turn is a turn of requests that took so many milliseconds each, one after the other and on the CPU.
func turn(ms ...int64) *duet.Result {
	r := &duet.Result{Stages: []duet.Stage{{Name: "model"}}}
	for _, v := range ms {
		ns := v * int64(time.Millisecond)
		r.Latencies = append(r.Latencies, ns)
		r.Stages[0].Times = append(r.Stages[0].Times, ns/2)
		r.TTFT = append(r.TTFT, ns/4)
		r.Gaps = append(r.Gaps, ns/8, ns/8)
		r.TPOT = append(r.TPOT, ns/8)
		r.Timed += time.Duration(ns)
	}
	r.Wall, r.CPU = r.Timed, r.Timed
	return r
}

func value(t *testing.T, run benchdata.Run, unit string) float64 {
	t.Helper()
	v, ok := run.Value(unit)
	assert.True(t, ok, unit)
	return v
}

func TestRoundReportsAsARecorderDoes(t *testing.T) {
	r := &duetRound{}
	r.add(first[0], each[*duet.Result]{turn(1, 2), turn(10, 20)})
	r.add(first[0], each[*duet.Result]{turn(3, 4), turn(30, 40)})
	r.sides[0].totals = duet.Totals{Requests: 8, Allocations: 25, Bytes: 1000}
	r.sides[1].totals = duet.Totals{Requests: 8}
	out := r.round(7)
	for i, scale := range []float64{1e6, 1e7} {
		run := out.runs[i]
		assert.Equal(t, 4, run.Iters)
		assert.Equal(t, 2*scale, value(t, run, "p50-ns"))
		assert.Equal(t, 4*scale, value(t, run, "p95-ns"))
		assert.Equal(t, 2.5*scale, value(t, run, "mean-ns"))
		assert.Equal(t, 2.5*scale, value(t, run, "ns/op"))
		assert.Equal(t, 2.5*scale, value(t, run, "cpu-ns"))
		assert.InDelta(t, 1e9/(2.5*scale), value(t, run, "req/s"), 1e-9)
		assert.InDelta(t, 3e9/(2.5*scale), value(t, run, "tok/s"), 1e-9, "three tokens a request")
		assert.Equal(t, 2*scale, value(t, run, "p95-model-ns"))
		assert.Equal(t, scale, value(t, run, "p95-ttft-ns"))
		assert.Equal(t, scale/2, value(t, run, "p95-tpot-ns"))
	}
	assert.Equal(t, 3.13, value(t, out.runs[0], "allocs/op"))
	assert.Equal(t, 125.0, value(t, out.runs[0], "B/op"))
	assert.Equal(t, 0.0, value(t, out.runs[1], "allocs/op"))
}

func TestStallsAreTurnsThatWaited(t *testing.T) {
	r := &duetRound{}
	for range 9 {
		r.add(first[0], each[*duet.Result]{turn(5), turn(5)})
	}
	waited, worked, briefly := turn(8), turn(8), turn(5)
	waited.CPU -= 3 * time.Millisecond
	briefly.CPU -= time.Millisecond
	briefly.Wall += time.Millisecond / 2
	for _, candidate := range []*duet.Result{waited, worked, briefly} {
		candidate.Switches = 2
		r.add(first[0], each[*duet.Result]{turn(5), candidate})
	}
	n := r.taken.noise(7)
	assert.InDelta(t, 1, n.Stalls*n.Seconds, 1e-12)
	assert.InDelta(t, 6, n.Switches*n.Seconds, 1e-12)
	assert.InDelta(t, (12*5+9*5+8+8+5+0.5)/1000, n.Seconds, 1e-12)
	assert.Equal(t, 7, n.Operations)
	assert.Equal(t, 0.005, n.Turn)
}

func TestAlternationIsWhatATurnOfTheOtherSideCosts(t *testing.T) {
	r := &duetRound{}
	r.add(first[0], each[*duet.Result]{turn(90), turn(12)}) // the first of all follows nothing
	r.add(first[1], each[*duet.Result]{turn(22), turn(10)}) // the candidate goes on, the baseline comes after it
	r.add(first[0], each[*duet.Result]{turn(20), turn(12)})
	r.add(first[1], each[*duet.Result]{turn(22), turn(10)})
	r.add(first[0], each[*duet.Result]{turn(20), turn(12)})
	assert.InDeltaSlice(t, []float64{0.1, 0.2}, r.taken.alternation(), 1e-12)
}
