package policy_test

import (
	"fmt"

	"github.com/tailgate-go/tailgate/policy"
)

func ExampleParse() {
	p, err := policy.Parse("gate.json", []byte(`{"version": 1, "rules": [
  {"metric": "p95-ns", "max_regression_percent": 10, "min_regression": "1ms"},
  {"metric": "p95-ns", "stage": "model", "benchmark": "Decoder/.*", "max_regression_percent": 5},
  {"metric": "req/s", "max_regression_percent": 10}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, rule := range p.Rules {
		fmt.Printf("%v: %g %%, %g\n", rule, rule.MaxRegressionPercent, rule.MinRegression)
	}
	// Output:
	// p95-ns: 10 %, 1e+06
	// p95-ns of stage model, benchmark "Decoder/.*": 5 %, 0
	// req/s: 10 %, 0
}

// An error says where, what, and what to write instead.
func ExampleParse_error() {
	_, err := policy.Parse("gate.json", []byte(`{"version": 1, "rules": [
  {"metric": "p95-ns", "max_regression_percent": "10"}]}`))
	fmt.Println(err)
	// Output:
	// gate.json:2:24: rules[0].max_regression_percent is a JSON string; write a number, such as 10
}

// Two lists of numbers, each side's p95 in six runs: the candidate is slower by more than 10 % and by at least 1 ms.
func ExampleRule_Judge() {
	rule := policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1e6}
	baseline := []float64{20.1e6, 20.3e6, 20.2e6, 20.0e6, 20.4e6, 20.2e6}
	candidate := []float64{23.4e6, 23.1e6, 23.3e6, 23.6e6, 23.2e6, 23.5e6}
	v := rule.Judge(baseline, candidate, policy.Look{Alpha: 0.05, Last: true})
	fmt.Printf("%s (%s): %+.1f %%, between %+.1f and %+.1f %%, p=%.3f\n",
		v.Outcome, v.Reason.Code, v.ChangePercent, v.Percent.Lo, v.Percent.Hi, v.P)
	// Output:
	// regressed (beyond-limits): +15.6 %, between +14.4 and +16.8 %, p=0.002
}
