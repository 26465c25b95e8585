package measure_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/stats"
)

const (
	portionRequests = 60  // a side, at least
	portionTurns    = 50  // at least, where a turn is of several requests
	requestsPerRun  = 100 // where a side is measured before the other
)

// replay is a recording from which the rounds of gate runs are drawn. A round is a launch of both processes: any of the recorded
// launches, and either of its processes for the baseline, so that the luck of a process is that of the machine that was recorded.
// Of a launch a round has so many portions on end, from anywhere.
type replay struct {
	name     string
	launches [][2]served
	requests int // in a turn
	portion  int // turns in a portion
	median   float64
	mean     float64                // of the latencies of all requests, as the median, in ns
	p95s     map[int][][2][]float64 // by turns: of every window of so many turns, by launch, side and first turn
}

// served is what a process served in a launch.
type served struct {
	ns   []float64 // latencies
	took []float64 // of the first 0, 1, ... turns together
	cpu  []float64 // the same of CPU times; nil where they are not known
}

// window is the part of a recorded launch that a round is.
type window struct {
	launch      int
	swapped     bool // whether the baseline has what the candidate served
	from, turns int
}

func newReplay(rec recording) (*replay, error) {
	p := &replay{name: rec.name, requests: rec.requests(), p95s: map[int][][2][]float64{}}
	p.portion = (portionRequests + p.requests - 1) / p.requests
	if p.requests > 1 {
		p.portion = max(p.portion, portionTurns)
	}
	var all []float64
	for i, l := range rec.launches {
		if need := 2 * p.portion; len(l.turns) < need {
			return p, fmt.Errorf("%s: launch %d has %d pairs of turns; record at least %d", rec.name, i+1, len(l.turns), need)
		}
		sides := [2]served{l.served(0), l.served(1)}
		p.launches = append(p.launches, sides)
		all = append(append(all, sides[0].ns...), sides[1].ns...)
	}
	for _, ns := range all {
		p.mean += ns / float64(len(all))
	}
	slices.Sort(all)
	p.median = stats.Quantile(all, 0.5)
	return p, nil
}

// side are the latencies of one side, in the order in which they were served.
func (l launch) side(side int) []int64 {
	var ns []int64
	for _, t := range l.turns {
		ns = append(ns, t.ns[side]...)
	}
	return ns
}

func (l launch) served(side int) served {
	s := served{took: []float64{0}}
	took, cpu := 0.0, []float64{0}
	for i, t := range l.turns {
		for _, ns := range t.ns[side] {
			s.ns = append(s.ns, float64(ns))
			took += float64(ns)
		}
		s.took = append(s.took, took)
		cpu = append(cpu, cpu[i]+float64(t.cpu[side]))
	}
	if l.turns[0].timed() {
		s.cpu = cpu
	}
	return s
}

// draw is a round of so many portions. Of a launch that was recorded for less it has all.
func (p *replay) draw(r *rand.Rand, portions int) window {
	w := window{launch: r.IntN(len(p.launches)), swapped: r.IntN(2) == 1}
	recorded := len(p.launches[w.launch][0].took) - 1
	w.turns = min(portions*p.portion, recorded)
	w.from = r.IntN(recorded - w.turns + 1)
	return w
}

// served is what serves for a side in a round.
func (p *replay) served(w window, side int) served {
	if w.swapped {
		side = 1 - side
	}
	return p.launches[w.launch][side]
}

// p95 is that of a side's latencies in a round.
func (p *replay) p95(w window, side int) float64 {
	if w.swapped {
		side = 1 - side
	}
	return p.windows(w.turns)[w.launch][side][w.from]
}

// windows are the p95s of all windows of so many turns. They are found once.
func (p *replay) windows(turns int) [][2][]float64 {
	if found, ok := p.p95s[turns]; ok {
		return found
	}
	found := make([][2][]float64, len(p.launches))
	for i, l := range p.launches {
		for side, s := range l {
			if len(s.took) <= turns {
				continue
			}
			for at, p95 := range runningP95(s.ns, turns*p.requests) {
				if at%p.requests == 0 {
					found[i][side] = append(found[i][side], p95)
				}
			}
		}
	}
	p.p95s[turns] = found
	return found
}

