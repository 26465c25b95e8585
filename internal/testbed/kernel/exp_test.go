package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExpRowAgreesWithMath(t *testing.T) {
	row := []float32{-87.00001, -87, -86.99999, -1e-30, 0, 1e-30, 87.99999, 88, 88.00001}
	for bits := range uint32(1 << 16) { // every sign and exponent, and 128 fractions of each
		row = append(row, math.Float32frombits(bits<<16|bits))
	}
	worst := 0.0
	for i, got := range exps(row) {
		x := float64(row[i])
		if x != x {
			require.True(t, got != got, "e^NaN is %v", got)
			continue
		}
		want := math.Exp(min(max(x, -87), 88))
		worst = max(worst, math.Abs(float64(got)-want)/want)
	}
	assert.Less(t, worst, 0x2p-23)
}

func exps(row []float32) []float32 {
	y := append([]float32(nil), row...)
	expRow(y)
	return y
}

func BenchmarkExp(b *testing.B) {
	x := make([]float32, 1024)
	for i := range x {
		x[i] = -float32(i) / 100
	}
	y := make([]float32, len(x))
	b.Run("row", func(b *testing.B) {
		for b.Loop() {
			copy(y, x)
			expRow(y)
		}
	})
	b.Run("math", func(b *testing.B) {
		for b.Loop() {
			for i, v := range x {
				y[i] = float32(math.Exp(float64(v)))
			}
		}
	})
}
