package policy

import "math"

// Under is v as a trailer leaves it that speaks of its benchmark and metric. What is regressed, or inconclusive because of noise,
// is accepted if its interval begins within the ceiling and leaves out 1.5 times the ceiling (Doubtful). So both errors are those
// of the limits: what is truly within the ceiling is red as rarely as what is within a limit, and what is accepted was seen. The
// estimate alone would not do: with a ceiling at the upper end of an interval, which a report proposes, the noise of the next run
// would make it red in 1 of 20 to 40. Other verdicts stay.
func (v Verdict) Under(t Trailer) Verdict {
	noisy := v.Outcome == Inconclusive && v.Reason.Code == TooNoisy
	if v.Outcome != Regressed && !noisy {
		return v
	}
	doubtful := t.Ceiling
	doubtful.Change *= Doubtful
	code := ByTrailer
	switch {
	case !t.Ceiling.admits(v.Direction, near(v.Direction, v.Absolute), near(v.Direction, v.Percent)):
		t.Use, code = Exceeded, BeyondCeiling
	case !doubtful.admits(v.Direction, far(v.Direction, v.Absolute), far(v.Direction, v.Percent)):
		t.Use, code = Unseen, CeilingUnseen
	default:
		t.Use = Heeded
		v.Outcome, v.Fails, v.Reason.Advice = Accepted, false, nil
	}
	v.Reason.Facts.Trailer = &t
	if v.Outcome != Inconclusive { // which stays, with its advice
		v.Reason.Code = code
	}
	return v
}

// near is the end of an interval that is better.
func near(better Direction, b Bounds) float64 {
	if better == Higher {
		return b.Hi
	}
	return b.Lo
}

// far is the end of an interval that is worse.
func far(better Direction, b Bounds) float64 {
	if better == Higher {
		return b.Lo
	}
	return b.Hi
}

// Proposal is the trailer that would accept v, with the far end of the interval, rounded up, as its ceiling and no reason: in
// percent, or in the unit where the baseline is 0, of which nothing is a percentage. It is ok only of what regressed, was measured
// in rounds, and has an interval with an end.
func (v Verdict) Proposal() (t Trailer, ok bool) {
	v.Direction = v.better()
	t = Trailer{Benchmark: v.Name, Metric: v.Unit}
	if v.Package != "" {
		t.Benchmark = v.Package + "/" + v.Name
	}
	t.Ceiling = Ceiling{Change: max(-100, roundedUp(far(v.Direction, v.Percent))), Percent: true}
	if isNotFinite(t.Ceiling.Change) || isNotFinite(v.ChangePercent) {
		t.Ceiling = Ceiling{Change: roundedUp(far(v.Direction, v.Absolute))}
	}
	ok = v.Outcome == Regressed && v.Paired && v.Name != "" && math.Abs(t.Ceiling.Change) < mostOfCeiling &&
		t.Ceiling.Change != 0 && t.Fits(v.Direction)
	return t, ok
}

// mostOfCeiling is what no ceiling reaches: one of 15 digits can be read.
const mostOfCeiling = 1e15

// roundedUp is a number away from 0, to hundredths.
func roundedUp(x float64) float64 {
	return math.Copysign(math.Ceil(math.Abs(x)*100)/100, x)
}
