package policy

import (
	"fmt"
	"math"
)

// DefaultAlpha is the chance of a false alarm that a whole report may have.
const DefaultAlpha = 0.05

// Policy says which changes for the worse are tolerated. The zero value is the default policy: see Default. A Policy is not altered
// by its methods and may be used concurrently.
type Policy struct {
	Alpha          float64 // family-wise error rate of the report, in (0, 0.5]; 0 means 0.05
	OnInconclusive Effect  // what an inconclusive verdict does; the zero value fails
	OnBlind        Effect  // what a blind verdict does; the zero value warns
	OnRemoved      Effect  // what a benchmark that the candidate lacks does; the zero value fails
	OnDrifted      Effect  // what a drifted verdict does; the zero value fails
	Rules          []Rule  // empty means those of Default, of which one that matches no benchmark is no error
}

// Effect is what an outcome does to the test run.
type Effect string

const (
	Fail Effect = "fail"
	Warn Effect = "warn"
)

// validate says what is wrong with the effect of that name.
func (e Effect) validate(name string) error {
	if e != "" && e != Fail && e != Warn {
		return fmt.Errorf("%s is %q; write %q or %q", name, e, Fail, Warn)
	}
	return nil
}

// oneAllocation is an allocation of each operation, less what the runtime allocates by itself now and then: allocations are counted
// and not rounded, so that one more is 0.99998 more or 1.00002.
const oneAllocation = 0.99

// Default is what the zero Policy does, spelled out. Where requests are recorded p95 latency may be worse by 10 %, and by anything
// under 1 ms. Of plain benchmarks ns/op may be worse by 10 %, B/op by 10 % and by anything under 64 B, and allocs/op by anything
// under 0.99: so by none that each operation makes.
func Default() Policy {
	return Policy{
		Alpha:          DefaultAlpha,
		OnInconclusive: Fail,
		OnBlind:        Warn,
		OnRemoved:      Fail,
		OnDrifted:      Fail,
		Rules: []Rule{
			{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1e6},
			{Metric: "ns/op", MaxRegressionPercent: 10, Plain: true},
			{Metric: "allocs/op", MinRegression: oneAllocation, Plain: true},
			{Metric: "B/op", MaxRegressionPercent: 10, MinRegression: 64, Plain: true},
		},
	}
}

// Validate says what is wrong with p, nil if nothing is.
func (p Policy) Validate() error {
	_, err := p.validate()
	return err
}

// validate also names the JSON path of what is wrong.
func (p Policy) validate() (path string, err error) {
	if math.IsNaN(p.Alpha) || p.Alpha < 0 || p.Alpha > 0.5 {
		return "alpha", fmt.Errorf("alpha is %v; write a probability above 0 and up to 0.5, such as 0.05", p.Alpha)
	}
	for _, e := range []struct {
		path   string
		effect Effect
	}{{"on_inconclusive", p.OnInconclusive}, {"on_blind", p.OnBlind}, {"on_removed", p.OnRemoved}, {"on_drifted", p.OnDrifted}} {
		if err := e.effect.validate(e.path); err != nil {
			return e.path, err
		}
	}
	for i, r := range p.Rules {
		if field, err := r.validate(); err != nil {
			path := fmt.Sprintf("rules[%d]", i)
			return path + "." + field, fmt.Errorf("%s: %w", path, err)
		}
	}
	return "", nil
}
