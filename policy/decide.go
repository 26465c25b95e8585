package policy

import "github.com/tailgate-go/tailgate/internal/stats"

// An ok verdict must rule out a change of Doubtful times both limits of its rule, by an interval whose two-sided alpha is Doubt.
// So a change that large is called ok by one look in 2000, whatever the noise.
//
// Fewer than 11 rounds, or 7 runs a side, have no such interval. Theirs is the widest that they have, of rounds from the least
// to the greatest change that was seen, and a quarter of that further on either side. Of 8 rounds of normal noise that leaves the
// true change out in about 1 of 1000, in the heaviest noise in 1 of 256.
const (
	Doubtful = 1.5
	Doubt    = 0.001
)

// further is the change of values with the interval that must leave out what is doubtful.
func (l Look) further(baseline, candidate []float64) change {
	if !l.Paired {
		least := stats.SmallestP(len(baseline), len(candidate))
		c := compareRuns(baseline, candidate, max(Doubt, least))
		if least > Doubt {
			c.ratio, c.shift = beyond(c.ratio), beyond(c.shift)
		}
		return c
	}
	if least := stats.SmallestSignedRankP(len(baseline)); least > Doubt {
		c := compareRounds(baseline, candidate, least)
		c.ratio, c.shift = beyond(c.ratio), beyond(c.shift)
		return c
	}
	return compareRounds(baseline, candidate, Doubt)
}

// beyond is an interval that reaches a quarter of its width further on either side.
func beyond(i stats.Interval) stats.Interval {
	quarter := (i.Hi - i.Lo) / 4
	i.Lo, i.Hi = i.Lo-quarter, i.Hi+quarter
	return i
}

// seen says that a change is within a limit, if that was seen; else it is Unsettled. further is the change with the interval
// that must leave out what is doubtful, strict the one with the interval of look.Alpha, which red needs, and improved too.
func seen(r Rule, c change, direction Direction, look Look, further, strict func() change) (Outcome, Code) {
	better, doubtful := opposite(direction), r
	doubtful.MaxRegressionPercent *= Doubtful
	doubtful.MinRegression *= Doubtful
	within := c.place(r, direction) == stats.Within
	switch {
	case !within && (!look.Last || look.Early || c.breaks(r, direction)):
		return Unsettled, ""
	case further().place(doubtful, direction) != stats.Within:
		return Unsettled, ""
	case c.breaks(r, better) && (look.beyond(strict().place(r, better)) || c.p <= look.certain()):
		return Improved, BetterByMore
	case c.breaks(r, better) && !look.Last: // it is not worse: whether it is better is worth knowing
		return Unsettled, ""
	case within:
		return OK, IntervalWithin
	}
	return OK, WithinLimit
}

// beyond reports whether an interval of look.Alpha that lies so makes a change certain. Of runs it does not: their medians count.
func (l Look) beyond(p stats.Place) bool {
	return l.Alpha > 0 && (l.Paired || !l.Last) && p == stats.Beyond
}

// sure divides alpha: rounds of which the estimate alone is beyond both limits are certain only at p <= alpha/sure.
const sure = 20

// certain is the largest p at which a change is certain when only its estimate is beyond both limits. p is that of no change at
// all: a change of a little less than the limits, whose estimate noise puts beyond them, may pass for certain.
func (l Look) certain() float64 {
	if l.Paired {
		return l.Alpha / sure
	}
	return l.Alpha
}

// decide says what a change is that was not seen to be within a limit, or leaves it open for a later look.
func decide(r Rule, c change, direction Direction, look Look) (Outcome, Code) {
	likely := look.miss()
	if look.Paired {
		likely = look.Alpha
	}
	breaks := c.breaks(r, direction)
	switch {
	case look.beyond(c.place(r, direction)):
		return Regressed, IntervalBeyond
	case !look.Last:
		return Unsettled, ""
	case breaks && c.p <= look.certain():
		return Regressed, BeyondLimits
	case breaks && c.p <= likely:
		return Inconclusive, TooNoisy
	}
	return Blind, TooNoisyToSee
}
