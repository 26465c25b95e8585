package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestIntervalCoversAtItsConfidence plants a change in simulated runs and counts how often the interval holds it. Without
// ties the share must be Confidence, neither less nor more. With ties it may be more: the bounds are values that a
// difference can have, and with steps as large as the noise those are few.
func TestIntervalCoversAtItsConfidence(t *testing.T) {
	repeats := 2000
	if testing.Short() {
		repeats = 500
	}
	// A latency around 100 with 5 % noise and, in 1 of 100, one ten times as long.
	lognormal := func(r *rand.Rand) float64 {
		x := 100 * math.Exp(0.05*r.NormFloat64())
		if r.IntN(100) == 0 {
			x *= 10
		}
		return x
	}
	for _, tt := range []struct {
		name string
		draw func(r *rand.Rand) float64
		ties float64 // how much more than its confidence an interval may cover
	}{
		{"normal", func(r *rand.Rand) float64 { return 100 + 5*r.NormFloat64() }, 0},
		{"lognormal with a tail", lognormal, 0},
		{"lognormal in steps of a fifth of the noise", func(r *rand.Rand) float64 { return math.Round(lognormal(r)) }, 0.03},
		{"lognormal in steps as large as the noise", func(r *rand.Rand) float64 { return 5 * math.Round(lognormal(r)/5) }, 0.05},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(11, 4))
			for _, n := range []int{6, 10, 20} {
				baseline, shifted, scaled := make([]float64, n), make([]float64, n), make([]float64, n)
				var inShift, inRatio int
				var confidence float64
				for range repeats {
					for i := range n {
						baseline[i] = tt.draw(r)
						x := tt.draw(r)
						shifted[i], scaled[i] = x+5, x*1.25 // so that ties stay ties: both are exact
					}
					shift, ratio := Shift(baseline, shifted, 0.95), Ratio(baseline, scaled, 0.95)
					if shift.Lo <= 5 && 5 <= shift.Hi {
						inShift++
					}
					if ratio.Lo <= 1.25 && 1.25 <= ratio.Hi {
						inRatio++
					}
					confidence = shift.Confidence
				}
				chance := 4 * math.Sqrt(confidence*(1-confidence)/float64(repeats)) // four standard errors
				for what, in := range map[string]int{"shift": inShift, "ratio": inRatio} {
					share := float64(in) / float64(repeats)
					t.Logf("n=%d %s: covered %.4f, confidence %.4f", n, what, share, confidence)
					assert.GreaterOrEqual(t, share, confidence-chance, "n=%d %s", n, what)
					assert.LessOrEqual(t, share, confidence+tt.ties+chance, "n=%d %s", n, what)
				}
			}
		})
	}
}

// TestPairedIntervalCoversAtItsConfidence plants a change in rounds of machines that drift, burst and remember. With the coarse
// clock, whose differences are of few sizes, an interval may cover more often than it says, else neither more nor less.
func TestPairedIntervalCoversAtItsConfidence(t *testing.T) {
	repeats := 2000
	if testing.Short() {
		repeats = 200
	}
	for _, m := range machines {
		for _, n := range []int{8, 20} {
			r := rand.New(rand.NewPCG(11, 5))
			var inShift, inRatio int
			var confidence float64
			for range repeats {
				baseline, candidate := m.duet(r, n, later(1e6))
				shift := PairedShift(baseline, candidate, 0.95)
				if shift.Lo <= 1e6 && 1e6 <= shift.Hi {
					inShift++
				}
				baseline, candidate = m.duet(r, n, slower(1.25))
				ratio := PairedRatio(baseline, candidate, 0.95)
				if ratio.Lo <= 1.25 && 1.25 <= ratio.Hi {
					inRatio++
				}
				confidence = shift.Confidence
			}
			chance := 4 * math.Sqrt(confidence*(1-confidence)/float64(repeats)) // four standard errors
			for what, in := range map[string]int{"shift": inShift, "ratio": inRatio} {
				share := float64(in) / float64(repeats)
				t.Logf("%s n=%d %s: covered %.4f, confidence %.4f", m.name, n, what, share, confidence)
				assert.GreaterOrEqual(t, share, confidence-chance, "%s n=%d %s", m.name, n, what)
				if m.name != coarse.name {
					assert.LessOrEqual(t, share, confidence+chance, "%s n=%d %s", m.name, n, what)
				}
			}
		}
	}
}

// TestPairedIntervalNeedsRandomSides: what the random order of the sides is for. Where the second turn is the slower, or the
// noise has the beat of the rounds, an order that is always the same or alternates finds a change that is none.
func TestPairedIntervalNeedsRandomSides(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 6))
	finds := func(baseline, candidate []float64) bool {
		i := PairedRatio(baseline, candidate, 0.95)
		return i.Lo > 1 || i.Hi < 1
	}
	assert.True(t, finds(cold.run(r, 20)), "baseline always first")
	first, second := beat.run(r, 20)
	for i := 1; i < len(first); i += 2 {
		first[i], second[i] = second[i], first[i]
	}
	assert.True(t, finds(first, second), "baseline first in every other round")
	found := 0
	for range 100 {
		for _, m := range []machine{cold, beat} {
			if finds(m.duet(r, 20, slower(1))) {
				found++
			}
		}
	}
	assert.LessOrEqual(t, found, 10+13, "in random order 1 of 20, give or take four standard errors")
}

// TestDetectableIsDetectedInPairs is TestDetectableIsDetected at the looks of plans.
func TestDetectableIsDetectedInPairs(t *testing.T) {
	repeats := 2000
	if testing.Short() {
		repeats = 300
	}
	r := rand.New(rand.NewPCG(2, 10))
	for _, look := range append(Plan{}.Looks()[:4], Plan{Family: 20}.Looks()[2]) {
		none := make([]float64, look.Pairs)
		detectable := 0.0
		for range repeats {
			i := PairedShift(none, normals(r, look.Pairs, 0, 0), look.confidence())
			detectable += Detectable(i, look.Pairs, 0, 0, 0.8) / float64(repeats)
		}
		found := 0
		for range repeats {
			if i := PairedShift(none, normals(r, look.Pairs, detectable, 0), look.confidence()); i.Lo > 0 {
				found++
			}
		}
		power := float64(found) / float64(repeats)
		t.Logf("%+v: a shift of %.3f standard deviations was found with power %.3f", look, detectable, power)
		assert.GreaterOrEqual(t, power, 0.8-4*math.Sqrt(0.16/float64(repeats)))
		assert.LessOrEqual(t, power, 0.9+4*math.Sqrt(0.09/float64(repeats)), "said to be so large, it is no smallest")
	}
}

// TestDetectableIsDetected plants the change said to be found with a power of 0.8, and counts how often it is.
func TestDetectableIsDetected(t *testing.T) {
	repeats := 2000
	if testing.Short() {
		repeats = 500
	}
	r := rand.New(rand.NewPCG(2, 9))
	for _, n := range []int{10, 20, 40} {
		detectable := 0.0
		for range repeats {
			i := Shift(normals(r, n, 100, 0), normals(r, n, 100, 0), 0.95)
			detectable += Detectable(i, 2*n, 0, 0, 0.8) / float64(repeats)
		}
		found := 0
		for range repeats {
			if i := Shift(normals(r, n, 100, 0), normals(r, n, 100+detectable, 0), 0.95); i.Lo > 0 {
				found++
			}
		}
		power := float64(found) / float64(repeats)
		t.Logf("n=%d: a shift of %.3f standard deviations was found with power %.3f", n, detectable, power)
		assert.InDelta(t, 0.8, power, 0.07)
	}
}
