package judge

import (
	"github.com/tailgate-go/tailgate/policy"
)

// measured is all that the pair has, judged or not, but for what no rule names and some runs lack: that of the others alone would
// mislead where values that cannot be were left out.
func measured(pair Pair) policy.Measured {
	m := policy.Measured{ID: pair.ID(), Judged: pair.Judged(), Noise: pair.Noise}
	if pair.Unchanged { // what the smoke runs found is not for comparing
		return m
	}
	for _, unit := range pair.units() {
		if !pair.judges(unit) && (pair.Baseline.inSome(unit) || pair.Candidate.inSome(unit)) {
			continue
		}
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
