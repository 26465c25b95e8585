package judge

import (
	"github.com/tailgate-go/tailgate/policy"
)

// measured is all that the pair has, judged or not.
func measured(pair Pair) policy.Measured {
	m := policy.Measured{ID: pair.ID(), Judged: pair.Judged(), Noise: pair.Noise}
	for _, unit := range pair.units() {
		metric := policy.Metric{Unit: unit, Baseline: pair.Baseline.summary(unit), Candidate: pair.Candidate.summary(unit)}
		if metric.Baseline.N > 0 && metric.Candidate.N > 0 {
			metric.ChangePercent = policy.PercentOf(metric.Candidate.Median-metric.Baseline.Median, metric.Baseline.Median)
		}
		m.Metrics = append(m.Metrics, metric)
	}
	return m
}

func (b *Benchmark) summary(unit string) policy.Summary {
	if b == nil || len(b.Metrics[unit]) == 0 {
		return policy.Summary{}
	}
	return policy.Summarize(b.Metrics[unit])
}
