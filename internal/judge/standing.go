package judge

import "github.com/tailgate-go/tailgate/policy"

// standing settles what needs no statistics: benchmarks and metrics that one side lacks, and those that must not be judged.
func (j Judge) standing(pair Pair, unit string) (policy.Outcome, policy.Reason) {
	switch b, c := pair.Baseline, pair.Candidate; {
	case c == nil && j.policy.OnRemoved == policy.Warn:
		return policy.OK, policy.Reason{Code: policy.RemovalAllowed}
	case c == nil:
		return invalid(policy.BenchmarkRemoved, policy.Facts{}, policy.Advice{Do: policy.AllowRemoval})
	case c.Problem.Code == policy.NotMeasured:
		return policy.Inconclusive, c.Problem
	case c.Problem.Code != "":
		return policy.Invalid, c.Problem
	case b == nil:
		return policy.Added, policy.Reason{Code: policy.NewBenchmark}
	case b.Problem.Code != "":
		return policy.Invalid, b.Problem
	case pair.Unchanged:
		return policy.OK, policy.Reason{Code: policy.Unchanged}
	case len(c.Metrics[unit]) == 0:
		return invalid(policy.MetricRemoved, policy.Facts{}, policy.Advice{Do: policy.ReportAgain})
	case len(b.Metrics[unit]) == 0:
		return policy.Added, policy.Reason{Code: policy.NewMetric}
	default:
		for _, side := range []struct {
			name string
			of   *Benchmark
		}{{"baseline", b}, {"candidate", c}} {
			if need := minRequests(unit); side.of.Requests < need {
				return invalid(policy.FewRequests, policy.Facts{Side: side.name, Have: side.of.Requests, Need: need},
					policy.Advice{Do: policy.MoreRequests, Amount: float64(need)})
			}
			if have, runs := len(side.of.Metrics[unit]), side.of.runs(); have < runs {
				return invalid(policy.InSomeRuns, policy.Facts{Side: side.name, Have: have, Need: runs}, policy.Advice{Do: policy.ReportInAll})
			}
		}
		return policy.Unsettled, policy.Reason{}
	}
}

func invalid(code policy.Code, facts policy.Facts, advice ...policy.Advice) (policy.Outcome, policy.Reason) {
	return policy.Invalid, policy.Reason{Code: code, Facts: facts, Advice: advice}
}
