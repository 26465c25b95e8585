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
