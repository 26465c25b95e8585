package policy_test

import (
	"fmt"

	"github.com/tailgate-go/tailgate/policy"
)

// results are six runs of one benchmark: its p95 latency in each, in milliseconds.
func results(p95 ...float64) policy.Results {
	ns := make([]float64, len(p95))
	for i, ms := range p95 {
		ns[i] = ms * 1e6
	}
	return policy.Results{Benchmarks: []policy.Benchmark{
		{Name: "Chat", Requests: 100, Metrics: map[string][]float64{"p95-ns": ns}},
	}}
}

func ExamplePolicy_Compare() {
	baseline := results(20.1, 19.8, 20.4, 20.0, 19.9, 20.2)
	candidate := results(24.3, 24.0, 24.9, 24.2, 24.1, 24.6)

	report := policy.Default().Compare(baseline, candidate)
	for _, v := range report.Verdicts {
		fmt.Printf("%s %s: %+.1f %% (p=%.3f n=%d+%d): %s\n",
			v.Benchmark, v.Unit, v.ChangePercent, v.P, v.Baseline.N, v.Candidate.N, v.Outcome)
	}
	fmt.Println(report.Fails())
	// Output:
	// Chat p95-ns: +20.9 % (p=0.002 n=6+6): regressed
	// true
}

func ExampleParse() {
	_, err := policy.Parse("gate.json", []byte(`{"version": 1, "rules": [
  {"metric": "p95-ns", "max_regression_percent": "10"}]}`))
	fmt.Println(err)
	// Output:
	// gate.json:2:24: rules[0].max_regression_percent is a JSON string; write a number, such as 10
}
