package judge

import (
	"slices"

	"github.com/tailgate-go/tailgate/policy"
)

// What benchmarks of a service under load report beside what is judged; package workload/serving defines them.
const (
	selectionUnit = "selection"      // which prompts there are to send
	saturatedUnit = "saturated"      // 1: the server fell behind
	maxRateUnit   = "max-rate-req/s" // what a sweep has found
	sweptOutUnit  = "swept-out"      // 1: that is the highest rate it tries, and not the knee
)

// underLoad looks at what a service under load says of its runs, before v counts. Sides that were sent other prompts are not
// compared, nor are two sweeps that both found no knee. Of a rate at which both sides fall behind, latencies say how long it was
// run: they give way to throughput, where a rule judges that.
func underLoad(v policy.Verdict, pair Pair) policy.Verdict {
	if baseline, candidate := pair.Baseline.Metrics[selectionUnit], pair.Candidate.Metrics[selectionUnit]; len(baseline) > 0 &&
		len(candidate) > 0 {
		if all := slices.Compact(slices.Sorted(slices.Values(slices.Concat(baseline, candidate)))); len(all) > 1 {
			v.Outcome, v.Reason = invalid(policy.OtherPrompts, policy.Facts{Selections: all[:2]}, policy.Advice{Do: policy.SamePrompts})
			return v
		}
	}
	if v.Unit == maxRateUnit && pair.both(sweptOutUnit) {
		v.Outcome, v.Reason = invalid(policy.SweptOut, policy.Facts{}, policy.Advice{Do: policy.RaiseSweep})
		return v
	}
	if !policy.IsTime(v.Unit) || !pair.both(saturatedUnit) {
		return v
	}
	throughput := func(rule *policy.Rule) bool {
		return policy.DirectionOf(rule.Unit()) == policy.Higher || rule.Direction == policy.Higher
	}
	if !slices.ContainsFunc(pair.rules, throughput) {
		return v // it would be judged by nothing
	}
	v.Outcome, v.Reason = policy.OK, policy.Reason{Code: policy.Saturated}
	return v
}

// both reports whether in half of its runs or more either side says 1.
func (p Pair) both(unit string) bool {
	for _, b := range []*Benchmark{p.Baseline, p.Candidate} {
		if values := b.Metrics[unit]; len(values) == 0 || policy.Summarize(values).Median < 0.5 {
			return false
		}
	}
	return true
}
