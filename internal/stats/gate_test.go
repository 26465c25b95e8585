package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gate is a simulated gate run of one verdict: it looks when the plan says and stops when it can tell.
type gate struct {
	looks   []Look
	cuts    []cuts
	percent float64 // limit of the ratio
	floor   float64 // limit of the shift, ns, at least; 0 means that there is none
}

// cuts are the ranks at which a look's two intervals cut the ordered Walsh averages; 0: there is none.
type cuts struct{ alarm, miss int }

func newGate(p Plan, percent, floor float64) gate {
	g := gate{looks: p.Looks(), percent: percent, floor: floor}
	for _, look := range g.looks {
		alarm, _ := signedTail(look.Pairs, 1-look.confidence()) // as intervals do: for 2*Alpha it may be a rank more
		miss, _ := signedTail(look.Pairs, 1-look.missConfidence())
		g.cuts = append(g.cuts, cuts{alarm, miss})
	}
	return g
}

// confidence is that of the two-sided interval that is red where it is beyond.
func (l Look) confidence() float64 { return 1 - 2*l.Alpha }

// missConfidence is that of the two-sided interval that is ok where it is within.
func (l Look) missConfidence() float64 { return 1 - 2*l.Miss }

// result is what a gate run came to.
type result struct {
	place  Place
	rounds int
}

// judge counts averages instead of finding the bounds among them, which TestGateJudgesByIntervals holds to be the same and is
// ten times as fast.
func (g gate) judge(baseline, candidate []float64) result {
	var r result
	for i, look := range g.looks {
		ratios := walsh{
			changes(baseline[:look.Pairs], candidate[:look.Pairs], func(c, b float64) float64 { return c / b }), geometricMean,
		}
		place := placeOf(ratios, g.cuts[i], g.percent)
		if g.floor > 0 {
			shifts := walsh{
				changes(baseline[:look.Pairs], candidate[:look.Pairs], func(c, b float64) float64 { return c - b }), arithmeticMean,
			}
			place = min(place, placeOf(shifts, g.cuts[i], math.Nextafter(g.floor, 0))) // at least: above what is just below
		}
		r = result{place, look.Pairs}
		if place != Astride {
			break
		}
	}
	return r
}

// placeOf returns where the interval from the k-th lowest to the k-th highest average lies.
func placeOf(w walsh, k cuts, limit float64) Place {
	within := w.atMost(limit)
	switch {
	case within < k.alarm:
		return Beyond
	case w.len()-within < k.miss:
		return Within
	}
	return Astride
}

// changes are one of each pair, ascending.
func changes(baseline, candidate []float64, compare func(candidate, baseline float64) float64) []float64 {
	out := make([]float64, len(baseline))
	for i := range out {
		out[i] = compare(candidate[i], baseline[i])
	}
	slices.Sort(out)
	return out
}

// byIntervals is judge as it is meant to be done.
func (g gate) byIntervals(baseline, candidate []float64) (place Place, rounds int) {
	for _, look := range g.looks {
		b, c := baseline[:look.Pairs], candidate[:look.Pairs]
		at := func(confidence float64) Place {
			place := Limit{Change: g.percent}.Place(PairedRatio(b, c, confidence))
			if g.floor > 0 {
				place = min(place, Limit{Change: g.floor, AtLeast: true}.Place(PairedShift(b, c, confidence)))
			}
			return place
		}
		if place = at(look.missConfidence()); place != Within {
			place = max(at(look.confidence()), Astride)
		}
		rounds = look.Pairs
		if place != Astride {
			break
		}
	}
	return place, rounds
}

// fraction returns how many of so many gate runs come to place.
func (g gate) fraction(place Place, of int, duet func() (baseline, candidate []float64)) float64 {
	count := 0
	for range of {
		if g.judge(duet()).place == place {
			count++
		}
	}
	return float64(count) / float64(of)
}

func TestGateJudgesByIntervals(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	seen := map[Place]int{}
	for range 150 {
		m := machines[r.IntN(len(machines))]
		baseline, candidate := m.duet(r, 60, slower(1+0.05*float64(r.IntN(5))))
		g := newGate(Plan{Family: 1 + r.IntN(20)}, 1.1, []float64{0, 1e6}[r.IntN(2)])
		place, rounds := g.byIntervals(baseline, candidate)
		got := g.judge(baseline, candidate)
		require.Equal(t, []any{place, rounds}, []any{got.place, got.rounds}, m.name)
		seen[place]++
	}
	assert.Len(t, seen, 3, "all places were seen")
}

