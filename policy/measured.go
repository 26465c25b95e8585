package policy

import "github.com/tailgate-go/tailgate/internal/stats"

// Measured is all that was measured of one benchmark, judged or not.
type Measured struct {
	Package string
	Name    string
	Procs   int
	Judged  bool     // whether a rule speaks of it
	Metrics []Metric // sorted by unit
	Noise   Noise
}

// Metric is one metric of both sides. A side without it has N = 0.
type Metric struct {
	Unit          string
	Baseline      Summary
	Candidate     Summary
	ChangePercent float64 // of the medians; 0 unless both sides have the metric
}

// Metric is the named metric; zero when neither side has it.
func (m Measured) Metric(unit string) Metric {
	for _, metric := range m.Metrics {
		if metric.Unit == unit {
			return metric
		}
	}
	return Metric{Unit: unit}
}

func measured(pair Pair) Measured {
	m := Measured{Package: pair.Package(), Name: pair.Name(), Procs: pair.some().Procs, Judged: pair.Judged(), Noise: pair.Noise}
	for _, unit := range pair.units() {
		metric := Metric{Unit: unit, Baseline: pair.Baseline.summary(unit), Candidate: pair.Candidate.summary(unit)}
		if metric.Baseline.N > 0 && metric.Candidate.N > 0 {
			metric.ChangePercent = percentOf(metric.Candidate.Median-metric.Baseline.Median, metric.Baseline.Median)
		}
		m.Metrics = append(m.Metrics, metric)
	}
	return m
}

func (b *Benchmark) summary(unit string) Summary {
	if b == nil || len(b.Metrics[unit]) == 0 {
		return Summary{}
	}
	return Summary{stats.Median(b.Metrics[unit]), len(b.Metrics[unit])}
}
