package latency

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/internal/stats"
)

func distributionOf(values ...int64) Distribution {
	var d Distribution
	d.Append(values...)
	return d
}

func TestDistributionIsExactWhileSmall(t *testing.T) {
	d := distributionOf(30, 10, 20, 40)
	assert.Equal(t, []int64{20, 40, 40}, d.Quantiles(0.5, 0.95, 1))
	assert.Equal(t, 25.0, d.Mean())
	assert.Equal(t, []int64{0, 0}, new(Distribution).Quantiles(0.5, 0.95))
	assert.Equal(t, []int64{4, 10, 40}, []int64{d.Len(), d.Min(), d.Max()})
	values, ok := d.Exact()
	assert.True(t, ok)
	assert.Equal(t, []int64{30, 10, 20, 40}, values, "in the order recorded")
	d.Reset()
	assert.Zero(t, d.n)
	assert.True(t, math.IsNaN(d.Mean()))
}

func TestDistributionRoundsAtTheLimit(t *testing.T) {
	var d Distribution
	for range ExactLimit - 1 {
		d.Record(1_234_567)
	}
	values, ok := d.Exact()
	assert.Len(t, values, ExactLimit-1)
	assert.True(t, ok, "one short of the limit")
	d.Record(1_234_567)
	_, ok = d.Exact()
	assert.False(t, ok, "at the limit")
	assert.Equal(t, int64(ExactLimit), d.Len())
	d.Reset()
	values, ok = d.Exact()
	assert.Empty(t, values)
	assert.True(t, ok, "empty again")
}

func TestDistributionStaysWithinAThousandthWhenLarge(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var d Distribution
	values := make([]int64, 3*ExactLimit)
	for i := range values {
		values[i] = int64(3e6 * (1 + random.ExpFloat64()))
		d.Record(values[i])
	}
	assert.Nil(t, d.exact)
	slices.Sort(values)
	for _, q := range []float64{0.01, 0.5, 0.9, 0.95, 0.99, 0.999} {
		assert.InEpsilon(t, stats.Quantile(values, q), d.Quantiles(q)[0], 0.001, "%v", q)
	}
	assert.Equal(t, values[0], d.min)
	assert.Equal(t, values[len(values)-1], d.max)

	d.Record(5 * longest)
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
		left.Add(&right)
		assert.Equal(t, together.n, left.n)
		assert.Equal(t, together.min, left.min)
		assert.Equal(t, together.max, left.max)
		assert.InDelta(t, together.sum, left.sum, 1e-6*together.sum)
		for _, q := range []float64{0.5, 0.95, 1} {
			want, got := together.Quantiles(q)[0], left.Quantiles(q)[0]
			if rounded {
				assert.InDelta(t, want, got, 0.001*float64(want)+1)
			} else {
				assert.Equal(t, want, got)
			}
		}
	})
}
