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
	fewRunsAlpha = 0.05 // of a difference where runs are too few for the alpha of a last look
)

var shareUnits = []string{errorsUnit, emptyUnit, noUsageUnit, resentUnit, lateEndUnit}

// otherwise is a metric in which the sides differ by more than may be.
type otherwise struct {
	unit    string    // empty: there is none
	means   []float64 // of each side, baseline first
	certain bool      // it is not by chance
}

// unalike is the first metric in which the sides differ by more than may be, one in which that is certain before others, and which
// no rule judges, or none that sees it: what a request took on one side says nothing of the other then. There is none where they
// are alike, as far as both say. A candidate may fail less: it does more then, in the times that are judged. The mean has runs in
// it that are few and bad, which the median that a rule goes by has not.
func (p Pair) unalike(look policy.Look) (first otherwise) {
	for _, unit := range append(slices.Clone(shareUnits), lengthUnit) {
		baseline, candidate := p.Baseline.Metrics[unit], p.Candidate.Metrics[unit]
		if len(baseline) == 0 || len(candidate) == 0 {
			continue
		}
		means := []float64{mean(baseline), mean(candidate)}
		if !beyondMargin(unit, means[0], means[1]) || unit != lengthUnit && p.sees(unit, baseline, candidate) {
			continue
		}
		certain := differ(baseline, candidate, look) || unit != lengthUnit && p.counted(means[0], means[1], look)
		if certain || first.unit == "" {
			first = otherwise{unit, means, certain}
		}
		if certain {
			break
		}
	}
	return first
}

// beyondMargin reports whether the means of a unit differ by more than may be.
func beyondMargin(unit string, baseline, candidate float64) bool {
	more, ratio := candidate-baseline, candidate/baseline
	switch unit {
	case lengthUnit:
		return more != 0 && max(ratio, 1/ratio) > lengthMargin
	case noUsageUnit:
		return math.Abs(more) > shareMargin
	}
	return more > shareMargin
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

// differ reports whether the sides' values differ, and not by chance: the interval of their difference has half of the alpha of the
// look, which all verdicts and looks share; the other half is for counted. Values that are too few for that have more at the last
// look, and differ where they are too few to tell at all.
func differ(baseline, candidate []float64, look policy.Look) bool {
	more, shift := mean(candidate)-mean(baseline), stats.Shift
	if look.Paired && len(baseline) == len(candidate) {
		shift = stats.PairedShift
	}
	for _, alpha := range []float64{look.Alpha / 2, look.Alpha, fewRunsAlpha} {
		if i := shift(baseline, candidate, 1-alpha); !math.IsInf(i.Hi, 1) {
			return more > 0 && i.Lo > 0 || more < 0 && i.Hi < 0
		}
		if !look.Last {
			return false
		}
	}
	return true
}

// counted reports whether the shares of all requests differ, in percent, and not by chance where each request is for itself. It
// sees runs that are few and bad, which the interval does not tell from chance, and shares of which most runs have none. Of the
// requests that both sides counted together, the candidate has its part by a binomial distribution (Przyborowski and Wilenski
// 1940), here by the normal approximation with continuity correction.
func (p Pair) counted(baseline, candidate float64, look policy.Look) bool {
	requests := func(b *Benchmark) float64 { return float64(b.Requests * b.runs()) } // the fewest
	all := requests(p.Baseline) + requests(p.Candidate)
	part := requests(p.Candidate) / all
	of := candidate / 100 * requests(p.Candidate)
	both := of + baseline/100*requests(p.Baseline)
	z := (math.Abs(of-both*part) - 0.5) / math.Sqrt(both*part*(1-part))
	return math.Erfc(z/math.Sqrt2) < look.Alpha/2
}

// different is v between sides that differ. Where the candidate fails more, and is slower still, it has regressed, and as long as
// that may turn out v is open. So it is as long as they may differ by chance; at the last look v stands then.
func different(v policy.Verdict, in otherwise, look policy.Look) policy.Verdict {
	switch {
	case in.unit != lengthUnit && (v.Outcome == policy.Regressed || v.Outcome == policy.Unsettled), !in.certain && look.Last:
		return v
	case !in.certain:
		v.Outcome, v.Reason = policy.Unsettled, policy.Reason{}
		return v
	}
	do := policy.SameReplies
	if in.unit == errorsUnit {
		do = policy.JudgeErrors
	}
	facts := policy.Facts{Words: []string{in.unit}, Replies: in.means}
	v.Outcome, v.Reason = invalid(policy.OtherReplies, facts, policy.Advice{Do: do})
	return v
}
