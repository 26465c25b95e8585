package report

import "math"

// RSquared is the coefficient of determination by which the inference gateway's regression guide compares a metric over the rates
// common to both sides: with b the baseline, m its mean, and a the candidate,
//
//	R2 = 1 - sum (b[i] - a[i])^2 / sum (b[i] - m)^2
//
// It is 1 for equal curves and has no lower bound. Where b is constant it is 1 if a equals b and else 0, as scikit-learn has it.
// It is NaN of fewer than two points, of lists that differ in length, and where a value is not finite.
//
// It is no measure of a regression, and nothing is judged by it: it holds the change against how much the baseline varies
// over the rates. A change of +10 % at each rate reads -35 of a curve that is flat and 0.98 of one with a knee, and a change
// of -10 % reads the same.
func RSquared(baseline, candidate []float64) float64 {
	n := len(baseline)
	if n < 2 || len(candidate) != n {
		return math.NaN()
	}
	largest := 0.0 // so that no square overflows
	for i := range n {
		largest = max(largest, math.Abs(baseline[i]), math.Abs(candidate[i]))
	}
	if !isFinite(largest) {
		return math.NaN()
	}
	if largest == 0 {
		return 1
	}
	mean, constant := 0.0, true
	for _, b := range baseline {
		mean += b / largest / float64(n)
		constant = constant && b == baseline[0]
	}
	residual, total := 0.0, 0.0
	for i := range n {
		r, t := baseline[i]/largest-candidate[i]/largest, baseline[i]/largest-mean
		residual += r * r
		total += t * t
	}
	switch {
	case residual == 0:
		return 1
	case constant || total == 0:
		return 0
	}
	return 1 - residual/total
}
