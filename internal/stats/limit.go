package stats

// Limit is how far a change for the worse is tolerated.
type Limit struct {
	Change  float64 // in the unit of the interval: 1.1 for a ratio that may rise by 10 %, 1e6 for a shift that may rise by 1e6 ns
	AtLeast bool    // a change of exactly Change is beyond the limit; else it is within
	Falling bool    // lower is worse: what lies below Change is beyond the limit, 0.95 for a ratio that may fall by 5 %
}

// Place is where an interval lies against a limit. Of two limits that must both be exceeded, min gives the joint place: beyond
// if beyond both, within if within either. A change is worse by more than 10 % and by at least 1 ms if
//
//	min(Limit{Change: 1.1}.Place(ratio), Limit{Change: 1e6, AtLeast: true}.Place(shift)) == Beyond
//
// Both intervals have the same confidence, that of the [Look], which says how often this is wrong: neither gives way to the other.
type Place int

const (
	Within  Place = iota - 1 // the whole interval is tolerated
	Astride                  // part of it is: it cannot be told yet
	Beyond                   // none of it is
)

// Place tells where the interval lies. It is Astride if a bound that matters is infinite or NaN, and for the zero Interval.
func (l Limit) Place(i Interval) Place {
	lo, hi, limit := i.Lo, i.Hi, l.Change
	if l.Falling {
		lo, hi, limit = -hi, -lo, -limit
	}
	switch {
	case !(i.Confidence > 0):
		return Astride
	case lo > limit, l.AtLeast && lo == limit:
		return Beyond
	case hi < limit, !l.AtLeast && hi == limit:
		return Within
	}
	return Astride
}
