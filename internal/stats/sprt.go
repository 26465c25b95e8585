package stats

import "math"

// SPRT is the number of pairs that the sequential probability ratio test takes on average (Wald 1945, overshoot neglected)
// when it tells two normal distributions of one standard deviation apart, whose means are so many standard deviations apart,
// and errs with alpha where the first is true and with beta where the second is, which it has to expect:
//
//	E = ((1-beta) ln((1-beta)/alpha) + beta ln(beta/(1-alpha))) / (distance^2/2)
//
// It is at least 1. The test knows the noise, its shape and the effect: what a plan takes is held against it.
func SPRT(alpha, beta, distance float64) float64 {
	return max(1, 2*((1-beta)*math.Log((1-beta)/alpha)+beta*math.Log(beta/(1-alpha)))/(distance*distance))
}
