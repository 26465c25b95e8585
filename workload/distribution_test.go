package workload

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/internal/stats"
)

func distributionOf(values ...int64) distribution {
	var d distribution
	for _, v := range values {
		d.record(v)
	}
	return d
}

func TestDistributionIsExactWhileSmall(t *testing.T) {
	d := distributionOf(30, 10, 20, 40)
	assert.Equal(t, []int64{20, 40, 40}, d.quantiles(0.5, 0.95, 1))
	assert.Equal(t, 25.0, d.mean())
	assert.Equal(t, []int64{0, 0}, new(distribution).quantiles(0.5, 0.95))
	d.reset()
	assert.Zero(t, d.n)
}

func TestDistributionStaysWithinAThousandthWhenLarge(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var d distribution
	values := make([]int64, 3*exactLimit)
	for i := range values {
		values[i] = int64(3e6 * (1 + random.ExpFloat64()))
		d.record(values[i])
	}
	assert.Nil(t, d.exact)
	slices.Sort(values)
	for _, q := range []float64{0.01, 0.5, 0.9, 0.95, 0.99, 0.999} {
		assert.InEpsilon(t, stats.Quantile(values, q), d.quantiles(q)[0], 0.001, "%v", q)
	}
	assert.Equal(t, values[0], d.min)
	assert.Equal(t, values[len(values)-1], d.max)

	d.record(5 * longest)
	assert.Equal(t, 5*longest, d.max)
}

func TestAddingDistributionsIsRecordingTheirValues(t *testing.T) {
	value := rapid.SliceOf(rapid.Int64Range(0, 1e10))
	rapid.Check(t, func(t *rapid.T) {
		a, b := value.Draw(t, "a"), value.Draw(t, "b")
		together := distributionOf(append(slices.Clone(a), b...)...)
		left, right := distributionOf(a...), distributionOf(b...)
		if len(a) > 0 && rapid.Bool().Draw(t, "left rounded") {
			left.toRounded()
		}
		if len(b) > 0 && rapid.Bool().Draw(t, "right rounded") {
			right.toRounded()
		}
		rounded := left.rounded != nil || right.rounded != nil
		left.add(&right)
		assert.Equal(t, together.n, left.n)
		assert.Equal(t, together.min, left.min)
		assert.Equal(t, together.max, left.max)
		assert.InDelta(t, together.sum, left.sum, 1e-6*together.sum)
		for _, q := range []float64{0.5, 0.95, 1} {
			want, got := together.quantiles(q)[0], left.quantiles(q)[0]
			if rounded {
				assert.InDelta(t, want, got, 0.001*float64(want)+1)
			} else {
				assert.Equal(t, want, got)
			}
		}
	})
}
