package judge

import (
	"math"
	"slices"

	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// Shares of a service's requests or replies, in percent, by which sides must be alike; package workload/serving defines them.
const (
	errorsUnit  = "errors-percent"   // requests that failed
	emptyUnit   = "empty-percent"    // replies without any text
	noUsageUnit = "no-usage-percent" // replies of which the server said no number of tokens
	resentUnit  = "resent-percent"   // requests that the server dropped once
	lateEndUnit = "late-end-percent" // streams that ended long after their last text
)

// lengthUnit is how many tokens a reply has in the mean; package workload/serving defines it.
const lengthUnit = "output-tok/req"

const (
	shareMargin  = 1    // percent of requests by which the candidate may be worse, or two sides differ
	lengthMargin = 1.1  // how many times as long the replies of a side may be
	sureOfLength = 0.95 // that lengths differ, which a model may draw anew in each run
)

var shareUnits = []string{errorsUnit, emptyUnit, noUsageUnit, resentUnit, lateEndUnit}

// unalike is the first metric in which the sides differ by more than may be, with its mean of each side, baseline first, and which
// no rule judges, or none that sees it: what a request took on one side says nothing of the other then. It is empty where they are
// alike, as far as both say. A candidate may fail less: it does more then, in the times that are judged. The mean has runs in it
// that are few and bad, which the median that a rule goes by has not.
func (p Pair) unalike() (unit string, means []float64) {
	values := func(unit string) (baseline, candidate []float64, both bool) {
		baseline, candidate = p.Baseline.Metrics[unit], p.Candidate.Metrics[unit]
		return baseline, candidate, len(baseline) > 0 && len(candidate) > 0
	}
	for _, unit := range shareUnits {
		baseline, candidate, both := values(unit)
		if !both || p.sees(unit, baseline, candidate) {
			continue
		}
		more := mean(candidate) - mean(baseline)
		if more > shareMargin || more < -shareMargin && unit == noUsageUnit {
			return unit, []float64{mean(baseline), mean(candidate)}
		}
	}
	if baseline, candidate, both := values(lengthUnit); both && otherLengths(baseline, candidate) {
		return lengthUnit, []float64{mean(baseline), mean(candidate)}
	}
	return "", nil
}

// sees reports whether there is a rule on the unit that goes by what the mean does: it is beyond the rule's limits by the median of
// the runs, too, or within them by both.
func (p Pair) sees(unit string, baseline, candidate []float64) bool {
	i := slices.IndexFunc(p.rules, func(r *policy.Rule) bool { return r.Unit() == unit })
	if i < 0 {
		return false
	}
	beyond := func(of func([]float64) float64) bool {
		from, more := of(baseline), of(candidate)-of(baseline)
		return more >= max(p.rules[i].MinRegression, shareMargin) && policy.PercentOf(more, from) > p.rules[i].MaxRegressionPercent
	}
	return beyond(mean) == beyond(func(values []float64) float64 { return policy.Summarize(values).Median })
}

// otherLengths reports whether replies are longer on one side by more than may be, and not by chance, as far as runs are enough to
// tell.
func otherLengths(baseline, candidate []float64) bool {
	ratio := mean(candidate) / mean(baseline)
	if max(ratio, 1/ratio) <= lengthMargin || mean(baseline) == mean(candidate) {
		return false
	}
	shift := stats.Shift(baseline, candidate, sureOfLength)
	return shift.Lo > 0 || shift.Hi < 0 || math.IsInf(shift.Hi, 1)
}

// different is v between sides that differ in what unit says. Where the candidate fails more, and is slower still, it has
// regressed, and as long as that may turn out v is open.
func different(v policy.Verdict, unit string, means []float64) policy.Verdict {
	if unit != lengthUnit && (v.Outcome == policy.Regressed || v.Outcome == policy.Unsettled) {
		return v
	}
	do := policy.SameReplies
	if unit == errorsUnit {
		do = policy.JudgeErrors
	}
	v.Outcome, v.Reason = invalid(policy.OtherReplies, policy.Facts{Words: []string{unit}, Replies: means}, policy.Advice{Do: do})
	return v
}
