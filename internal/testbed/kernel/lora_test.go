package kernel

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAdapterAtItsEdges(t *testing.T) {
	d := newDecoderOf(t, small)
	for _, rank := range []int{0, -1, 9} {
		l, err := d.NewLoRA(rank, 16, 1)
		assert.ErrorContains(t, err, "want 1 to Dim, 8")
		assert.Nil(t, l)
	}
	for _, alpha := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300} {
		_, err := d.NewLoRA(8, alpha, 1)
		assert.ErrorContains(t, err, "want a finite number")
	}
	assert.Equal(t, 8, newLoRA(t, d, 1).rank)
}

func TestAdapterChangesWhatIsSaidUnlessItsAlphaIsZero(t *testing.T) {
	d := newDecoderOf(t, small)
	base := logitsOf(t, d, 1, 2, 3)
	for _, test := range []struct {
		name  string
		alpha float64
		same  bool
	}{{"alpha 16", 16, false}, {"alpha 0", 0, true}} {
		t.Run(test.name, func(t *testing.T) {
			l, err := d.NewLoRA(8, test.alpha, 1)
			require.NoError(t, err)
			got := make([]float32, 10)
			require.NoError(t, d.Forward([]Step{{newCache(t, d, 3), []int{1, 2, 3}, l}}, [][]float32{got}))
			assert.Equal(t, test.same, slices.Equal(base, got))
		})
	}
}

func TestStepsOfABatchMayShareAdaptersInAnyOrder(t *testing.T) {
	d := newDecoderOf(t, small)
	one, two := newLoRA(t, d, 1), newLoRA(t, d, 2)
	var batch []Step
	var got [][]float32
	for i, lora := range []*LoRA{one, nil, one, one, two, one} {
		batch = append(batch, Step{newCache(t, d, 3), []int{i, 2, 3}, lora})
		got = append(got, make([]float32, 10))
	}
	require.NoError(t, d.Forward(batch, got))
	for i, s := range batch {
		want := make([]float32, 10)
		require.NoError(t, s.Cache.Truncate(0))
		require.NoError(t, d.Forward([]Step{s}, [][]float32{want}))
		assert.InDeltaSlice(t, want, got[i], 1e-5, "step %d", i)
	}
}
