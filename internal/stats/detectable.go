package stats

import "math"

// Detectable returns the smallest true change that a rule would find with the given power, 0-1, at the noise that an interval of n
// pairs, or of n values of both sides together, shows. It is in the unit of the interval, and so is limit, from which on a change
// is found. A gate whose limit is far below has not measured enough, whatever its verdict. The rule finds a change
//
//   - if its interval is beyond the limit, or
//   - if its estimate is, and a test at the level certain, two-sided, says that there is a change; with a level of 0 it never does.
//
// It is the minimum detectable effect of Bloom (1995, Evaluation Review 19(5), 547-556) for these two ways, with the standard error
// read off the interval:
//
//	d = min(limit + h, max(limit, z(1-certain/2) se)) + (1+4/n) z(power) se,   h = (Hi - Lo) / 2,   se = h / z(1-a/2)
//
// where a is 1 - Confidence and z the standard normal quantile. The factor of 1+4/n is for the ends of the interval, which vary
// more than the estimate where values are few; it was found by simulation, for 8 to 60 pairs.
//
// It is +Inf if a bound is infinite or NaN, or power is not between 0 and 1, and the limit if the interval is a point, as when all
// runs count the same allocations.
func Detectable(i Interval, n int, limit, certain, power float64) float64 {
	h := (i.Hi - i.Lo) / 2
	if !(h >= 0 && h <= math.MaxFloat64 && i.Confidence > 0 && i.Confidence <= 1 && power > 0 && power < 1) {
		return math.Inf(1)
	}
	se := 0.0
	if h > 0 {
		se = h / normalQuantile(1-(1-i.Confidence)/2)
	}
	d := limit + h
	if certain > 0 {
		d = min(d, max(limit, normalQuantile(1-certain/2)*se))
	}
	return d + max(0, (1+4/float64(n))*normalQuantile(power)*se)
}
