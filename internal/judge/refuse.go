package judge

import (
	"slices"

	"github.com/tailgate-go/tailgate/policy"
)

// Refuse is what is wrong with the policy by what the pairs report, so that nothing is measured in vain: an invalid verdict for
// each rule that matches nothing, and for each on a metric of which it is not known which way it is better, with the directions
// that each side declares. It has no verdict where nothing is wrong.
func (j Judge) Refuse(pairs []Pair, baselineBetter, candidateBetter map[string]policy.Direction) policy.Report {
	r := &reporter{judge: j, used: make([]bool, len(j.rules)), report: policy.Report{Policy: j.policy}}
	refused := make([]bool, len(j.rules))
	for _, pair := range pairs {
		r.use(pair)
		for _, of := range pair.rules {
			at := slices.IndexFunc(j.rules, func(other rule) bool { return other.Rule == of })
			if outcome, reason := undirected(*of, baselineBetter, candidateBetter); outcome == policy.Invalid && !refused[at] {
				refused[at] = true
				r.report.Verdicts = append(r.report.Verdicts, policy.Verdict{
					ID: pair.ID(), Rule: *of, Unit: of.Unit(), Outcome: outcome, Reason: reason, Fails: true,
				})
			}
		}
	}
	return r.end(pairs)
}

// undirected is invalid, and says why, where it is not known which way the rule's metric is better.
func undirected(rule policy.Rule, baselineBetter, candidateBetter map[string]policy.Direction) (policy.Outcome, policy.Reason) {
	unit := rule.Unit()
	switch direction, agree := declared(rule, baselineBetter[unit], candidateBetter[unit]); {
	case !agree:
		facts := policy.Facts{Words: []string{string(baselineBetter[unit]), string(candidateBetter[unit])}}
		return invalid(policy.DirectionsContradict, facts, policy.Advice{Do: policy.SetDirection})
	case direction == "" && policy.DirectionOf(unit) == "":
		return invalid(policy.DirectionUnknown, policy.Facts{}, policy.Advice{Do: policy.SetDirection})
	}
	return policy.Unsettled, policy.Reason{}
}

// Named are the units of all rules that speak of the benchmark, whether it reports them or not.
func (j Judge) Named(pair Pair) (units []string) {
	for _, rule := range j.rulesFor(pair) {
		units = append(units, rule.Unit())
	}
	return units
}