// latencies are those of a side in a round.
func (p *replay) latencies(w window, side int) []float64 {
	return p.served(w, side).ns[w.from*p.requests : (w.from+w.turns)*p.requests]
}

// cpu is a side's CPU time of a request in a round, on average.
func (p *replay) cpu(w window, side int) float64 {
	cpu := p.served(w, side).cpu
	return (cpu[w.from+w.turns] - cpu[w.from]) / float64(w.turns*p.requests)
}

// took is for how long both sides served in a round.
func (p *replay) took(w window) float64 {
	sum := 0.0
	for _, s := range p.launches[w.launch] {
		sum += s.took[w.from+w.turns] - s.took[w.from]
	}
	return sum
}

// typical is the median of the p95 of a portion.
func (p *replay) typical() float64 {
	var all []float64
	for _, l := range p.windows(p.portion) {
		all = append(append(all, l[0]...), l[1]...)
	}
	slices.Sort(all)
	return stats.Quantile(all, 0.5)
}

// spread is the standard deviation of the logarithm of a portion's ratio. The mean is 0, the sides being what a coin says.
func (p *replay) spread() float64 {
	sum, n := 0.0, 0
	for _, l := range p.windows(p.portion) {
		for i := range l[0] {
			change := math.Log(l[1][i] / l[0][i])
			sum += change * change
			n++
		}
	}
	return math.Sqrt(sum / float64(n))
}

// timed reports whether CPU times are known.
func (p *replay) timed() bool { return p.launches[0][0].cpu != nil }

func p95(ns []int64) int64 { return stats.Quantile(slices.Sorted(slices.Values(ns)), 0.95) }

// severalATurn is a recording with CPU times, of turns of 7 requests that tell their side, launch and place.
func severalATurn() recording {
	rec := recording{name: "made-several"}
	for i := range 4 {
		var l launch
		for j := range 130 {
			var t turns
			for side := range t.ns {
				t.cpu[side] = int64(1e6*i + 1e3*j + side + 1)
				for k := range 7 {
					t.ns[side] = append(t.ns[side], int64(1e6*i+1e4*(j*37%130)+10*(k*3%7)+side+1))
				}
			}
			l.turns = append(l.turns, t)
		}
		rec.launches = append(rec.launches, l)
	}
	return rec
}

func TestReplayDrawsAnyPartOfAnyLaunch(t *testing.T) {
	p, err := newReplay(noises[0].record(10, 125))
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(10, 5))
	seen := map[window]bool{}
	for range 5000 {
		w := p.draw(r, 2)
		require.Equal(t, 120, w.turns)
		seen[w] = true
	}
	assert.Len(t, seen, 10*2*6, "every launch, both ways, from every turn that leaves enough")
	assert.Equal(t, 125, p.draw(r, 8).turns, "all there is")
}

// TestReplayMeasuresWhatWasServed goes the long way.
func TestReplayMeasuresWhatWasServed(t *testing.T) {
	for _, rec := range []recording{noises[0].record(5, 300), severalATurn()} {
		p, err := newReplay(rec)
		require.NoError(t, err)
		r := rand.New(rand.NewPCG(10, 6))
		for _, portions := range []int{1, 2, 1, 4, 2} {
			w := p.draw(r, portions)
			took := 0.0
			for side := range 2 {
				of := side
				if w.swapped {
					of = 1 - side
				}
				part := launch{turns: rec.launches[w.launch].turns[w.from : w.from+w.turns]}
				ns, cpu := part.side(of), 0.0
				require.InDelta(t, float64(p95(ns)), p.p95(w, side), 0)
				for i, latency := range p.latencies(w, side) {
					require.InDelta(t, float64(ns[i]), latency, 0)
					took += latency
				}
				for _, turn := range part.turns {
					cpu += float64(turn.cpu[of])
				}
				if rec.timed() {
					require.InEpsilon(t, cpu/float64(len(ns)), p.cpu(w, side), 1e-9)
				}
			}
			require.InEpsilon(t, took, p.took(w), 1e-9)
		}
	}
	several, err := newReplay(severalATurn())
	require.NoError(t, err)
	assert.Equal(t, portionTurns, several.portion)
}
