package dataset

import (
	"math"
	"math/rand/v2"
)

// Lengths is a log-normal distribution of lengths in tokens, cut off below Min and above Max. Mean is that of what is left.
type Lengths struct {
	Mean  float64
	Sigma float64 // of the logarithm, before the cut
	Min   int
	Max   int
}

// phi is the distribution function of the standard normal distribution.
func phi(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// truncatedMean is the mean of exp(N(mu, sigma^2)) within [low, high]:
//
//	exp(mu + sigma^2/2) * (phi(b - sigma) - phi(a - sigma)) / (phi(b) - phi(a)),  a = (ln low - mu) / sigma,  b = (ln high - mu) / sigma
func truncatedMean(mu, sigma, low, high float64) float64 {
	a, b := (math.Log(low)-mu)/sigma, (math.Log(high)-mu)/sigma
	return math.Exp(mu+sigma*sigma/2) * (phi(b-sigma) - phi(a-sigma)) / (phi(b) - phi(a))
}

// mu is the mean of the logarithm before the cut with which Mean is the mean after it, found by bisection: the one grows with the other.
func (l Lengths) mu() float64 {
	low, high := math.Log(float64(l.Min))-3*l.Sigma, math.Log(float64(l.Max))+3*l.Sigma
	for range 60 {
		mid := (low + high) / 2
		if truncatedMean(mid, l.Sigma, float64(l.Min), float64(l.Max)) < l.Mean {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// source returns a source of lengths.
func (l Lengths) source(random *rand.Rand) func() int {
	mu := l.mu()
	return func() int {
		for {
			n := math.Round(math.Exp(mu + l.Sigma*random.NormFloat64()))
			if n >= float64(l.Min) && n <= float64(l.Max) {
				return int(n)
			}
		}
	}
}
