package policy

// SawLittle reports whether the verdict is ok and rests on an interval wider than twice the change that its rule tolerates. Of
// a baseline of 0 the interval is that in Unit, and the floor is what is tolerated. It is false where the width says nothing: for
// a rule that tolerates nothing, for code that is the same, and for latencies that gave way to throughput.
func (v Verdict) SawLittle() bool {
	if v.Outcome != OK || v.Baseline.N == 0 || v.Candidate.N == 0 || v.Reason.Code == SameCode || v.Reason.Code == Saturated {
		return false
	}
	seen, tolerated := v.Percent, v.Rule.From(v.Baseline.Median)
	if v.Baseline.Median == 0 {
		seen, tolerated = v.Absolute, v.Rule.MinRegression
	}
	return tolerated > 0 && !(seen.Hi-seen.Lo <= 2*tolerated) // an interval without ends is wide, too
}
