package policy

import (
	"fmt"
	"slices"

	"github.com/tailgate-go/tailgate/internal/stats"
)

// Judge judges a candidate's values of one metric by the baseline's: runs, whose order says nothing, or rounds where look says so. What must
// not be judged is Invalid: a side without values, one with a value that is not finite, sides of rounds that are not equally many, so few
// values that no difference could be significant, a direction that is not known. The verdict has no benchmark. It fails where the default policy
// does. The lists are not altered.
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
	if outcome, reason := r.untestable(baseline, candidate, direction); outcome != Unsettled {
		return Verdict{Rule: r, Unit: r.Unit(), Alpha: look.Alpha, Outcome: outcome, Reason: reason}
	}
	v := enough(r.test(baseline, candidate, direction, look), look)
	if v.Paired && v.Baseline.N != v.Candidate.N {
		v.Outcome, v.Reason = Invalid, fmt.Sprintf("%d rounds of the baseline and %d of the candidate are no pairs: measure it again",
			v.Baseline.N, v.Candidate.N)
	}
	return v
}

// untestable says why values cannot be tested; Unsettled where they can.
func (r Rule) untestable(baseline, candidate []float64, direction Direction) (Outcome, string) {
	unit := r.Unit()
	for _, side := range []struct {
		name   string
		values []float64
	}{{"baseline", baseline}, {"candidate", candidate}} {
		if len(side.values) == 0 {
			return Invalid, fmt.Sprintf("%s: there are no values of %s: measure it", side.name, unit)
		}
		if i := slices.IndexFunc(side.values, isNotFinite); i >= 0 {
			return Invalid, fmt.Sprintf("%s: %s is %v in one of its runs: measure it again", side.name, unit, side.values[i])
		}
	}
	if !(r.MaxRegressionPercent >= 0) || !(r.MinRegression >= 0) {
		return Invalid, "the rule's limits are no numbers of 0 or more: correct them"
	}
	if direction == "" {
		return Invalid, fmt.Sprintf(`it is not known which way %s is better: set the rule's "direction" to "lower" or "higher"`, unit)
	}
	return Unsettled, ""
}

// power is the chance with which the smallest detectable change would be found.
const power = 0.8

// test applies the rule to values that can be tested.
func (r Rule) test(baseline, candidate []float64, direction Direction, look Look) Verdict {
	v := Verdict{
		Rule:      r,
		Unit:      r.Unit(),
		Direction: direction,
		Baseline:  Summary{Median: center(baseline), N: len(baseline)},
		Candidate: Summary{Median: center(candidate), N: len(candidate)},
		Paired:    look.Paired,
		Alpha:     look.Alpha,
	}
	compare := compareRuns
	if look.Paired {
		compare = compareRounds
	}
	c := compare(baseline, candidate, look.Alpha)
	v.P, v.Change, v.ChangePercent = c.p, c.diff, c.percent()
	v.Absolute = Bounds{Lo: c.shift.Lo, Hi: c.shift.Hi}
	if c.hasRatio() {
		v.Percent = Bounds{Lo: 100 * (c.ratio.Lo - 1), Hi: 100 * (c.ratio.Hi - 1)}
	} else {
		v.Percent = Bounds{Lo: PercentOf(c.shift.Lo, c.base), Hi: PercentOf(c.shift.Hi, c.base)}
	}
	v.Detectable = PercentOf(stats.Detectable(c.shift, power), c.base)
	v.Outcome, v.Reason = decide(r, c, direction, look)
	return v
}

// decide says what is settled, or leaves it open for a later look.
func decide(r Rule, c change, direction Direction, look Look) (Outcome, string) {
	place := c.place(r, direction)
	better := opposite(direction)
	significant := c.p <= look.Alpha
	switch {
	case !look.Last && place == stats.Beyond:
		return Regressed, "the whole interval is beyond both limits"
	case !look.Last && place == stats.Within:
		if c.breaks(r, better) && significant {
			return Improved, "better by more than both limits"
		}
		return OK, "the whole interval is within a limit"
	case !look.Last:
		return Unsettled, ""
	case c.breaks(r, direction) && significant:
		return Regressed, "beyond both limits, and significant"
	case c.breaks(r, direction):
		return Inconclusive, "beyond both limits, but the measurements vary too much to be sure"
	case c.breaks(r, better) && significant:
		return Improved, "better by more than both limits"
	}
	return OK, "within a limit"
}
