package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Report is what a policy says of two sides.
type Report struct {
	Verdicts   []Verdict  // benchmarks in order, then rules that match nothing
	Benchmarks []Measured // every benchmark with all it measured
	Policy     Policy     // as applied, defaults filled in
	Elsewhere  int        // benchmarks that somebody else judges: see Pair
}

// Report collects the verdicts of every pair, explains them by all that was measured, and adds an invalid one for each rule that matches
// nothing. Of pairs that are judged elsewhere judge is not asked.
func (p Policy) Report(pairs []Pair, judge func(Pair) []Verdict) Report {
	p = p.withDefaults()
	report := Report{ // there may be thousands: no verdict is copied to make room for another
		Verdicts: make([]Verdict, 0, Family(pairs)), Benchmarks: make([]Measured, 0, len(pairs)), Policy: p,
	}
	plan := p.Plan(Family(pairs))
	used := make([]bool, len(p.Rules))
	for _, pair := range pairs {
		if pair.Elsewhere {
			report.Elsewhere++
		} else {
			m := measured(pair)
			for _, v := range judge(pair) {
				report.Verdicts = append(report.Verdicts, v.explain(m, plan))
			}
			report.Benchmarks = append(report.Benchmarks, m)
		}
		for i, rule := range p.Rules {
			if rule.matches(pair.Name()) && pair.reports(rule.Unit()) {
				used[i] = true
			}
		}
	}
	for i, rule := range p.Rules {
		if !used[i] {
			report.Verdicts = append(report.Verdicts, Verdict{
				Rule: rule, Unit: rule.Unit(), Outcome: Invalid, Fails: true, Reason: matchesNothing(rule, pairs),
			})
		}
	}
	return report
}

// matchesNothing says what a rule that matches nothing could have matched.
func matchesNothing(rule Rule, pairs []Pair) string {
	var named, all []string
	units := map[string]bool{}
	for _, pair := range pairs {
		all = append(all, pair.Name())
		if rule.matches(pair.Name()) {
			named = append(named, pair.Name())
			for _, unit := range pair.units() {
				units[unit] = true
			}
		}
	}
	switch {
	case len(pairs) == 0:
		return "the rule matches nothing: there are no benchmarks"
	case len(named) == 0:
		return fmt.Sprintf("the rule matches nothing: benchmark %q must match the whole of one of %s", rule.Benchmark, list(all))
	}
	hint := "name one of those"
	if strings.HasPrefix(rule.Metric, "p") && IsTime(rule.Metric) && !units["p50-ns"] {
		hint = "record its requests with workload.Record, or name one of those"
	}
	verb := "reports"
	if len(named) > 1 {
		verb = "report"
	}
	return fmt.Sprintf("the rule matches nothing: %s %s no %s, only %s: %s", list(named), verb, rule.Unit(), list(slices.Sorted(maps.Keys(units))), hint)
}

// list joins up to five words.
func list(words []string) string {
	const most = 5
	if len(words) > most {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", len(words)-most)
	}
	return strings.Join(words, ", ")
}

// Fails reports whether the test run fails. A report without verdicts does, unless all there is to judge is judged elsewhere.
func (r Report) Fails() bool {
	for _, v := range r.Verdicts {
		if v.Fails {
			return true
		}
	}
	return len(r.Verdicts) == 0 && r.Elsewhere == 0
}

// Outcome is the gravest of the verdicts': invalid, regressed, inconclusive, improved, added, ok. A report without
// verdicts is invalid, and ok if all there is to judge is judged elsewhere.
func (r Report) Outcome() Outcome {
	gravity := map[Outcome]int{OK: 1, Added: 2, Improved: 3, Inconclusive: 4, Regressed: 5, Invalid: 6}
	worst := Outcome("")
	for _, v := range r.Verdicts {
		if gravity[v.Outcome] > gravity[worst] {
			worst = v.Outcome
		}
	}
	if worst == "" && r.Elsewhere > 0 {
		return OK
	}
	if worst == "" {
		return Invalid
	}
	return worst
}
