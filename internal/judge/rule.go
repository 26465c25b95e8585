package judge

import (
	"regexp"

	"github.com/tailgate-go/tailgate/policy"
)

// rule is one of the policy's, with its pattern compiled.
type rule struct {
	*policy.Rule
	pattern *regexp.Regexp // of the whole name; nil: all names
}

// compiled are the rules of p. Package policy refuses a pattern that is none; here it matches nothing.
func compiled(p policy.Policy) []rule {
	rules := make([]rule, len(p.Rules))
	for i := range p.Rules {
		r := rule{Rule: &p.Rules[i]}
		if r.Benchmark != "" {
			re, err := regexp.Compile("^(?:" + r.Benchmark + ")$")
			if err != nil {
				re = regexp.MustCompile(`[^\s\S]`)
			}
			r.pattern = re
		}
		rules[i] = r
	}
	return rules
}

// names reports whether the rule's pattern matches the benchmark's name.
func (r rule) names(benchmark string) bool {
	return r.pattern == nil || r.pattern.MatchString(benchmark)
}

// matches reports whether the rule speaks of the benchmark, if that reports the metric.
func (r rule) matches(pair Pair) bool {
	return r.names(pair.Name()) && !(r.Plain && pair.recorded)
}

// specificity orders rules for the same metric that match a benchmark: one that has its name, as it is or quoted, wins over
// another pattern, a pattern over none. Of those that are alike one for plain benchmarks alone wins, and then the later.
func specificity(r policy.Rule, benchmark string) int {
	s := 0
	switch r.Benchmark {
	case "":
	case benchmark, regexp.QuoteMeta(benchmark):
		s = 4
	default:
		s = 2
	}
	if r.Plain {
		s++
	}
	return s
}

// rulesFor picks the most specific rule for each unit that the policy judges on the benchmark, in the policy's
// order. A rule counts as used when it matches, even if a more specific one wins.
func (j Judge) rulesFor(pair Pair) []*policy.Rule {
	var order []string
	best := map[string]*policy.Rule{}
	for _, r := range j.rules {
		if !r.matches(pair) {
			continue
		}
		unit := r.Unit()
		previous, seen := best[unit]
		if !seen {
			order = append(order, unit)
		}
		if !seen || specificity(*r.Rule, pair.Name()) >= specificity(*previous, pair.Name()) {
			best[unit] = r.Rule
		}
	}
	rules := make([]*policy.Rule, len(order))
	for i, unit := range order {
		rules[i] = best[unit]
	}
	return rules
}
