package testbin

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestBuffersKeepTheirEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(0, 20).Draw(t, "limit")
		overflows := 0
		first := &head{limit: limit, overflow: func() { overflows++ }}
		last := &tail{limit: limit}
		var all []byte
		for _, chunk := range rapid.SliceOf(rapid.SliceOfN(rapid.Byte(), 0, 50)).Draw(t, "chunks") {
			all = append(all, chunk...)
			for _, w := range []interface{ Write([]byte) (int, error) }{first, last} {
				n, err := w.Write(chunk)
				require.NoError(t, err)
				require.Equal(t, len(chunk), n)
			}
		}
		kept, over := first.bytes()
		n := min(limit, len(all))
		require.Equal(t, string(all[:n]), string(kept))
		require.Equal(t, len(all) > limit, over)
		require.Equal(t, over, overflows == 1, "told once")
		require.Equal(t, string(all[len(all)-n:]), string(last.bytes()))
		require.LessOrEqual(t, len(last.kept), 2*limit)
	})
}
