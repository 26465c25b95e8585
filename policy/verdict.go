package policy

// Outcome is what a rule says of a benchmark, or a report of all.
type Outcome string

const (
	OK           Outcome = "ok"           // seen to be within a limit, of the same code, or unchanged
	Improved     Outcome = "improved"     // better by more than both limits, and certain
	Regressed    Outcome = "regressed"    // worse by more than both limits, and certain
	Drifted      Outcome = "drifted"      // not regressed since the baseline, and regressed since the anchor
	Accepted     Outcome = "accepted"     // worse by more than both limits, and meant: a trailer of a commit says so
	Inconclusive Outcome = "inconclusive" // worse by more than both limits, but not certainly; or the benchmark differs
	Blind        Outcome = "blind"        // measured, and too noisy to see a change of the limits
	Invalid      Outcome = "invalid"      // must not be judged
	Added        Outcome = "added"        // the baseline has none yet
)

// Verdict is what one rule says of one benchmark.
type Verdict struct {
	ID                  // of the benchmark; without a name when the rule matches nothing
	Unit      string    // the metric judged, stage included
	Rule      Rule      // the rule applied
	Direction Direction // the one that is better; empty where nothing could be tested
	Outcome   Outcome
	Reason    Reason // why the outcome is what it is, and what to do
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
	Alpha         float64 // of the intervals: the chance that they leave out the true change, both sides of it together
	// Detectable is the smallest change for the worse that would have been regressed at this noise and by these limits, in percent of
	// the baseline, with a chance of 0.8; +Inf when none would.
	Detectable float64

	// Anchor is what the rule, with its limits for the anchor, says of the change since the anchor, which is the Baseline of that
	// verdict; nil where there is no anchor. It has no Anchor, and does not fail by itself.
	Anchor *Verdict
}

// Bounds is an interval. Its ends may be infinite.
type Bounds struct{ Lo, Hi float64 }
