package policy

import (
	"github.com/tailgate-go/tailgate/internal/stats"
)

// Outcome is what a rule says of a benchmark.
type Outcome string

const (
	Unsettled    Outcome = ""             // cannot be told yet: measure on. No finished report has it
	OK           Outcome = "ok"           // within the limits
	Improved     Outcome = "improved"     // better by more than both limits, and significant
	Regressed    Outcome = "regressed"    // worse by more than both limits, and significant
	Inconclusive Outcome = "inconclusive" // measured, cannot tell
	Invalid      Outcome = "invalid"      // must not be judged
	Added        Outcome = "added"        // the baseline has none yet
)

// Verdict is what one rule says of one benchmark.
type Verdict struct {
	Package   string
	Benchmark string // empty when the rule matches nothing
	Procs     int    // GOMAXPROCS
	Unit      string // the metric judged, stage included
	Rule      Rule   // the rule applied
	Outcome   Outcome
	Reason    string // why the outcome is what it is, and for invalid what to do
	Fails     bool   // whether the test run fails because of it

	Baseline  Summary
	Candidate Summary

	Change        float64 // candidate's median less the baseline's, in Unit
	ChangePercent float64 // the same in percent of the baseline; +Inf from 0
	Percent       Bounds  // interval of the change, in percent
	Absolute      Bounds  // interval of the change, in Unit
	P             float64 // two-sided Mann-Whitney p, as benchstat prints it
	Alpha         float64 // what p is compared with: the report's alpha split over its verdicts and looks
	Detectable    float64 // the smallest change that this noise would let us see, in percent; +Inf when none
}

// Summary is one side of a verdict.
type Summary struct {
	Median float64 // in Unit
	N      int     // runs
}

// Bounds is an interval. Its ends may be infinite.
type Bounds struct{ Lo, Hi float64 }

// Look is one of the times at which growing results are judged.
type Look struct {
	Alpha float64 // error rate of each verdict at this look
	Last  bool    // whether there will be no other: every verdict settles
}

// power is the chance with which the smallest detectable change would be found.
const power = 0.8

// judge applies one rule to both sides' runs. Both have at least one.
func (r Rule) judge(baseline, candidate []float64, direction Direction, look Look) Verdict {
	v := Verdict{
		Rule:      r,
		Unit:      r.Unit(),
		Baseline:  Summary{stats.Median(baseline), len(baseline)},
		Candidate: Summary{stats.Median(candidate), len(candidate)},
		P:         stats.MannWhitney(baseline, candidate).P,
		Alpha:     look.Alpha,
	}
	base := v.Baseline.Median
	v.Change = v.Candidate.Median - base
	v.ChangePercent = percentOf(v.Change, base)
	shift := stats.Shift(baseline, candidate, 1-look.Alpha)
	v.Absolute = Bounds{shift.Lo, shift.Hi}
	ratio := stats.Ratio(baseline, candidate, 1-look.Alpha)
	if ratio.Estimate > 0 {
		v.Percent = Bounds{100 * (ratio.Lo - 1), 100 * (ratio.Hi - 1)}
	} else { // some run is 0, as allocs/op may be
		v.Percent = Bounds{percentOf(shift.Lo, base), percentOf(shift.Hi, base)}
	}
	v.Detectable = percentOf(stats.Detectable(shift, power), base)
	v.Outcome, v.Reason = r.decide(v, r.place(base, ratio, shift, direction), direction, look)
	return v
}

// place is where the intervals of the change lie against both limits: beyond if beyond both, within if within either.
func (r Rule) place(base float64, ratio, shift stats.Interval, direction Direction) stats.Place {
	sign, falling := 1.0, direction == Higher
	if falling {
		sign = -1
	}
	floor := stats.Limit{Change: sign * r.MinRegression, AtLeast: true, Falling: falling}.Place(shift)
	if !(ratio.Estimate > 0) { // some run is 0
		return min(floor, stats.Limit{Change: sign * r.MaxRegressionPercent / 100 * base, Falling: falling}.Place(shift))
	}
	// As a ratio: in percent an interval at exactly 1.1 would be beyond 10 by rounding.
	return min(floor, stats.Limit{Change: (100 + sign*r.MaxRegressionPercent) / 100, Falling: falling}.Place(ratio))
}

// decide settles v, or leaves it open for a later look.
func (r Rule) decide(v Verdict, place stats.Place, direction Direction, look Look) (Outcome, string) {
	base := v.Baseline.Median
	worse := direction.worse(base, v.Candidate.Median)
	significant := v.P <= look.Alpha
	switch {
	case !look.Last && place == stats.Beyond:
		return Regressed, "the whole interval is beyond both limits"
	case !look.Last && place == stats.Within:
		if r.breaks(base, -worse) && significant {
			return Improved, "better by more than both limits"
		}
		return OK, "the whole interval is within a limit"
	case !look.Last:
		return Unsettled, ""
	case r.breaks(base, worse) && significant:
		return Regressed, "beyond both limits, and significant"
	case r.breaks(base, worse):
		return Inconclusive, "beyond both limits, but the runs vary too much to be sure: give it more runs, a quieter machine or a wider limit"
	case r.breaks(base, -worse) && significant:
		return Improved, "better by more than both limits"
	}
	return OK, "within a limit"
}

// percentOf is change in percent of base; 0 of 0 is no change.
func percentOf(change, base float64) float64 {
	if change == 0 {
		return 0
	}
	return 100 * change / base
}
