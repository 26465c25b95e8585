package judge

import (
	"math"

	"github.com/tailgate-go/tailgate/policy"
)

// explain adds to the reason what all that was measured of the benchmark says of the verdict.
func explain(v policy.Verdict, m policy.Measured, plan Plan) policy.Verdict {
	if v.Reason.Code == policy.BenchmarkChanged || v.Reason.Code == policy.NotMeasured || v.Reason.Code == policy.MeanBeyond {
		return v // neither more rounds nor its requests tell of the code
	}
	if v.Outcome == policy.Inconclusive || v.Outcome == policy.Blind {
		v.Reason.Advice, v.Reason.Facts.Most = advice(v, m, plan)
	}
	v.Reason.Facts.Work, v.Reason.Facts.CPUPercent, v.Reason.Facts.MeanPercent = work(v, m)
	return v
}

// work says whether a request that takes longer also computes more, with the changes of its CPU time and of its mean in percent.
// It is empty where that is not known: a stage's CPU time is not, nor is that of a benchmark without a Recorder.
func work(v policy.Verdict, m policy.Measured) (is policy.Work, cpuPercent, meanPercent float64) {
	asked := v.Outcome == policy.Regressed || v.Outcome == policy.Inconclusive || v.Outcome == policy.Blind
	_, stage, quantile := policy.Percentile(v.Unit)
	if !asked || v.Unit != "ns/op" && (!quantile || stage != "") {
		return "", 0, 0
	}
	cpu, known := changeOf(m, "cpu-ns")
	share := v.ChangePercent / 4
	if !known || !(share > 0) || math.IsInf(share, 0) {
		return "", 0, 0
	}
	mean, meanKnown := changeOf(m, "ns/op")
	if !meanKnown {
		mean = math.NaN()
	}
	switch {
	case cpu >= share:
		return policy.Computes, cpu, mean
	case meanKnown && mean < share: // a few requests that compute more would not show either
		return policy.TailWaits, cpu, mean
	}
	return policy.Waits, cpu, mean
}

// changeOf is that of the medians of a metric in percent, if both sides have it.
func changeOf(m policy.Measured, unit string) (percent float64, known bool) {
	metric := m.Metric(unit)
	percent = metric.ChangePercent
	return percent, metric.Baseline.N > 0 && metric.Candidate.N > 0 && !math.IsNaN(percent) && !math.IsInf(percent, 0)
}
