package judge

import (
	"maps"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// Report collects the verdicts of every pair, explains them by all that was measured, and adds an invalid one for each rule that
// matches nothing. verdicts[i] are those on pairs[i]; pairs that are judged elsewhere have none.
func (j Judge) Report(pairs []Pair, verdicts [][]policy.Verdict) policy.Report {
	report := policy.Report{ // there may be thousands: no verdict is copied to make room for another
		Verdicts: make([]policy.Verdict, 0, Family(pairs)), Benchmarks: make([]policy.Measured, 0, len(pairs)), Policy: j.policy,
	}
	plan := j.Plan(Family(pairs))
	used := make([]bool, len(j.policy.Rules))
	for n, pair := range pairs {
		if pair.Elsewhere {
			report.Elsewhere++
		} else {
			m := measured(pair)
			for _, v := range verdicts[n] {
				report.Verdicts = append(report.Verdicts, explain(v, m, plan))
			}
			report.Benchmarks = append(report.Benchmarks, m)
		}
		for i, rule := range j.rules {
			if !used[i] && rule.matches(pair.Name()) && pair.reports(rule.Unit()) {
				used[i] = true
			}
		}
	}
	for i, rule := range j.rules {
		if !used[i] {
			report.Verdicts = append(report.Verdicts, policy.Verdict{
				Rule: *rule.Rule, Unit: rule.Unit(), Outcome: policy.Invalid, Fails: true, Reason: matchesNothing(rule, pairs),
			})
		}
	}
	return report
}

// matchesNothing says what a rule that matches nothing could have matched.
func matchesNothing(rule rule, pairs []Pair) policy.Reason {
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
	correct := policy.Advice{Do: policy.CorrectRule}
	switch {
	case len(pairs) == 0:
		return policy.Reason{Code: policy.RuleWithoutBenchmarks}
	case len(named) == 0:
		return policy.Reason{
			Code: policy.RuleMatchesNoName, Facts: policy.Facts{Benchmarks: first(all), BenchmarksInAll: len(all)},
			Advice: []policy.Advice{correct},
		}
	}
	advice := []policy.Advice{correct}
	if strings.HasPrefix(rule.Metric, "p") && policy.IsTime(rule.Metric) && !units["p50-ns"] {
		advice = []policy.Advice{{Do: policy.RecordRequests}, correct}
	}
	reported := slices.Sorted(maps.Keys(units))
	return policy.Reason{Code: policy.RuleMatchesNoMetric, Advice: advice, Facts: policy.Facts{
		Benchmarks: first(named), BenchmarksInAll: len(named), Units: first(reported), UnitsInAll: len(reported),
	}}
}

// first are the first five names: there may be thousands.
func first(names []string) []string { return slices.Clone(names[:min(len(names), 5)]) }