// TestPlanHoldsItsLevel plants changes exactly at the limit and counts the gate runs that call them beyond, then changes 1 ns
// further and counts those that call them within. Either may happen at most as often as Alpha says, whatever the machine does.
func TestPlanHoldsItsLevel(t *testing.T) {
	repeats := 5000
	if testing.Short() {
		repeats = 400
	}
	for _, m := range machines {
		for _, p := range []Plan{{}, {Alpha: 0.2, Pairs: []int{5, 7, 11, 16}}} {
			r := rand.New(rand.NewPCG(6, 2))
			g := newGate(p, 1.1, 0)
			rounds := g.looks[len(g.looks)-1].Pairs
			falseRed := g.fraction(Beyond, repeats, func() ([]float64, []float64) { return m.duet(r, rounds, slower(1.1)) })
			falseOK := g.fraction(Within, repeats, func() ([]float64, []float64) {
				return m.duet(r, rounds, func(ns float64) float64 { return slower(1.1)(ns) + 1 })
			})
			share := p.withDefaults().share()
			most := share + 4*math.Sqrt(share*(1-share)/float64(repeats))
			assert.LessOrEqual(t, falseRed, most, "%s: beyond at alpha %v", m.name, share)
			assert.LessOrEqual(t, falseOK, most, "%s: within at alpha %v", m.name, share)
			t.Logf("%s at alpha %v: beyond %.4f, within %.4f", m.name, share, falseRed, falseOK)
		}
	}
}

// TestTwoLimitsHoldTheirLevel has a change at the edge of both limits, +10 % and 1 ms of about 10 ms: first a percentage, then an
// amount. Of the other kind the test is then not exact, but for a false red both must err.
func TestTwoLimitsHoldTheirLevel(t *testing.T) {
	repeats := 5000
	if testing.Short() {
		repeats = 200
	}
	const alpha = 0.05
	slack := 4 * math.Sqrt(alpha*(1-alpha)/float64(repeats))
	g := newGate(Plan{}, 1.1, 1e6)
	for _, m := range machines {
		for _, change := range []struct {
			name  string
			apply func(ns float64) float64
		}{{"10 %", slower(1.1)}, {"1 ns less than 1 ms", later(1e6 - 1)}} {
			r := rand.New(rand.NewPCG(6, 3))
			falseRed := g.fraction(Beyond, repeats, func() ([]float64, []float64) { return m.duet(r, 60, change.apply) })
			assert.LessOrEqual(t, falseRed, alpha+slack, "%s, %s: beyond", m.name, change.name)
			t.Logf("%s, %s: beyond %.4f", m.name, change.name, falseRed)
		}
	}
	// Within only on the machine where the edge of one limit is that of the other too: where it drifts, 10 % may be far below 1 ms.
	r := rand.New(rand.NewPCG(6, 3))
	falseOK := g.fraction(Within, repeats, func() ([]float64, []float64) {
		return quiet.duet(r, 120, func(ns float64) float64 { return max(slower(1.1)(ns)+1, ns+1e6) })
	})
	assert.LessOrEqual(t, falseOK, 2*alpha+slack)
	t.Logf("quiet, beyond both by a hair: within %.4f", falseOK)
}

// BenchmarkPlan simulates gate runs with a limit of +10 %, one an op, and reports how often they are wrong and how many rounds
// they take. The effect is in units of the limit: 0 is identical code, 1 exactly at the limit. The same runs every time:
//
//		go test -run '^$' -bench Plan -benchtime 20000x ./internal/stats
//
//	  - false-red-%: beyond, though the change is not (effects up to 1)
//	  - missed-%: not beyond by the last look, though the change is (effects above 1)
//	  - unsettled-%: astride at the last look. What becomes of it package policy decides: its characteristic is in internal/measure
//	  - rounds: on average
func BenchmarkPlan(b *testing.B) {
	for _, bb := range []struct {
		machine machine
		rules   []int
	}{
		{quiet, []int{1, 4, 20}},
		{busy, []int{1, 4, 20}},
		{autocorrelated, []int{1}},
		{drift, []int{1}},
		{bursts, []int{1}},
		{growing, []int{1}},
		{changing, []int{1}},
	} {
		for _, rules := range bb.rules {
			for _, effect := range []float64{0, 0.5, 1, 1.2, 1.5, 2} {
				b.Run(fmt.Sprintf("noise=%s/rules=%d/effect=%v", bb.machine.name, rules, effect), func(b *testing.B) {
					g := newGate(Plan{Family: rules}, 1.1, 0)
					r := rand.New(rand.NewPCG(6, 4))
					var beyond, unsettled, rounds int
					for b.Loop() {
						baseline, candidate := bb.machine.duet(r, 120, slower(1+effect/10))
						got := g.judge(baseline, candidate)
						rounds += got.rounds
						switch got.place {
						case Beyond:
							beyond++
						case Astride:
							unsettled++
						}
					}
					runs := float64(b.N)
					wrong := float64(beyond) / runs
					if effect > 1 {
						wrong = 1 - wrong
						b.ReportMetric(100*wrong, "missed-%")
					} else {
						b.ReportMetric(100*wrong, "false-red-%")
					}
					b.ReportMetric(100*float64(unsettled)/runs, "unsettled-%")
					b.ReportMetric(float64(rounds)/runs, "rounds")
				})
			}
		}
	}
}
