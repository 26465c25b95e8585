package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCacheAtItsEdges(t *testing.T) {
	d := newDecoderOf(t, small)
	for _, tokens := range []int{0, -1, 17, math.MaxInt} {
		c, err := d.NewCache(tokens)
		assert.ErrorContains(t, err, "want 1 to MaxSeqLen, 16")
		assert.Nil(t, c)
	}
	vast := small
	vast.MaxSeqLen = math.MaxInt32
	_, err := newDecoderOf(t, vast).NewCache(math.MaxInt32)
	assert.EqualError(t, err, "kernel: cache of 2147483647 tokens takes 1.37e+11 bytes; want at most 68719476736")

	c := newCache(t, d, 16)
	assert.Equal(t, 16, c.tokens)
	require.NoError(t, d.Forward([]Step{{Cache: c, Tokens: counted(d, 16)}}, [][]float32{nil}), "full to the last token")
	assert.Equal(t, 16, c.Len())
	assert.EqualError(t, c.Truncate(17), "kernel: truncate a cache of 16 tokens to 17; want 0 to 16")
	assert.EqualError(t, c.Truncate(-1), "kernel: truncate a cache of 16 tokens to -1; want 0 to 16")
	require.NoError(t, c.Truncate(16))
	require.NoError(t, c.Truncate(5))
	assert.Equal(t, 5, c.Len())
}

func TestTruncatedCacheIsAsIfTheTokensHadNeverBeen(t *testing.T) {
	d := newDecoderOf(t, small)
	c := newCache(t, d, 16)
	got := make([]float32, 10)
	require.NoError(t, d.Forward([]Step{{Cache: c, Tokens: []int{1, 2, 3, 9, 9, 9}}}, [][]float32{nil}))
	require.NoError(t, c.Truncate(3))
	require.NoError(t, d.Forward([]Step{{Cache: c, Tokens: []int{4, 5}}}, [][]float32{got}))
	assert.InDeltaSlice(t, logitsOf(t, d, 1, 2, 3, 4, 5), got, 1e-5)
}
