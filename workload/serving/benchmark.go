package serving

import (
	"io"
	"testing"

	"github.com/tailgate-go/tailgate/internal/ratename"
	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// Options say what a scenario leaves open. The zero value is a scenario that names its server, or a gate that does.
type Options struct {
	// Start starts a server where neither a gate nor the scenario names one, and has it ended by b.Cleanup. It is called once for all
	// rates.
	Start func(b *testing.B) Target

	// Count counts the tokens of prompts; nil means dataset.Estimate.
	Count dataset.Counter

	// MaxLagPercent is that of workload.Load: a server in the same process, or on the same machine, takes CPU time from the load
	// generator, and wants more than the default.
	MaxLagPercent float64

	// Log gets a line for each request, as soon as it ends: what a run that is killed has measured is in there. See the package
	// comment. Nil keeps none.
	Log io.Writer
}

// Benchmark runs a scenario as benchmarks, one for each rate, named case=<name>/rate=<requests per second>, and one for its sweep,
// if it has one, named case=<name>/sweep. Each sends b.N prompts at its rate and reports what the package comment lists.
//
//	func BenchmarkServing(b *testing.B) {
//		s, err := serving.OpenScenario("testdata/multi-lora.json")
//		if err != nil {
//			b.Fatal(err)
//		}
//		serving.Benchmark(b, s)
//	}
//
// The server is the one that a gate names (workload.Target), else the scenario's. It must answer a first request for one token
// within the scenario's timeout, and within half a minute; if it does not, the benchmarks fail and say in what way.
func Benchmark(b *testing.B, s Scenario) { BenchmarkOf(b, s, Options{}) }

// BenchmarkOf is Benchmark with options.
func BenchmarkOf(b *testing.B, s Scenario, o Options) {
	b.Run("case="+s.Name, func(b *testing.B) {
		c := &course{b: b, scenario: s, options: o}
		for _, rate := range s.Rates {
			b.Run(ratename.Of(rate), func(b *testing.B) { c.run(b, rate) })
		}
		if !s.Sweep.isZero() {
			b.Run("sweep", c.sweep)
		}
	})
}
