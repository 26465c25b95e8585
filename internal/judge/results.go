package judge

import (
	"slices"

	"github.com/tailgate-go/tailgate/policy"
)

// Results is what one side measured. Rules are matched with it by benchmark name and unit.
type Results struct {
	Benchmarks []Benchmark
	Better     map[string]policy.Direction // directions that the results themselves declare, by unit; may be nil
}

// Benchmark is one benchmark's runs.
type Benchmark struct {
	policy.ID
	Requests int                  // fewest requests behind one run; 0 when unknown, which no quantile rule accepts
	Metrics  map[string][]float64 // by unit, a value a run; not altered
	Problem  policy.Reason        // why it must not be judged; zero when nothing is wrong
}

// recorderUnits are what a Recorder reports of every benchmark that served a request; package internal/latency defines them.
var recorderUnits = []string{"p50-ns", "p90-ns", "p95-ns", "p99-ns", "mean-ns", "min-ns", "max-ns"}

// Recorded reports whether the benchmark's requests go through a Recorder: it reports all that one always reports. A plain
// benchmark may report some of that itself.
func (b *Benchmark) Recorded() bool {
	return b != nil && !slices.ContainsFunc(recorderUnits, func(unit string) bool { return len(b.Metrics[unit]) == 0 })
}

// runs is the number of runs: some metric is reported by all of them.
func (b Benchmark) runs() int {
	n := 0
	for _, values := range b.Metrics {
		n = max(n, len(values))
	}
	return n
}

// inSome reports whether some runs report the unit and others do not.
func (b *Benchmark) inSome(unit string) bool {
	return b != nil && len(b.Metrics[unit]) > 0 && len(b.Metrics[unit]) < b.runs()
}
