package measure

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

// plainTurn is a turn of n iterations of 2 ns, three objects and 48 bytes each, with a metric of its own.
func plainTurn(n int64, hits float64) *duet.PlainResult {
	took := time.Duration(2 * n)
	return &duet.PlainResult{
		Iterations: n, Wall: took + time.Millisecond, Timed: took, CPU: took, Switches: 1,
		Allocations: 3*n + 1, Bytes: 48 * n, Processed: 8, Metrics: []duet.Metric{{Unit: "hits/op", Value: hits}, {Unit: "n", Value: 9}},
	}
}

func nobody(string) bool { return false }

func TestPlainRoundReportsAsTestingDoes(t *testing.T) {
	r := &plainRound{}
	r.add(first[0], each[*duet.PlainResult]{plainTurn(100, 1), plainTurn(1000, 10)})
	r.add(first[1], each[*duet.PlainResult]{plainTurn(300, 2), plainTurn(3000, 20)})
	for i := range r.sides {
		r.sides[i].printed = benchdata.Run{Iters: 7, Values: []benchdata.Value{ // with what the warm-up did, which does not count
			{Unit: "ns/op", Value: 77}, {Unit: "MB/s", Value: 77}, {Unit: "hits/op", Value: 77}, {Unit: "once", Value: 5},
			{Unit: "B/op", Value: 77}, {Unit: "allocs/op", Value: 77},
		}}
	}
	out := r.round(7, nobody)
	for i, scale := range []float64{1, 10} {
		run := out.runs[i]
		assert.EqualValues(t, 400*scale, run.Iters)
		assert.InDelta(t, 2, value(t, run, "ns/op"), 1e-12)
		assert.Equal(t, 2.0, value(t, run, judge.MeanUnit))
		assert.InDelta(t, 4000, value(t, run, "MB/s"), 1e-9, "8 bytes in 2 ns")
		assert.Equal(t, 48.0, value(t, run, "B/op"))
		assert.Equal(t, 3+2/(400*scale), value(t, run, "allocs/op"), "counted, not rounded")
		assert.Equal(t, 1.75*scale, value(t, run, "hits/op"), "each turn by its iterations")
		assert.Equal(t, 5.0, value(t, run, "once"))
		_, has := run.Value("n")
		assert.False(t, has, "what testing does not print nobody reports")
		assert.Nil(t, out.latencies[i])
	}
	assert.InDelta(t, 4, out.noise.Switches*out.noise.Seconds, 1e-12)
	assert.InDelta(t, (4*time.Millisecond + 2*4400).Seconds(), out.noise.Seconds, 1e-12)
}

// A metric that is no number in a turn is left out of it, unless it is judged.
func TestPlainRoundLeavesOutWhatIsNoNumber(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name         string
		turns        []float64
		want, judged float64
	}{
		{"in one turn", []float64{3, inf, 5}, 4, inf},
		{"in the last turn", []float64{3, 5, inf}, 4, inf},
		{"in every turn", []float64{inf, inf}, inf, inf},
		{"in none", []float64{3, 5}, 4, 4},
	} {
		r := &plainRound{}
		for _, v := range c.turns {
			turn := plainTurn(100, v)
			r.add(first[0], each[*duet.PlainResult]{turn, turn})
		}
		for i := range r.sides {
			r.sides[i].printed.Values = []benchdata.Value{{Unit: "hits/op", Value: 77}}
		}
		for _, of := range []struct {
			needed func(string) bool
			want   float64
		}{{nobody, c.want}, {func(unit string) bool { return unit == "hits/op" }, c.judged}} {
			out := r.round(100, of.needed)
			assert.Equal(t, of.want, value(t, out.runs[candidateSide], "hits/op"), c.name)
		}
	}
}

// What is no number ends a benchmark only where a rule names it.
func TestARoundWithWhatIsNoNumber(t *testing.T) {
	m, _ := unmeasured()
	of := func(ns, hits float64) round {
		run := benchdata.Run{Iters: 1, Values: []benchdata.Value{{Unit: "ns/op", Value: ns}, {Unit: "hits/op", Value: hits}}}
		return round{runs: each[benchdata.Run]{run, run}}
	}
	r := of(5, math.Inf(1))
	require.NoError(t, m.spare(&r))
	assert.Equal(t, []benchdata.Value{{Unit: "ns/op", Value: 5}}, r.runs[candidateSide].Values)
	assert.Len(t, m.gate.spared, 1)

	r = of(math.Inf(1), 5)
	err := m.spare(&r)
	require.ErrorContains(t, err, "X: ns/op is +Inf; report a finite number")
	assert.Equal(t, policy.BadResults, reason(err).Code)
}

