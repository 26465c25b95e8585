package measure_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// luck is what makes sides of the same code differ, beyond what was recorded. Whatever it is, it favours neither side.
type luck struct {
	launch     float64 // standard deviation of the logarithm of a factor, drawn for each side of a round
	layouts    float64 // by what one link of two is slower. A gate has one link a side, or, if it is linked, one a round
	correlated bool    // the ratio of the sides wanders within a launch: see wander
	slowStart  bool    // the first requests of a launch are slower on one side: see slowStart
}

const (
	// slowLink is by what the slower half of the links of HdrHistogram's RecordValue is slower: 3.25 or 3.8 ns, by the layout.
	slowLink = 3.8/3.25 - 1
	// wanderBy is how much of the logarithm of a ratio is left a portion later (an autoregressive process of order 1).
	wanderBy = 0.9
	// slowStartBy is by how much the first request of a launch is slower, and slowStartLasts the number of requests after which
	// 1/e of that is left.
	slowStartBy    = 0.3
	slowStartLasts = 20
)

func (l luck) name() string {
	var names []string
	if l.launch > 0 {
		names = append(names, fmt.Sprintf("%v", 100*l.launch))
	}
	if l.layouts > 0 {
		names = append(names, fmt.Sprintf("layouts-%.0f", 100*l.layouts))
	}
	for _, kind := range []struct {
		name string
		is   bool
	}{{"correlated", l.correlated}, {"slow-start", l.slowStart}} {
		if kind.is {
			names = append(names, kind.name)
		}
	}
	if names == nil {
		return "0"
	}
	return strings.Join(names, "+")
}

// links are factors by which both sides are slower.
func (l luck) links(r *rand.Rand) [2]float64 {
	factors := [2]float64{1, 1}
	for side := range factors {
		if l.layouts > 0 && r.IntN(2) == 1 {
			factors[side] += l.layouts
		}
	}
	return factors
}

// sides are factors by which both sides of a launch are slower.
func (l luck) sides(r *rand.Rand) [2]float64 {
	if l.launch == 0 {
		return [2]float64{1, 1}
	}
	return [2]float64{math.Exp(l.launch * r.NormFloat64()), math.Exp(l.launch * r.NormFloat64())}
}

// uneven reports whether the requests of a launch have factors of their own.
func (l luck) uneven() bool { return l.correlated || l.slowStart }

// requests multiplies the requests of both sides in a launch by factors of their own. A portion has so many of them, and sd is
// the standard deviation of the logarithm of the ratio of a portion.
func (l luck) requests(r *rand.Rand, sides [2][]float64, portion int, sd float64) {
	if l.correlated {
		state := sd * r.NormFloat64()
		for i := range sides[1] {
			if i > 0 && i%portion == 0 {
				state = wanderBy*state + math.Sqrt(1-wanderBy*wanderBy)*sd*r.NormFloat64()
			}
			sides[0][i] *= math.Exp(-state / 2) // half on each side, lest one of them has the wider tail
			sides[1][i] *= math.Exp(state / 2)
		}
	}
	if l.slowStart {
		slow, by := sides[r.IntN(2)], slowStartBy
		for i := range slow {
			slow[i] *= 1 + by
			by *= 1 - 1.0/slowStartLasts
		}
	}
}

func TestLuckFavoursNeitherSide(t *testing.T) {
	for _, l := range []luck{{}, {launch: 0.05}, {layouts: slowLink}, {correlated: true}, {slowStart: true}} {
		r := rand.New(rand.NewPCG(16, 1))
		sum, squares, seen, above := 0.0, 0.0, map[float64]bool{}, 0
		for range 4000 {
			sides := [2][]float64{make([]float64, 40), make([]float64, 40)}
			links, launch := l.links(r), l.sides(r)
			for side := range sides {
				for i := range sides[side] {
					sides[side][i] = links[side] * launch[side]
				}
			}
			l.requests(r, sides, 20, 0.05)
			if slices.Max(sides[0]) > slices.Max(sides[1]) {
				above--
			} else if slices.Max(sides[0]) < slices.Max(sides[1]) {
				above++
			}
			ratio := math.Log(sides[1][30] / sides[0][30])
			sum, squares, seen[ratio] = sum+ratio, squares+ratio*ratio, true
		}
		mean, sd := sum/4000, math.Sqrt(squares/4000)
		assert.InDelta(t, 0, mean, 4*sd/math.Sqrt(4000)+1e-12, l.name())
		assert.InDelta(t, 0, above, 4*math.Sqrt(4000), l.name())
		if l == (luck{}) {
			assert.Len(t, seen, 1)
			continue
		}
		want := map[string]float64{"5": 0.05 * math.Sqrt2, "correlated": 0.05, "layouts-17": math.Log1p(slowLink) / math.Sqrt2,
			"slow-start": math.Log1p(slowStartBy * math.Pow(1-1.0/slowStartLasts, 30))}[l.name()]
		require.NotZero(t, want, l.name())
		assert.InEpsilon(t, want, sd, 0.05, l.name())
	}
}

func TestRatioWandersWithinALaunch(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 2))
	together, alone := 0.0, 0.0
	for range 20000 {
		sides := [2][]float64{{1, 1}, {1, 1}}
		luck{correlated: true}.requests(r, sides, 1, 0.05)
		first, second := math.Log(sides[1][0]/sides[0][0]), math.Log(sides[1][1]/sides[0][1])
		together, alone = together+first*second, alone+first*first
	}
	assert.InDelta(t, wanderBy, together/alone, 0.02)
}
