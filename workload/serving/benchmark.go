package serving

import (
	"io"
	"os"
	"testing"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// Options say what a scenario leaves open. The zero value suits a scenario that names its server, or a gate that does.
type Options struct {
	// Start starts a server where neither a gate nor the scenario names one, and has it ended by b.Cleanup. It is called once for all
	// rates.
	Start func(b *testing.B) Target

	// Count counts the tokens of prompts; nil means dataset.Estimate.
	Count dataset.Counter

	// Results is a file that gets what each run came to, as JSON: scenario, server, errors, throughput and quantiles. It is replaced
	// as a whole when a rate has been run; results.schema.json beside this package describes it. The one prompt by which testing finds
	// out what there is to run is no run, unless it fails or is all that the scenario has. Empty means none.
	Results string

	// Handover is a file by which processes that make a run each count as one: Results and the tables have the runs of those before
	// this one, too, and the next finds all of them there. The first finds no such file. Empty means that this process is alone.
	Handover string

	// Log gets a line for each request, as soon as it ends, so that it has what a killed run measured. See the package comment. Nil
	// keeps none.
	Log io.Writer
}

// Benchmark runs a scenario as benchmarks, one for each rate, named case=<name>/rate=<requests per second>, and one for its sweep,
// if it has one, named case=<name>/sweep. Each sends b.N prompts at its rate and reports what the package comment lists. Where the
// scenario has numbers of requests under way in the place of rates, names are case=<name>/concurrency=<number>, and where it is to
// be as fast as it goes, case=<name>/rate=max.
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
		var err error
		if c.kept, err = takeOver(o.Handover); err != nil {
			b.Fatalf("serving: %v", err)
		}
		for _, p := range s.points() {
			b.Run(p.name(), func(b *testing.B) { c.run(b, p) })
			// Below the results, where testing has ended its line: what a benchmark logs is cut after ten.
			_, _ = io.WriteString(os.Stdout, c.table(p.name())) // what cannot be shown is in the metrics
		}
		if !s.Sweep.isZero() {
			b.Run("sweep", c.sweep)
		}
	})
}
