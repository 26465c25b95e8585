package stats

import "math"

// Product is the product of ratios that were measured apart, such as those of candidate to baseline along a chain of commits, with
// its interval. In logarithms that is, for ratios r[i] of the intervals l[i] to h[i], and the sum s of all log r[i],
//
//	s - sqrt(sum (log r[i] - log l[i])^2)   to   s + sqrt(sum (log h[i] - log r[i])^2)
//
// which recovers the variances from the intervals themselves (MOVER: Zou and Donner 2008). Its Confidence is that of the least of
// them: it holds as often where estimates of independent measurements spread about normally; that of one ratio is its own interval.
//
// The product of none is 1, for certain. A ratio that is not above 0 or not finite, or that lies outside of its interval, makes the
// product unknown: Estimate is NaN, Lo and Hi are -Inf and +Inf. Where an interval is unbounded, so is the product's.
func Product(ratios ...Interval) Interval {
	product := Interval{Estimate: 1, Lo: 1, Hi: 1, Confidence: 1}
	sum, below, above := 0.0, 0.0, 0.0
	for _, r := range ratios {
		if !(r.Estimate > 0) || math.IsInf(r.Estimate, 0) || !(r.Lo <= r.Estimate && r.Estimate <= r.Hi) {
			return unknown()
		}
		at := math.Log(r.Estimate)
		sum += at
		below = math.Hypot(below, at-math.Log(max(r.Lo, 0)))
		above = math.Hypot(above, math.Log(r.Hi)-at)
		product.Confidence = min(product.Confidence, r.Confidence)
	}
	if len(ratios) == 1 { // exactly
		return ratios[0]
	}
	product.Estimate, product.Lo, product.Hi = math.Exp(sum), math.Exp(sum-below), math.Exp(sum+above)
	return product
}
