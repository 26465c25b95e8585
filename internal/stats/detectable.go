package stats

import "math"

// Detectable returns the smallest true shift that a test at this noise and level would find with the given power, 0-1, in
// the unit of the interval. A gate whose limit is smaller has not measured enough, whatever its verdict. It is the minimum
// detectable effect of Bloom (1995, Evaluation Review 19(5), 547-556), with the standard error read off the interval:
//
//	d = (z(1-a/2) + z(power)) * se,   se = (Hi - Lo) / 2 / z(1-a/2)
//
// where a is 1 - Confidence, z the standard normal quantile and se the standard error of the estimate. At 0.95 and a power
// of 0.8 that is 1.43 times the half width.
//
// For a Ratio it is a difference of ratios, 0.1 for 10 %: good while the interval is narrow, since it takes the interval as
// symmetric about the estimate. It is +Inf if a bound is infinite or NaN, or power is not between 0 and 1, and 0 if the
// interval is a point, as when all runs count the same allocations.
func Detectable(i Interval, power float64) float64 {
	half := (i.Hi - i.Lo) / 2
	if !(half >= 0 && half <= math.MaxFloat64 && i.Confidence > 0 && i.Confidence <= 1 && power > 0 && power < 1) {
		return math.Inf(1)
	}
	level := normalQuantile(1 - (1-i.Confidence)/2)
	return half * max(0, 1+normalQuantile(power)/level)
}
