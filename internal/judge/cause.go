package judge

import (
	"fmt"
	"math"
	"regexp"

	"github.com/tailgate-go/tailgate/policy"
)

// wholeRequest matches the quantiles of whole requests, not those of a stage.
var wholeRequest = regexp.MustCompile(`^p\d+(\.\d+)?-ns$`)

// explain adds to the reason what all that was measured of the benchmark says of the verdict.
func explain(v policy.Verdict, m policy.Measured, plan Plan) policy.Verdict {
	if v.Outcome == policy.Inconclusive {
		v.Reason += "; " + advice(v, m, plan)
	}
	if cause := cause(v, m); cause != "" {
		v.Reason += "; " + cause
	}
	return v
}

// cause says whether a request that takes longer also computes more. It is empty where that is not known: a stage's CPU time is not,
// and whole runs count none.
func cause(v policy.Verdict, m policy.Measured) string {
	if v.Outcome != policy.Regressed && v.Outcome != policy.Inconclusive || v.Unit != "ns/op" && !wholeRequest.MatchString(v.Unit) {
		return ""
	}
	cpu, known := change(m, "cpu-ns")
	share := v.ChangePercent / 4
	if !known || !(share > 0) || math.IsInf(share, 0) {
		return ""
	}
	if cpu >= share {
		return fmt.Sprintf("CPU time per request grew with it (%s)", signed(cpu))
	}
	if mean, known := change(m, "ns/op"); known && mean < share { // a few requests that compute more would not show either
		return fmt.Sprintf("CPU time per request did not grow with it (%s), nor did the mean (%s): few requests wait or do more, "+
			"or the machine was disturbed", signed(cpu), signed(mean))
	}
	return fmt.Sprintf("CPU time per request did not grow with it (%s): requests wait (lock, sleep, I/O), or the machine was disturbed", signed(cpu))
}

// change is that of the medians of a metric in percent, if both sides have it.
func change(m policy.Measured, unit string) (percent float64, known bool) {
	metric := m.Metric(unit)
	percent = metric.ChangePercent
	return percent, metric.Baseline.N > 0 && metric.Candidate.N > 0 && !math.IsNaN(percent) && !math.IsInf(percent, 0)
}

func signed(percent float64) string {
	if math.Abs(percent) >= 1e4 {
		return fmt.Sprintf("%+.1e %%", percent)
	}
	return fmt.Sprintf("%+.2f %%", percent)
}
