package judge

import (
	"math"

	"github.com/tailgate-go/tailgate/policy"
)

// MeanUnit is the unit of the mean time of an operation over all turns of a plain benchmark, as go test -bench prints it.
// The ns/op that a gate judges has the median ratio of the turns instead: it spreads less, but a slowdown in few turns does
// not move it.
const MeanUnit = "mean-ns/op"

// judge applies a rule whose direction is known. On the ns/op and MB/s of plain turns it judges the median ratio of the turns.
// An ok or improved stands only if the mean over all turns is not beyond both limits: a slowdown in few turns, such as a table
// that is rebuilt now and then, must not be ok. Of the rounds' means both the mean and the paired estimate count: a slowdown in few
// rounds moves the one, and a baseline that was held up in one round does not hide a slowdown from the other. The mean alone makes
// nothing red. Until the last look the verdict is unsettled; then it is inconclusive if the rule finds the rounds' means regressed
// or inconclusive, and else blind.
func (p Pair) judge(rule policy.Rule, look policy.Look) policy.Verdict {
	unit := rule.Unit()
	v := rule.Judge(p.Baseline.Metrics[unit], p.Candidate.Metrics[unit], look)
	baseline, candidate := p.Baseline.means(unit), p.Candidate.means(unit)
	if p.records() || v.Outcome != policy.OK && v.Outcome != policy.Improved ||
		len(baseline) != len(candidate) || len(baseline) == 0 {
		return v
	}
	means := rule.Judge(baseline, candidate, look)
	b, c := mean(baseline), mean(candidate)
	percent := policy.PercentOf(c-b, b)
	estimate := beyond(v, means.Change, means.ChangePercent)
	if !estimate && !beyond(v, c-b, percent) {
		return v
	}
	if estimate && math.Abs(means.ChangePercent) > math.Abs(percent) {
		percent = means.ChangePercent
	}
	if !look.Last {
		v.Outcome, v.Reason = policy.Unsettled, policy.Reason{}
		return v
	}
	v.Outcome = policy.Blind
	if means.Outcome == policy.Regressed || means.Outcome == policy.Inconclusive {
		v.Outcome = policy.Inconclusive
	}
	v.Reason = policy.Reason{Code: policy.MeanBeyond, Facts: policy.Facts{MeanPercent: percent}}
	return v
}

// means are a metric's values by the mean of all turns of a round, in the metric's unit; nil for a metric that has none.
func (b *Benchmark) means(unit string) []float64 {
	all := b.Metrics[MeanUnit]
	switch unit {
	case "ns/op":
		return all
	case "MB/s":
		judged, speed := b.Metrics["ns/op"], b.Metrics[unit]
		if len(all) != len(judged) || len(all) != len(speed) {
			return nil
		}
		means := make([]float64, len(all))
		for i := range means {
			means[i] = speed[i] * judged[i] / all[i]
		}
		return means
	}
	return nil
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
