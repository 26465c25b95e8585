package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPairedProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 70).Draw(t, "n")
		baseline := rapid.SliceOfN(nanoseconds, n, n).Draw(t, "baseline")
		candidate := rapid.SliceOfN(nanoseconds, n, n).Draw(t, "candidate")
		moveWithTheirValues(t, PairedShift, PairedRatio, baseline, candidate)

		last := PairedShift(baseline, candidate, 0)
		for _, confidence := range []float64{0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.999999, 1} {
			i := PairedShift(baseline, candidate, confidence)
			if !(i.Lo <= last.Lo && last.Hi <= i.Hi && i.Confidence >= last.Confidence && i.Estimate == last.Estimate) {
				t.Fatalf("%+v, at %v %+v", last, confidence, i)
			}
			last = i
		}
	})
}

// TestPairedSurvivesJunk: nothing panics or hangs, no bound is NaN, and what was not measured is unknown.
func TestPairedSurvivesJunk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1),
			1, 2, math.MaxFloat64, -math.MaxFloat64, 5e-324}))
		baseline := rapid.SliceOfN(value, 0, 70).Draw(t, "baseline")
		candidate := rapid.SliceOfN(value, 0, 70).Draw(t, "candidate")
		if rapid.Bool().Draw(t, "paired") {
			n := min(len(baseline), len(candidate))
			baseline, candidate = baseline[:n], candidate[:n]
		}
		confidence := rapid.OneOf(rapid.Just(0.95), rapid.Float64()).Draw(t, "confidence")
		if p := SignedRank(baseline).P; !(p > 0 && p <= 1) || !finite(baseline) && p != 1 {
			t.Fatalf("p = %v", p)
		}
		broken := len(baseline) != len(candidate) || !finite(baseline) || !finite(candidate)
		for _, i := range []Interval{PairedShift(baseline, candidate, confidence), PairedRatio(baseline, candidate, confidence)} {
			if broken && !math.IsNaN(i.Estimate) || math.IsNaN(i.Estimate) && !(math.IsInf(i.Lo, -1) && math.IsInf(i.Hi, 1)) {
				t.Fatalf("not unknown: %+v", i)
			}
			if !math.IsNaN(i.Estimate) && !(i.Lo <= i.Estimate && i.Estimate <= i.Hi) {
				t.Fatalf("%+v does not hold its estimate", i)
			}
			if math.IsNaN(Detectable(i, len(baseline), 0.1, 0.01, 0.8)) {
				t.Fatalf("NaN is detectable: %+v", i)
			}
		}
	})
}

// TestPairedIntervalAgreesWithTest: without ties the interval leaves out 0 just when p reaches the level.
func TestPairedIntervalAgreesWithTest(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	significant := 0
	for range 500 {
		changes := normals(r, 4+r.IntN(70), r.Float64()*0.8, 0)
		i := PairedShift(make([]float64, len(changes)), changes, 0.95)
		p := SignedRank(changes).P
		require.Equal(t, p <= 0.05, i.Lo > 0 || i.Hi < 0, "p = %v, %+v", p, i)
		if p <= 0.05 {
			significant++
		}
	}
	assert.Greater(t, significant, 50)
}

// TestTiedPairsCoverInEveryFlip: R is no golden with ties and zeros, so for sizes with many of both all signs are tried. Of them
// at most 1 - Confidence may have an interval without 0, and at most half of that on either side.
func TestTiedPairsCoverInEveryFlip(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	cases := 30
	if testing.Short() {
		cases = 8
	}
	for range cases {
		sizes := normals(r, 4+r.IntN(6), 0.5, []float64{0.5, 1, 2}[r.IntN(3)])
		still := make([]float64, len(sizes))
		for _, confidence := range []float64{0.5, 0.8, 0.9, 0.95} {
			above, below, all, attained := 0, 0, 0, 0.0
			flips(sizes, func(differences []float64) {
				i := PairedShift(still, differences, confidence)
				all++
				attained = i.Confidence
				if i.Lo > 0 {
					above++
				}
				if i.Hi < 0 {
					below++
				}
			})
			require.LessOrEqual(t, float64(above)/float64(all), (1-attained)/2+1e-12, "%v at %v", sizes, confidence)
			require.Equal(t, above, below)
		}
	}
}
