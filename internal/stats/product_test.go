package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// ratioOf is a ratio whose logarithm is known to a standard error, at a confidence of 0.95.
func ratioOf(log, se float64) Interval {
	return Interval{Estimate: math.Exp(log), Lo: math.Exp(log - z95*se), Hi: math.Exp(log + z95*se), Confidence: 0.95}
}

const z95 = 1.959963984540054

// Where the estimates are normal the interval of the product is known: the variances of the logarithms add up.
func TestProductOfNormalEstimates(t *testing.T) {
	got := Product(ratioOf(0.10, 0.03), ratioOf(-0.02, 0.04))
	want := ratioOf(0.08, 0.05)
	assert.InDelta(t, want.Estimate, got.Estimate, 1e-12)
	assert.InDelta(t, want.Lo, got.Lo, 1e-12)
	assert.InDelta(t, want.Hi, got.Hi, 1e-12)
	assert.InDelta(t, 0.95, got.Confidence, 1e-12)

	// A skewed one: each end by the distances to that side, 3-4-5 again.
	a := Interval{Estimate: 1, Lo: math.Exp(-0.3), Hi: math.Exp(0.6), Confidence: 0.99}
	b := Interval{Estimate: 1, Lo: math.Exp(-0.4), Hi: math.Exp(0.8), Confidence: 0.999}
	got = Product(a, b)
	assert.InDelta(t, math.Exp(-0.5), got.Lo, 1e-12)
	assert.InDelta(t, math.Exp(1.0), got.Hi, 1e-12)
	assert.InDelta(t, 0.99, got.Confidence, 1e-12, "the least")
}

func TestProductOfFew(t *testing.T) {
	assert.Equal(t, Interval{Estimate: 1, Lo: 1, Hi: 1, Confidence: 1}, Product())
	one := Interval{Estimate: 1.1, Lo: 1.05, Hi: 1.2, Confidence: 0.95}
	assert.Equal(t, one, Product(one))
	assert.InDelta(t, 1.2, Product(Product(), one).Hi, 1e-12, "a certain 1 changes nothing")
	three, steps := Product(one, one, one), Product(Product(one, one), one)
	assert.InDelta(t, three.Lo, steps.Lo, 1e-12, "along a chain step by step")
	assert.InDelta(t, three.Hi, steps.Hi, 1e-12)

	unbounded := Product(one, Interval{Estimate: 1, Lo: 0, Hi: math.Inf(1), Confidence: 1})
	assert.Equal(t, Interval{Estimate: unbounded.Estimate, Lo: 0, Hi: math.Inf(1), Confidence: 0.95}, unbounded)
	for _, bad := range []Interval{
		{Estimate: math.NaN(), Lo: 0, Hi: 1}, {Estimate: 0, Lo: 0, Hi: 1}, {Estimate: math.Inf(1), Lo: 0, Hi: math.Inf(1)},
		{Estimate: 1, Lo: 1.1, Hi: 1.2}, {},
	} {
		assert.True(t, math.IsNaN(Product(one, bad).Estimate), "%v", bad)
	}
}

// TestTheIntervalOfAChainCovers measures chains of commits as a gate does, with rounds and the interval of their ratios, and counts
// how often the interval of the product holds the true change.
func TestTheIntervalOfAChainCovers(t *testing.T) {
	repeats := 1500
	if testing.Short() {
		repeats = 400
	}
	for name, draw := range map[string]func(r *rand.Rand) float64{
		"normal":     func(r *rand.Rand) float64 { return 0.02 * r.NormFloat64() },
		"heavy tail": func(r *rand.Rand) float64 { return 0.01 * r.NormFloat64() / math.Sqrt(r.Float64()+0.01) },
	} {
		for _, length := range []int{2, 10, 40} {
			r := rand.New(rand.NewPCG(8, uint64(length)))
			held := 0
			for range repeats {
				truth, since := 0.0, Product()
				for range length {
					change := 0.03 * r.NormFloat64()
					truth += change
					baseline, candidate := make([]float64, 12), make([]float64, 12)
					for i := range baseline {
						level := math.Exp(r.NormFloat64()) // of the day: both sides share it
						baseline[i], candidate[i] = level*math.Exp(draw(r)), level*math.Exp(change+draw(r))
					}
					since = Product(since, PairedRatio(baseline, candidate, 0.95))
				}
				if since.Lo <= math.Exp(truth) && math.Exp(truth) <= since.Hi {
					held++
				}
			}
			share := float64(held) / float64(repeats)
			t.Logf("%s, %d commits: %.3f", name, length, share)
			assert.GreaterOrEqual(t, share, 0.95-4*math.Sqrt(0.95*0.05/float64(repeats)), "%s, %d commits", name, length)
		}
	}
}
