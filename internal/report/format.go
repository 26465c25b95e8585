package report

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// amount is a value with its unit, in three digits or more: "26.2 ms", "37.1 req/s".
func amount(value float64, unit string) string {
	if policy.IsTime(unit) {
		return nanoseconds(value)
	}
	return number(value) + " " + unit
}

// nanoseconds is a time in the unit that suits it.
func nanoseconds(ns float64) string {
	if math.IsInf(ns, 0) || math.IsNaN(ns) {
		return number(ns)
	}
	for _, u := range []struct {
		name string
		size float64
	}{{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}} {
		if math.Abs(ns) >= u.size {
			return number(ns/u.size) + " " + u.name
		}
	}
	return number(ns) + " ns"
}

// number has four digits where they mean something.
func number(v float64) string {
	switch a := math.Abs(v); {
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	case a >= 1000 || v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	case a >= 100:
		return fmt.Sprintf("%.1f", v)
	case a >= 10:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}

// signed is an amount with its sign.
func signed(value float64, unit string) string {
	if value > 0 {
		return "+" + amount(value, unit)
	}
	return amount(value, unit)
}

// percent is a change: "+51.23 %".
func percent(p float64) string {
	switch {
	case math.IsInf(p, 0) || math.IsNaN(p):
		return strings.Replace(fmt.Sprintf("%+.0f %%", p), "Inf", "inf", 1)
	case p == 0:
		return "0 %"
	}
	return fmt.Sprintf("%+.2f %%", p)
}

// limits is what a rule tolerates: "more than 10 % and at least 1 ms".
func limits(r policy.Rule) string {
	s := fmt.Sprintf("more than %v %%", r.MaxRegressionPercent)
	if r.MinRegression > 0 {
		s += " and at least " + amount(r.MinRegression, r.Metric)
	}
	return s
}

// stageAndMetric splits a unit as the original tool named it: "p95-model-ns" is p95 of stage model.
func stageAndMetric(unit string) (stage, metric string) {
	if unit == "req/s" {
		return "end_to_end", "throughput"
	}
	body, isTime := strings.CutSuffix(unit, "-ns")
	if !isTime {
		return "end_to_end", unit
	}
	metric, stage, _ = strings.Cut(body, "-")
	if stage == "" {
		stage = "end_to_end"
	}
	return stage, metric
}

// status is the outcome as a reader must not overlook it.
func status(v policy.Verdict) string {
	s := string(v.Outcome)
	if v.Fails {
		s = strings.ToUpper(s)
	}
	return s
}

// headline says in a sentence how it went.
func (d Document) headline() string {
	verdict := "PASS"
	if !d.Passes() {
		verdict = "FAIL"
	}
	if d.Error != "" {
		return verdict + ": invalid: nothing could be judged"
	}
	counts := map[policy.Outcome]int{}
	for _, v := range d.Report.Verdicts {
		counts[v.Outcome]++
	}
	var parts []string
	for _, o := range []policy.Outcome{policy.Regressed, policy.Invalid, policy.Inconclusive, policy.Improved, policy.Added, policy.OK} {
		if counts[o] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[o], o))
		}
	}
	s := verdict + ": " + strings.Join(parts, ", ")
	if d.Expected != "" {
		s += fmt.Sprintf(" (expected: %s)", d.Expected)
	}
	return s
}

// took is how long it took, to the tenth of a second.
func (d Document) took() string { return d.Took.Round(100 * time.Millisecond).String() }

// provenance are the lines that say what was compared.
func (d Document) provenance() []Fact {
	side := func(s Side) string {
		if s.What == "" {
			return "none"
		}
		return s.What + ": " + s.Why
	}
	facts := []Fact{{"baseline", side(d.Baseline)}, {"candidate", side(d.Candidate)}}
	if d.Planted != "" {
		facts = append(facts, Fact{"planted", d.Planted + " in every request of the candidate, on purpose"})
	}
	if len(d.Environment) > 0 {
		var parts []string
		for _, f := range d.Environment {
			parts = append(parts, f.Name+" "+f.Value)
		}
		facts = append(facts, Fact{"machine", strings.Join(parts, ", ")})
	}
	for _, s := range d.Settings {
		facts = append(facts, Fact{"setting", fmt.Sprintf("%s = %s (from %s)", s.Name, s.Value, s.Source)})
	}
	if d.Took > 0 {
		facts = append(facts, Fact{"took", d.took()})
	}
	if d.Out != "" {
		facts = append(facts, Fact{"results", d.Out})
	}
	return facts
}
