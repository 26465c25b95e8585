package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// ascending is first, first+step, ... of n values.
func ascending(first, step float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = first + step*float64(i)
	}
	return values
}

// scaled is each value times k.
func scaled(values []float64, k float64) []float64 {
	all := make([]float64, len(values))
	for i, v := range values {
		all[i] = k * v
	}
	return all
}

// TestRSquaredOfAUniformChange holds it against its closed forms. With k the change and b[i] = c + i, i = 1 to n, sum b^2 is
// n c^2 + c n (n+1) + n (n+1) (2n+1) / 6, and the sum of squares about the mean n (n^2-1) / 12.
func TestRSquaredOfAUniformChange(t *testing.T) {
	for _, n := range []int{2, 3, 6, 20, 1000} {
		for _, c := range []float64{0, 1, 100, 1e6} {
			for _, k := range []float64{0.8, 0.9, 1.05, 1.1, 2} {
				m := float64(n)
				squares := m*c*c + c*m*(m+1) + m*(m+1)*(2*m+1)/6
				want := 1 - (k-1)*(k-1)*squares/(m*(m*m-1)/12)
				b := ascending(c+1, 1, n)
				assert.InEpsilon(t, want, RSquared(b, scaled(b, k)), 1e-6, "n=%d c=%v k=%v", n, c, k)
				assert.InEpsilon(t, want, RSquared(b, scaled(b, 2-k)), 1e-6, "better reads as worse does: n=%d c=%v k=%v", n, c, k)
			}
		}
	}
}

func TestRSquaredMisleads(t *testing.T) {
	flat := ascending(1000, 10, 6)
	assert.InDelta(t, -35.03, RSquared(flat, scaled(flat, 1.1)), 0.01, "p90 from 1000 to 1050 ms, +10 %% at each rate")
	assert.InDelta(t, -143.1, RSquared(flat, scaled(flat, 0.8)), 0.1, "the same, -20 %%: an improvement")
	knee := []float64{1, 1, 1, 1, 1, 30}
	assert.InDelta(t, 1-0.01*905/(905-35.0*35/6), RSquared(knee, scaled(knee, 1.1)), 1e-12, "a knee, +10 %% at each rate")
	assert.Greater(t, RSquared(knee, scaled(knee, 1.1)), 0.98)
	doubled := append([]float64{2}, knee[1:]...)
	assert.Greater(t, RSquared(knee, doubled), 0.998, "twice as slow at the first rate is not seen beside a knee")
}

func TestRSquaredAtItsEdges(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name                string
		baseline, candidate []float64
		want                float64
	}{
		{"equal curves read 1", []float64{3, 5, 4}, []float64{3, 5, 4}, 1},
		{"the baseline's mean everywhere reads 0", []float64{1, 2, 3}, []float64{2, 2, 2}, 0},
		{"a constant baseline reads 1 when equal", []float64{7, 7}, []float64{7, 7}, 1},
		{"a constant baseline reads 0 when not equal", []float64{7, 7}, []float64{7, 8}, 0},
		{"a constant whose mean is rounded reads 0 too", []float64{0.1, 0.1, 0.1}, []float64{0.1, 0.1, 0.2}, 0},
		{"zeros on both sides read 1", []float64{0, 0}, []float64{0, 0}, 1},
		{"one point reads nothing", []float64{1}, []float64{1}, nan},
		{"nothing reads nothing", nil, nil, nan},
		{"lists of different lengths read nothing", []float64{1, 2}, []float64{1, 2, 3}, nan},
		{"an unknown value reads nothing", []float64{1, nan}, []float64{1, 2}, nan},
		{"an infinite value reads nothing", []float64{1, 2}, []float64{1, inf}, nan},
		{"great values do not overflow", []float64{1e308, 2e307}, []float64{1e308, 2e307}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := RSquared(c.baseline, c.candidate)
			if math.IsNaN(c.want) {
				assert.True(t, math.IsNaN(got), "%v", got)
				return
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// TestRSquaredDoesNotDependOnTheUnit scales both sides alike.
func TestRSquaredDoesNotDependOnTheUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 12).Draw(t, "n")
		values := rapid.SliceOfN(rapid.Float64Range(1, 1e6), n, n)
		b, c := values.Draw(t, "baseline"), values.Draw(t, "candidate")
		r := RSquared(b, c)
		assert.LessOrEqual(t, r, 1.0)
		k := math.Exp2(float64(rapid.IntRange(-40, 40).Draw(t, "k"))) // which is exact
		assert.InDelta(t, r, RSquared(scaled(b, k), scaled(c, k)), 1e-9*math.Max(1, math.Abs(r)))
	})
}

func TestRSquaredIsThatOfTheGuidesNotebook(t *testing.T) {
	for _, c := range []struct {
		name string
		b, a []float64
		want float64
	}{
		{"equal", []float64{1, 2, 3}, []float64{1, 2, 3}, 1},
		{"scikit-learn's example", []float64{3, -0.5, 2, 7}, []float64{2.5, 0, 2, 8}, 0.9486081370449679},
		{"as good as the mean", []float64{1, 2, 3}, []float64{2, 2, 2}, 0},
		{"worse than the mean", []float64{1, 2, 3}, []float64{3, 2, 1}, -3},
		{"constant and equal", []float64{0.1, 0.1, 0.1}, []float64{0.1, 0.1, 0.1}, 1},
		{"constant and not equal", []float64{0.1, 0.1, 0.1}, []float64{0.1, 0.1, 0.2}, 0},
	} {
		assert.InDelta(t, c.want, RSquared(c.b, c.a), 1e-12, c.name)
	}
}
