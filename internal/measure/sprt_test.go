package measure_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// sprt is the number of pairs that the sequential probability ratio test takes on average (Wald 1945, overshoot neglected)
// when it tells two normal distributions of one standard deviation apart, whose means are so many standard deviations apart,
// and errs with alpha where the first is true and with beta where the second is, which it has to expect:
//
//	E = ((1-beta) ln((1-beta)/alpha) + beta ln(beta/(1-alpha))) / (distance^2/2)
//
// It is at least 1. The test knows the noise, its shape and the effect: what a plan takes is held against it.
func sprt(alpha, beta, distance float64) float64 {
	return max(1, 2*((1-beta)*math.Log((1-beta)/alpha)+beta*math.Log(beta/(1-alpha)))/(distance*distance))
}

func TestSPRT(t *testing.T) {
	assert.InDelta(t, 2*(0.95*math.Log(19)-0.05*math.Log(19)), sprt(0.05, 0.05, 1), 1e-9)
	assert.InDelta(t, 5.30, sprt(0.05, 0.05, 1), 0.005, "where a test of a fixed number takes (1.645+1.645)^2 = 10.8")
	assert.InDelta(t, 5.30*4, sprt(0.05, 0.05, 0.5), 0.02, "twice the noise, four times the pairs")
	assert.Equal(t, 1.0, sprt(0.05, 0.05, 100))
}
