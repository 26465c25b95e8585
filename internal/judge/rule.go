package judge

import (
	"regexp"

	"github.com/tailgate-go/tailgate/policy"
)

// matches reports whether the rule speaks of the named benchmark.
func matches(r policy.Rule, benchmark string) bool {
	if r.Benchmark == "" {
		return true
	}
	re, err := regexp.Compile("^(?:" + r.Benchmark + ")$")
	return err == nil && re.MatchString(benchmark)
}

// specificity orders rules for the same metric: one that names a benchmark literally wins over a pattern, a pattern over
// none, and of equals the later.
func specificity(r policy.Rule) int {
	switch {
	case r.Benchmark == "":
		return 0
	case regexp.QuoteMeta(r.Benchmark) != r.Benchmark:
		return 1
	}
	return 2
}

// rulesFor picks the most specific rule for each unit that the policy judges on the named benchmark, in the policy's
// order. A rule counts as used when it matches, even if a more specific one wins.
func (j Judge) rulesFor(benchmark string) []*policy.Rule {
	var order []string
	best := map[string]*policy.Rule{}
	for i := range j.policy.Rules {
		r := &j.policy.Rules[i]
		if !matches(*r, benchmark) {
			continue
		}
		unit := r.Unit()
		previous, seen := best[unit]
		if !seen {
			order = append(order, unit)
		}
		if !seen || specificity(*r) >= specificity(*previous) {
			best[unit] = r
		}
	}
	rules := make([]*policy.Rule, len(order))
	for i, unit := range order {
		rules[i] = best[unit]
	}
	return rules
}
