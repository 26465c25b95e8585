package judge

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// What benchmarks of a service under load report beside what is judged; package workload/serving defines them.
const (
	selectionUnit = "selection"      // which prompts there are to send
	saturatedUnit = "saturated"      // 1: the server fell behind
	maxRateUnit   = "max-rate-req/s" // what a sweep has found
	sweptOutUnit  = "swept-out"      // 1: that is the highest rate it tries, and not the knee
	coldUnit      = "cold"           // 1: no server's cache of prefixes is to know the prompts
	cachedUnit    = "cached-percent" // of the tokens of prompts, that came from such a cache

	goodputUnit = "goodput-percent" // of requests, that keep the bounds of the scenario's SLO
)

var loadUnits = []string{"offered-req/s", "sent-req/s"} // rates of the load generator

const (
	mostCached   = 50 // percent of a prompt: beyond it, what a cold scenario measures is not its prefill
	cachedMargin = 5  // percent of a prompt by which two sides may differ
)

// underLoad looks at what a service under load says of its runs, before v counts. Sides that were sent other prompts are not
// compared, nor are those that answered otherwise, in failures that no rule judges or in the lengths of replies, nor those whose
// prompts were to be new and came from a cache, nor two sweeps that both found no knee. Of a rate at which both sides fall behind,
// latencies say how long it was run: they give way to throughput, where a rule judges that.
func underLoad(v policy.Verdict, pair Pair, look policy.Look) policy.Verdict {
	if baseline, candidate := pair.Baseline.Metrics[selectionUnit], pair.Candidate.Metrics[selectionUnit]; len(baseline) > 0 &&
		len(candidate) > 0 {
		if all := slices.Compact(slices.Sorted(slices.Values(slices.Concat(baseline, candidate)))); len(all) > 1 {
			v.Outcome, v.Reason = invalid(policy.OtherPrompts, policy.Facts{Selections: all[:2]}, policy.Advice{Do: policy.SamePrompts})
			return v
		}
	}
	if in := pair.unalike(look); in.unit != "" && !strings.HasPrefix(v.Unit, "errors-") {
		if v = different(v, in, look); in.certain {
			return v
		}
	}
	if pair.both(coldUnit) && !strings.HasPrefix(v.Unit, "errors-") {
		if shares, apart := pair.Cached(); apart || max(shares[0], shares[1]) > mostCached {
			v.Outcome, v.Reason = invalid(policy.PromptsCached, policy.Facts{CachedPercent: shares}, policy.Advice{Do: policy.EmptyCaches})
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
	if !slices.ContainsFunc(pair.rules, isThroughput) {
		return v // it would be judged by nothing
	}
	v.Outcome, v.Reason = policy.OK, policy.Reason{Code: policy.Saturated}
	return v
}

// isThroughput reports whether a rule judges how much a service gets done: a rate that is better when higher, or the requests that
// keep the bounds. What the load generator offers and sends is none of it.
func isThroughput(rule *policy.Rule) bool {
	unit := rule.Unit()
	if cmp.Or(rule.Direction, policy.DirectionOf(unit)) != policy.Higher || slices.Contains(loadUnits, unit) {
		return false
	}
	return unit == goodputUnit || strings.HasSuffix(unit, "/s") || strings.HasSuffix(unit, "/min")
}

// Cached is the share of each side's prompts that came from a cache, in percent of their tokens, baseline first, and whether the
// shares differ by more than 5 points. A side that says nothing of it has 0: SGLang says nothing where it found nothing.
func (p Pair) Cached() (shares []float64, apart bool) {
	shares = make([]float64, 2)
	for i, b := range []*Benchmark{p.Baseline, p.Candidate} {
		if values := b.Metrics[cachedUnit]; len(values) > 0 {
			shares[i] = policy.Summarize(values).Median
		}
	}
	return shares, math.Abs(shares[0]-shares[1]) > cachedMargin
}

// both reports whether each side says 1 in half of its runs or more.
func (p Pair) both(unit string) bool {
	for _, b := range []*Benchmark{p.Baseline, p.Candidate} {
		if values := b.Metrics[unit]; len(values) == 0 || policy.Summarize(values).Median < 0.5 {
			return false
		}
	}
	return true
}
