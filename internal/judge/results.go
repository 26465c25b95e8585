package judge

import (
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// Results is what one side measured. Rules are matched with it by benchmark name and unit.
type Results struct {
	Benchmarks []Benchmark
	Better     map[string]policy.Direction // directions that the results themselves declare, by unit; may be nil
}

// Benchmark is one benchmark's runs.
type Benchmark struct {
	Package  string               // import path; may be empty
	Name     string               // without "Benchmark" and "-8": "Serve/rate=300"
	Procs    int                  // GOMAXPROCS
	Requests int                  // fewest requests behind one run; 0 when unknown, which no quantile rule accepts
	Metrics  map[string][]float64 // by unit, a value a run; not altered
	Problem  string               // why it must not be judged, in words that name the side; empty when nothing is wrong
}

type identity struct {
	pkg, name string
	procs     int
}

// runs is the number of runs: some metric is reported by all of them.
func (b Benchmark) runs() int {
	n := 0
	for _, values := range b.Metrics {
		n = max(n, len(values))
	}
	return n
}

func (b Benchmark) identity() identity { return identity{b.Package, b.Name, b.Procs} }

// minRequests is how many requests one run needs for a quantile: 5 of them beyond it, 5/(1-q).
func minRequests(unit string) int {
	percent, ok := percentile(unit)
	if !ok || percent >= 100 {
		return 0
	}
	// In tenths of a percent or finer: 5/(1-0.95) is 100, not 99.99999.
	scale := 1
	for percent != float64(int(percent)) && scale < 1e6 {
		percent *= 10
		scale *= 10
	}
	rest := 100*scale - int(percent)
	return (5*100*scale + rest - 1) / rest
}

// percentile tells that "p99.9-model-ns" is the 99.9th percentile.
func percentile(unit string) (percent float64, ok bool) {
	head, _, found := strings.Cut(unit, "-")
	if !found || !strings.HasPrefix(head, "p") || !policy.IsTime(unit) {
		return 0, false
	}
	percent, err := strconv.ParseFloat(head[1:], 64)
	return percent, err == nil && percent > 0 && percent <= 100
}

// Requests is how many requests a run must have for every quantile that is judged: 100 for p95, 500 for p99; at least 100.
func (j Judge) Requests() int {
	requests := 100
	for _, r := range j.policy.Rules {
		requests = max(requests, minRequests(r.Unit()))
	}
	return requests
}

// directionOf tells which way a unit is better; empty when nothing is known of it.
func directionOf(unit string) policy.Direction {
	switch {
	case policy.IsTime(unit), unit == "B/op", unit == "allocs/op", unit == "sec/op":
		return policy.Lower
	case strings.HasSuffix(unit, "/s"):
		return policy.Higher
	}
	return ""
}
