package judge

import (
	"fmt"

	"github.com/tailgate-go/tailgate/policy"
)

// standing settles what needs no statistics: benchmarks and metrics that one side lacks, and those that must not be judged.
func (j Judge) standing(pair Pair, unit string) (policy.Outcome, string) {
	switch b, c := pair.Baseline, pair.Candidate; {
	case c == nil && j.policy.OnRemoved == policy.Warn:
		return policy.OK, "removed: in the baseline, not in the candidate; the policy allows it"
	case c == nil:
		return policy.Invalid, `removed: in the baseline, not in the candidate; if that is meant, set "on_removed": "warn" in the policy`
	case c.Problem != "":
		return policy.Invalid, c.Problem
	case b == nil:
		return policy.Added, "not in the baseline yet"
	case b.Problem != "":
		return policy.Invalid, b.Problem
	case len(c.Metrics[unit]) == 0:
		return policy.Invalid, fmt.Sprintf("the baseline reports %s, the candidate does not: report it again, or take it out of the policy", unit)
	case len(b.Metrics[unit]) == 0:
		return policy.Added, "the baseline does not report " + unit + " yet"
	default:
		for _, side := range []struct {
			name string
			*Benchmark
		}{{"baseline", b}, {"candidate", c}} {
			if need := minRequests(unit); side.Requests < need {
				return policy.Invalid, fmt.Sprintf("%s: %d requests a run are too few for %s, which needs %d: run with -benchtime=%dx",
					side.name, side.Requests, unit, need, need)
			}
			if have, runs := len(side.Metrics[unit]), side.runs(); have < runs {
				return policy.Invalid, fmt.Sprintf("%s: %s is reported by %d of %d runs: report it in all", side.name, unit, have, runs)
			}
		}
		return Unsettled, ""
	}
}
