package policy

import "github.com/tailgate-go/tailgate/internal/stats"

// Doubtful is a change, as a multiple of both limits of a rule, that a verdict of ok must have ruled out: the interval leaves it
// out that has an alpha of Doubt, two-sided. So a gate whose change is that large comes to ok once in 1000 looks, whatever the
// noise.
const (
	Doubtful = 1.5
	Doubt    = 0.002
)

// doubt is the alpha of that interval: Doubt, or, where values are too few for it, that of all the changes that were seen.
func (l Look) doubt(n int) float64 {
	if l.Paired {
		return max(Doubt, stats.SmallestSignedRankP(n))
	}
	return max(Doubt, stats.SmallestP(n, n))
}

// seen says that a change is within a limit, if that was seen; else it is Unsettled. further is the change with the interval
// that must leave out what is doubtful.
func seen(r Rule, c change, direction Direction, look Look, further func() change) (Outcome, Code) {
	better, twice := opposite(direction), r
	twice.MaxRegressionPercent *= Doubtful
	twice.MinRegression *= Doubtful
	within := c.place(r, direction) == stats.Within
	switch {
	case !within && (!look.Last || look.Early || c.breaks(r, direction)):
		return Unsettled, ""
	case further().place(twice, direction) != stats.Within:
		return Unsettled, ""
	case c.breaks(r, better) && c.p <= look.miss():
		return Improved, BetterByMore
	case within:
		return OK, IntervalWithin
	}
	return OK, WithinLimit
}

// sure is by how much less than alpha p must be, where an interval of rounds is not beyond both limits and the estimate is.
const sure = 20

// certain is the p from which down a change is certain, whose estimate alone is beyond both limits.
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
	case (look.Paired || !look.Last) && c.place(r, direction) == stats.Beyond:
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
