package judge

import (
	"maps"
	"slices"

	"github.com/tailgate-go/tailgate/policy"
)

// Report collects the verdicts of every pair, explains them by all that was measured, and adds an invalid one for each rule that
// matches nothing. verdicts[i] are those on pairs[i]; pairs that are judged elsewhere have none.
func (j Judge) Report(pairs []Pair, verdicts [][]policy.Verdict) policy.Report {
	r := j.begin(pairs)
	for i, pair := range pairs {
		r.add(pair, verdicts[i])
	}
	return r.end(pairs)
}

// reporter makes a report pair by pair: there may be thousands, and no verdict is kept twice.
type reporter struct {
	judge  Judge
	plan   Plan
	report policy.Report
	used   []bool // the rules that match something
}

func (j Judge) begin(pairs []Pair) *reporter {
	family := Family(pairs)
	return &reporter{judge: j, plan: j.Plan(family), used: make([]bool, len(j.rules)), report: policy.Report{
		Verdicts: make([]policy.Verdict, 0, family), Benchmarks: make([]policy.Measured, 0, len(pairs)), Policy: j.policy,
		Trailers: j.Trailers(),
	}}
}

func (r *reporter) add(pair Pair, verdicts []policy.Verdict) {
	if pair.Elsewhere {
		r.report.Elsewhere++
	} else {
		m, plan := measured(pair), r.plan
		if pair.Linked {
			plan = plan.Linked()
		}
		for _, v := range verdicts {
			since := v.Anchor
			v = r.explained(v, pair, m, plan)
			if since != nil {
				v.Anchor = ofAnchor(r.explained(*since, *pair.Since, measured(*pair.Since), plan))
			}
			r.report.Verdicts = append(r.report.Verdicts, r.settled(v))
		}
		r.report.Benchmarks = append(r.report.Benchmarks, m)
	}
	r.use(pair)
}

// use notes which rules match the pair.
func (r *reporter) use(pair Pair) {
	for i, rule := range r.judge.rules {
		if !r.used[i] && rule.matches(pair) && pair.reports(rule.Unit()) {
			r.used[i] = true
		}
	}
}

// explained is a verdict on a pair with what all that was measured of it says.
func (r *reporter) explained(v policy.Verdict, pair Pair, m policy.Measured, plan Plan) policy.Verdict {
	v = explain(r.judge.ofChanged(ofSameCode(v, pair), pair), m, plan)
	v.Reason.Facts.FirstLinks = firstLinks(v, pair)
	return v
}

func (r *reporter) end(pairs []Pair) policy.Report {
	r.rest(pairs)
	rules := r.judge.rules
	if r.judge.byDefault { // nobody wrote them: it is enough that one of them matches something
		rules = rules[:1]
		r.used[0] = slices.Contains(r.used, true)
	}
	for i, rule := range rules {
		if !r.used[i] {
			r.report.Verdicts = append(r.report.Verdicts, policy.Verdict{
				Rule: *rule.Rule, Unit: rule.Unit(), Outcome: policy.Invalid, Fails: true, Reason: matchesNothing(rule, pairs),
			})
		}
	}
	return r.report
}

// matchesNothing says what a rule that matches nothing could have matched.
func matchesNothing(rule rule, pairs []Pair) policy.Reason {
	var named, all []string
	units := map[string]bool{}
	for _, pair := range pairs {
		all = append(all, pair.Name())
		if rule.names(pair.Name()) {
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
			Code: policy.RuleMatchesNoName, Facts: policy.Facts{Benchmarks: first(all)},
			Advice: []policy.Advice{correct},
		}
	}
	advice := []policy.Advice{correct}
	if _, _, quantile := policy.Percentile(rule.Metric); quantile && !units["p50-ns"] {
		advice = []policy.Advice{{Do: policy.RecordRequests}, correct}
	}
	reported := slices.Sorted(maps.Keys(units))
	return policy.Reason{Code: policy.RuleMatchesNoMetric, Advice: advice, Facts: policy.Facts{
		Benchmarks: first(named), Units: first(reported),
	}}
}

// first are the first five names: there may be thousands.
func first(names []string) *policy.Names {
	return &policy.Names{First: slices.Clone(names[:min(len(names), 5)]), InAll: len(names)}
}
