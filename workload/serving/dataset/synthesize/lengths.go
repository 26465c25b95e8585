package main

import (
	"math"
	"math/rand/v2"
)

// lengths is a log-normal distribution of lengths in tokens, cut off below min and above max. mean is that of what is left.
type lengths struct {
	mean  float64
	sigma float64 // of the logarithm, before the cut
	min   int
	max   int
}

// phi is the distribution function of the standard normal distribution.
func phi(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// truncatedMean is the mean of exp(N(mu, sigma^2)) within [low, high]:
//
//	exp(mu + sigma^2/2) * (phi(b - sigma) - phi(a - sigma)) / (phi(b) - phi(a))
//
// with a = (ln low - mu) / sigma and b = (ln high - mu) / sigma.
func truncatedMean(mu, sigma, low, high float64) float64 {
	a, b := (math.Log(low)-mu)/sigma, (math.Log(high)-mu)/sigma
	return math.Exp(mu+sigma*sigma/2) * (phi(b-sigma) - phi(a-sigma)) / (phi(b) - phi(a))
}

// mu is the mean of the logarithm before the cut with which mean is the mean after it, found by bisection: the one grows with
// the other.
func (l lengths) mu() float64 {
	low, high := math.Log(float64(l.min))-3*l.sigma, math.Log(float64(l.max))+3*l.sigma
	for range 60 {
		mid := (low + high) / 2
		if truncatedMean(mid, l.sigma, float64(l.min), float64(l.max)) < l.mean {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// source returns a source of lengths.
func (l lengths) source(random *rand.Rand) func() int {
	mu := l.mu()
	return func() int {
		for {
			n := math.Round(math.Exp(mu + l.sigma*random.NormFloat64()))
			if n >= float64(l.min) && n <= float64(l.max) {
				return int(n)
			}
		}
	}
}