// What a b.Loop function says after its loop is not in its turns.
func TestPlainRoundHasWhatIsSaidAfterTheLoop(t *testing.T) {
	line := func(values ...benchdata.Value) benchdata.Run {
		return benchdata.Run{Iters: 7, Values: append([]benchdata.Value{{Unit: "ns/op", Value: 77}}, values...)}
	}
	type values = map[string]float64
	for _, c := range []struct {
		name    string
		printed benchdata.Run
		want    values
	}{
		{"bytes", line(benchdata.Value{Unit: "MB/s", Value: 0.01}, benchdata.Value{Unit: "tailgate-bytes", Value: 40}),
			values{"ns/op": 2, judge.MeanUnit: 2, "MB/s": 20_000}},
		{"nobody knows of how many bytes", line(benchdata.Value{Unit: "MB/s", Value: 1}), values{"ns/op": 2, judge.MeanUnit: 2}},
		{"values of its own in the place of package testing's", line(
			benchdata.Value{Unit: "MB/s", Value: 3}, benchdata.Value{Unit: "tailgate-own-B/op", Value: 1},
			benchdata.Value{Unit: "tailgate-own-MB/s", Value: 1}, benchdata.Value{Unit: "tailgate-own-ns/op", Value: 1},
			benchdata.Value{Unit: "B/op", Value: 5}, benchdata.Value{Unit: "allocs/op", Value: 77},
		), values{"ns/op": 2, judge.MeanUnit: 2, "MB/s": 3, "B/op": 5, "allocs/op": 3}},
	} {
		r := &plainRound{}
		turn := &duet.PlainResult{Iterations: 100, Wall: 200, Timed: 200, Allocations: 300, Bytes: 4800}
		r.add(first[0], each[*duet.PlainResult]{turn, turn})
		for i := range r.sides {
			r.sides[i].printed = c.printed
		}
		out := r.round(100, nobody)
		for _, run := range out.runs[:2] {
			got := values{}
			for _, v := range run.Values {
				got[v.Unit] = math.Round(v.Value*1e6) / 1e6
			}
			assert.Equal(t, c.want, got, c.name)
		}
	}
}

func TestTurnOf(t *testing.T) {
	for _, c := range []struct {
		name         string
		perIteration float64
		setUp        time.Duration
		want         int
	}{
		{"1 us, no set-up to speak of", 1000, 30 * time.Microsecond, 1000},
		{"half a nanosecond", 0.5, 0, 2_000_000},
		{"as long as the set-up takes", 1000, 40 * time.Millisecond, 40_000},
		{"longer than a turn", 5e6, 0, 1},
		{"a little shorter than a turn", 0.9e6, 0, 2},
		{"no time at all", 1e-9, 0, duet.MaxIterations},
		{"unknown", math.Inf(1), 0, 1},
	} {
		assert.Equal(t, c.want, turnOf(c.perIteration, c.setUp), c.name)
	}
}

func TestTurnsOf(t *testing.T) {
	for turn, want := range map[time.Duration]int{
		1: roundTurns, time.Millisecond: 50, 2 * time.Millisecond: 50, 4 * time.Millisecond: 25, 20 * time.Millisecond: 5,
		100 * time.Millisecond: 5, 101 * time.Millisecond: 4, 500 * time.Millisecond: 1, time.Minute: 1,
	} {
		assert.Equal(t, want, turnsOf(turn), "%v", turn)
	}
}

// What is judged has the level of the means and the median ratio of the turns: a stall of a few turns is in the first alone.
func TestPlainRoundJudgesTheMedianOfTurns(t *testing.T) {
	r := &plainRound{}
	turn := func(ns time.Duration) *duet.PlainResult {
		return &duet.PlainResult{Iterations: 10, Wall: ns, Timed: ns}
	}
	for _, of := range [][2]time.Duration{{1000, 1100}, {1000, 1100}, {2000, 2200}, {1000, 9000}, {500, 300}} {
		r.add(first[0], each[*duet.PlainResult]{turn(of[0]), turn(of[1])})
	}
	mean, judged := r.times()
	assert.Equal(t, each[float64]{5500. / 50, 13700. / 50}, mean)
	assert.InDelta(t, 1.1, judged[1]/judged[0], 1e-12)
	assert.InEpsilon(t, mean[0]*mean[1], judged[0]*judged[1], 1e-12)
}
