package policy

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A look that has no alpha, since many verdicts share it, may say ok, and nothing that fails.
func TestWithoutAlphaNothingIsRed(t *testing.T) {
	look := Look{Miss: 0.02, Paired: true}
	v := slower.Judge(always(20*ms), always(40*ms), look)
	assert.Equal(t, Unsettled, v.Outcome)
	assert.Equal(t, OK, slower.Judge(always(20*ms), always(20*ms), look).Outcome)
	r := rand.New(rand.NewPCG(16, 6))
	for range 2000 {
		factors := slices.Repeat([]float64{1 + r.Float64()}, 8)
		baseline, candidate := rounds(factors...)
		v := slower.Judge(baseline, candidate, look)
		assert.Contains(t, []Outcome{OK, Unsettled}, v.Outcome)
	}
}
