package latency

import (
	"fmt"
	"time"
)

// Report hands over each metric with its unit, in one order always; package workload documents them. Elapsed is the
// benchmark's timed seconds, by which requests and tokens are divided: where it is 0 there are no rates. Without requests
// there is nothing to report.
func (r *Requests) Report(elapsed time.Duration, report func(value float64, unit string)) {
	if r.Latency.Len() == 0 {
		return
	}
	seconds := elapsed.Seconds()
	r.Latency.report(report, "", 50, 90, 95, 99)
	report(r.Latency.Mean(), "mean-ns")
	report(float64(r.Latency.Min()), "min-ns")
	report(float64(r.Latency.Max()), "max-ns")
	if seconds > 0 {
		report(float64(r.Latency.Len())/seconds, "req/s")
	}
	for i := range r.Stages {
		s := &r.Stages[i]
		if s.Times.Len() > 0 {
			s.Times.report(report, s.Name+"-", 50, 95, 99)
		}
	}
	if r.Tokens == 0 {
		return
	}
	r.TTFT.report(report, "ttft-", 50, 95, 99)
	if r.Gap.Len() > 0 {
		r.Gap.report(report, "itl-", 50, 95, 99)
		r.TPOT.report(report, "tpot-", 50, 95, 99)
	}
	if seconds > 0 {
		report(float64(r.Tokens)/seconds, "tok/s")
	}
}

// report reports quantiles, at the given percents, of what the prefix names.
func (d *Distribution) report(report func(value float64, unit string), prefix string, percents ...int) {
	qs := make([]float64, len(percents))
	for i, p := range percents {
		qs[i] = float64(p) / 100
	}
	for i, v := range d.Quantiles(qs...) {
		report(float64(v), fmt.Sprintf("p%d-%sns", percents[i], prefix))
	}
}
