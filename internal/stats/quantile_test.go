package stats

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestQuantileIsNearestRank(t *testing.T) {
	upTo := func(n int) []int64 {
		values := make([]int64, n)
		for i := range values {
			values[i] = int64(i + 1) // the value is its rank
		}
		return values
	}
	for _, tt := range []struct {
		name string
		n    int
		q    float64
		want int64
	}{
		{"0.07 of 100 is rank 7 although 0.07*100 is above 7 in floats", 100, 0.07, 7},
		{"0.95 of 100 is rank 95", 100, 0.95, 95},
		{"0.95 of 20 is rank 19", 20, 0.95, 19},
		{"0.95 of 19 is the greatest", 19, 0.95, 19},
		{"0.99 of 1000 is rank 990", 1000, 0.99, 990},
		{"the median of an even number is the lower middle one", 4, 0.5, 2},
		{"the median of an odd number is the middle one", 5, 0.5, 3},
		{"one ulp above a whole rank is the next rank", 100, math.Nextafter(0.95, 1), 96},
		{"one ulp below a whole rank is that rank", 100, math.Nextafter(0.95, 0), 95},
		{"1 is the greatest", 7, 1, 7},
		{"above 1 is the greatest", 7, 1.5, 7},
		{"0 is the least", 7, 0, 1},
		{"one value is every quantile", 1, 0.99, 1},
		{"no values give 0", 0, 0.5, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, Quantile(upTo(tt.n), tt.q))
		})
	}
}

func TestQuantileOfEveryWholePercentIsExact(t *testing.T) {
	values := make([]int64, 100)
	for i := range values {
		values[i] = int64(i + 1)
	}
	for percent := int64(1); percent <= 100; percent++ {
		assert.Equal(t, percent, Quantile(values, float64(percent)/100))
	}
}

func TestQuantileProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64(), 1, 200).Draw(t, "values")
		slices.Sort(values)
		p, q := rapid.Float64Range(0, 1).Draw(t, "p"), rapid.Float64Range(0, 1).Draw(t, "q")
		x := Quantile(values, q)
		if x < values[0] || x > values[len(values)-1] {
			t.Fatalf("%v is not between the least and the greatest", x)
		}
		if p <= q && Quantile(values, p) > x {
			t.Fatalf("the quantile falls from %v to %v", p, q)
		}
		within := 0
		for _, v := range values {
			if v <= x {
				within++
			}
		}
		if float64(within)/float64(len(values)) < q {
			t.Fatalf("only %d of %d values are <= %v", within, len(values), x)
		}
	})
}

func TestMedian(t *testing.T) {
	values := []float64{3, 1, 10, 2}
	assert.Equal(t, 2.5, Median(values))
	assert.Equal(t, []float64{3, 1, 10, 2}, values, "the caller's order")
	assert.Equal(t, 3.0, Median([]float64{5, 3, 1}))
	assert.Equal(t, 7.0, Median([]float64{7}))
	assert.True(t, math.IsNaN(Median(nil)))
	assert.True(t, math.IsNaN(Median([]float64{1, math.NaN(), 2})))
}
