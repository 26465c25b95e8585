package judge

import "github.com/tailgate-go/tailgate/policy"

// MeanUnit is the unit of the mean time of an operation over all turns of a plain benchmark, as go test -bench prints it.
// The ns/op that a gate judges has the median ratio of the turns instead: it spreads less, but a slowdown in few turns does
// not move it.
const MeanUnit = "mean-ns/op"

// judge applies a rule whose direction is known. On the ns/op of plain turns it judges the median ratio of the turns. An ok
// or improved stands only if the mean over all turns is not beyond both limits: a slowdown in few turns, such as a table
// that is rebuilt now and then, must not be ok. The mean alone makes nothing red. Until the last look the verdict is
// unsettled; then it is inconclusive if the rule finds the rounds' means regressed or inconclusive, and else blind.
func (p Pair) judge(rule policy.Rule, look policy.Look) policy.Verdict {
	unit := rule.Unit()
	v := rule.Judge(p.Baseline.Metrics[unit], p.Candidate.Metrics[unit], look)
	baseline, candidate := p.Baseline.Metrics[MeanUnit], p.Candidate.Metrics[MeanUnit]
	if unit != "ns/op" || p.quantiles() || v.Outcome != policy.OK && v.Outcome != policy.Improved ||
		len(baseline) != len(candidate) || len(baseline) == 0 {
		return v
	}
	b, c := mean(baseline), mean(candidate)
	percent := policy.PercentOf(c-b, b)
	switch {
	case !beyond(v, c-b, percent):
		return v
	case !look.Last:
		v.Outcome, v.Reason = policy.Unsettled, policy.Reason{}
		return v
	}
	v.Outcome = policy.Blind
	if of := rule.Judge(baseline, candidate, look).Outcome; of == policy.Regressed || of == policy.Inconclusive {
		v.Outcome = policy.Inconclusive
	}
	v.Reason = policy.Reason{Code: policy.MeanBeyond, Facts: policy.Facts{MeanPercent: percent}}
	return v
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// beyond reports whether a change is one for the worse beyond both limits of a verdict's rule.
func beyond(v policy.Verdict, change, percent float64) bool {
	if v.Direction == policy.Higher {
		change, percent = -change, -percent
	}
	return percent > v.Rule.MaxRegressionPercent && change >= v.Rule.MinRegression
}
