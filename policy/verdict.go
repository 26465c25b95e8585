package policy

import "github.com/tailgate-go/tailgate/internal/stats"

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
	Benchmark string    // empty when the rule matches nothing
	Procs     int       // GOMAXPROCS
	Unit      string    // the metric judged, stage included
	Rule      Rule      // the rule applied
	Direction Direction // the one that is better; empty where nothing could be tested
	Outcome   Outcome
	Reason    string // why the outcome is what it is, and for invalid what to do
	Fails     bool   // whether the test run fails because of it

	Baseline  Summary
	Candidate Summary

	// The change is that of the medians where the sides were measured apart, as in saved files; where they were measured in rounds it
	// is the estimate of the signed-rank test (Hodges and Lehmann 1963) on the ratios and on the differences within rounds.
	Paired        bool    // whether the sides were measured in rounds
	Change        float64 // candidate less baseline, in Unit
	ChangePercent float64 // the same in percent of the baseline; +Inf from 0
	Percent       Bounds  // interval of the change, in percent
	Absolute      Bounds  // interval of the change, in Unit
	P             float64 // two-sided: of the Mann-Whitney test as benchstat prints it, or of the signed-rank test of rounds
	Alpha         float64 // what p is compared with: the report's alpha split over its verdicts and looks
	Detectable    float64 // the smallest change that this noise would let us see, in percent; +Inf when none
}

// Summary is one side of a verdict.
type Summary struct {
	Median float64 // in Unit
	N      int     // runs, or rounds
}

// Bounds is an interval. Its ends may be infinite.
type Bounds struct{ Lo, Hi float64 }

// Look is one of the times at which growing results are judged.
type Look struct {
	Alpha  float64 // chance that the interval of a verdict leaves out the true change, both sides of it together
	Last   bool    // whether there will be no other: every verdict settles
	Paired bool    // whether value i of the baseline and value i of the candidate are a round, in an order that a coin decided
}

// power is the chance with which the smallest detectable change would be found.
const power = 0.8

// judge applies one rule to both sides' values. Both have at least one.
func (r Rule) judge(baseline, candidate []float64, direction Direction, look Look) Verdict {
	v := Verdict{
		Rule:      r,
		Unit:      r.Unit(),
		Direction: direction,
		Baseline:  Summary{stats.Median(baseline), len(baseline)},
		Candidate: Summary{stats.Median(candidate), len(candidate)},
		Paired:    look.Paired,
		Alpha:     look.Alpha,
	}
	compare := compareRuns
	if look.Paired {
		compare = compareRounds
	}
	c := compare(baseline, candidate, look.Alpha)
	v.P, v.Change, v.ChangePercent = c.p, c.change, c.percent()
	v.Absolute = Bounds{c.shift.Lo, c.shift.Hi}
	if c.hasRatio() {
		v.Percent = Bounds{100 * (c.ratio.Lo - 1), 100 * (c.ratio.Hi - 1)}
	} else {
		v.Percent = Bounds{percentOf(c.shift.Lo, c.base), percentOf(c.shift.Hi, c.base)}
	}
	v.Detectable = percentOf(stats.Detectable(c.shift, power), c.base)
	v.Outcome, v.Reason = r.decide(c, direction, look)
	return v
}

// decide says what is settled, or leaves it open for a later look.
func (r Rule) decide(c comparison, direction Direction, look Look) (Outcome, string) {
	place := r.place(c, direction)
	better := direction.opposite()
	significant := c.p <= look.Alpha
	switch {
	case !look.Last && place == stats.Beyond:
		return Regressed, "the whole interval is beyond both limits"
	case !look.Last && place == stats.Within:
		if r.breaks(c, better) && significant {
			return Improved, "better by more than both limits"
		}
		return OK, "the whole interval is within a limit"
	case !look.Last:
		return Unsettled, ""
	case r.breaks(c, direction) && significant:
		return Regressed, "beyond both limits, and significant"
	case r.breaks(c, direction):
		return Inconclusive, "beyond both limits, but the measurements vary too much to be sure"
	case r.breaks(c, better) && significant:
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
