package stats

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSPRT(t *testing.T) {
	assert.InDelta(t, 2*(0.95*math.Log(19)-0.05*math.Log(19)), SPRT(0.05, 0.05, 1), 1e-9)
	assert.InDelta(t, 5.30, SPRT(0.05, 0.05, 1), 0.005, "where a test of a fixed number takes (1.645+1.645)^2 = 10.8")
	assert.InDelta(t, 5.30*4, SPRT(0.05, 0.05, 0.5), 0.02, "twice the noise, four times the pairs")
	assert.Equal(t, 1.0, SPRT(0.05, 0.05, 100))
}
