package policy

import "slices"

// Judge judges a candidate's values of one metric by the baseline's: runs, whose order says nothing, or rounds where look says so.
// What must not be judged is Invalid: a side without values, one with a value that is not finite, sides of rounds that are not
// equally many, so few values that no difference could be significant, a direction that is not known. The verdict has no benchmark.
// It fails where the default policy does. The lists are not altered.
func (r Rule) Judge(baseline, candidate []float64, look Look) Verdict {
	v := r.judge(baseline, candidate, look)
	v.Fails = v.Outcome == Regressed || v.Outcome == Invalid || v.Outcome == Inconclusive
	return v
}

func (r Rule) judge(baseline, candidate []float64, look Look) Verdict {
	direction := r.Direction
	if direction == "" {
		direction = DirectionOf(r.Unit())
	}
	if reason := r.untestable(baseline, candidate, direction, look.Alpha); reason.Code != "" {
		return Verdict{Rule: r, Unit: r.Unit(), Alpha: look.Alpha, Outcome: Invalid, Reason: reason}
	}
	if look.tooFew(len(baseline), len(candidate)) {
		look.Miss = 0 // of Alpha there is too little, and so it is Alpha that is spoken of
	}
	v := enough(r.test(baseline, candidate, direction, look), look)
	if v.Paired && v.Baseline.N != v.Candidate.N {
		v.Outcome, v.Reason = Invalid, Reason{Code: NoPairs, Advice: []Advice{{Do: MeasureAgain}}}
	}
	return v
}

// untestable says why values cannot be tested; without a code they can.
func (r Rule) untestable(baseline, candidate []float64, direction Direction, alpha float64) Reason {
	again := []Advice{{Do: MeasureAgain}}
	for _, side := range []struct {
		name   string
		values []float64
	}{{"baseline", baseline}, {"candidate", candidate}} {
		if len(side.values) == 0 {
			return Reason{NoValues, Facts{Side: side.name}, again}
		}
		if i := slices.IndexFunc(side.values, isNotFinite); i >= 0 {
			return Reason{NotFinite, Facts{Side: side.name, Value: side.values[i]}, again}
		}
	}
	switch {
	case !(alpha >= 0 && alpha <= 1):
		return Reason{Code: BadAlpha}
	case !(r.MaxRegressionPercent >= 0) || !(r.MinRegression >= 0):
		return Reason{Code: BadLimits, Advice: []Advice{{Do: CorrectRule}}}
	case direction != Lower && direction != Higher:
		return Reason{Code: DirectionUnknown, Advice: []Advice{{Do: SetDirection}}}
	}
	return Reason{}
}

// test applies the rule to values that can be tested.
func (r Rule) test(baseline, candidate []float64, direction Direction, look Look) Verdict {
	v := Verdict{
		Rule:      r,
		Unit:      r.Unit(),
		Direction: direction,
		Baseline:  Summarize(baseline),
		Candidate: Summarize(candidate),
		Paired:    look.Paired,
	}
	compare := compareRuns
	if look.Paired {
		compare = compareRounds
	}
	at := func(alpha float64) change { return compare(baseline, candidate, alpha) }
	c := at(look.miss())
	v.Alpha = look.miss()
	further := func() change { return look.further(baseline, candidate) }
	strict := func() change {
		if look.Alpha == 0 || look.Alpha == look.miss() {
			return c
		}
		return at(look.Alpha)
	}
	v.Outcome, v.Reason.Code = seen(r, c, direction, look, further, strict)
	if v.Outcome == Unsettled || v.Outcome == Improved {
		c = strict()
		if look.Alpha > 0 {
			v.Alpha = look.Alpha
		}
	}
	if v.Outcome == Unsettled {
		v.Outcome, v.Reason.Code = decide(r, c, direction, look)
	}
	v.P, v.Change, v.ChangePercent = c.p, c.diff, c.percent()
	v.Absolute = Bounds{Lo: c.shift.Lo, Hi: c.shift.Hi}
	if c.hasRatio() {
		v.Percent = Bounds{Lo: 100 * (c.ratio.Lo - 1), Hi: 100 * (c.ratio.Hi - 1)}
	} else {
		v.Percent = Bounds{Lo: PercentOf(c.shift.Lo, c.base), Hi: PercentOf(c.shift.Hi, c.base)}
	}
	n := v.Baseline.N
	if !look.Paired {
		n += v.Candidate.N
	}
	v.Detectable = r.detectable(c, n, direction, look)
	return v
}
