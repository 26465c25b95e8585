package report

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMedianIntervalIsThatOfTheTables holds k against the tables of the sign test (Dixon and Mood 1946), two-sided at 5 %,
// where k - 1 is the greatest number of rarer signs that is significant.
func TestMedianIntervalIsThatOfTheTables(t *testing.T) {
	for n, k := range map[int]int{
		1: 1, 2: 1, 5: 1, 6: 1, 8: 1, 9: 2, 11: 2, 12: 3, 15: 4, 20: 6, 25: 8, 30: 10, 40: 14, 50: 18, 100: 40,
	} {
		lo, hi, ok := medianInterval(ascending(1, 1, n))
		require.True(t, ok)
		assert.Equal(t, float64(k), lo, "n=%d", n)
		assert.Equal(t, float64(n+1-k), hi, "n=%d", n)
	}
}

func TestMedianIntervalCovers(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	for _, n := range []int{6, 17, 100, 101, 400} {
		const draws = 2000
		missed := 0
		for range draws {
			values := make([]float64, n)
			for i := range values {
				values[i] = random.NormFloat64()
			}
			if lo, hi, ok := medianInterval(values); !ok || lo > 0 || hi < 0 {
				missed++
			}
		}
		// 5 % and four standard deviations of a count of draws.
		assert.Less(t, float64(missed), draws*0.05+4*math.Sqrt(draws*0.05*0.95), "n=%d", n)
	}
}

func TestMedianIntervalOfNothing(t *testing.T) {
	for _, values := range [][]float64{nil, {math.NaN()}, {1, math.Inf(1)}} {
		_, _, ok := medianInterval(values)
		assert.False(t, ok)
	}
}
