package policy

// Measured is all that was measured of one benchmark, judged or not.
type Measured struct {
	ID
	Judged  bool     // whether a rule speaks of it
	Metrics []Metric // sorted by unit
	Noise   Noise    // what was seen to disturb it
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
