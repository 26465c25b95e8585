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
	r.Latency.report(report, "")
	report(r.Latency.Mean(), "mean-ns")
	report(float64(r.Latency.Min()), "min-ns")
	report(float64(r.Latency.Max()), "max-ns")
	if seconds > 0 {
		report(float64(r.Latency.Len())/seconds, "req/s")
	}
	for i := range r.Stages {
		s := &r.Stages[i]
		if s.Times.Len() > 0 {
			s.Times.report(report, s.Name+"-")
		}
	}
	for _, of := range []struct {
		times  *Distribution
		prefix string
	}{{&r.TTFT, "ttft-"}, {&r.Gap, "itl-"}, {&r.TPOT, "tpot-"}} {
		if of.times.Len() > 0 {
			of.times.report(report, of.prefix)
		}
	}
	if seconds > 0 && r.Tokens > 0 {
		report(float64(r.Tokens)/seconds, "tok/s")
	}
}

// percents are the quantiles that are reported of everything.
var percents = [...]int{50, 90, 95, 99}

// report reports quantiles of what the prefix names.
func (d *Distribution) report(report func(value float64, unit string), prefix string) {
	qs := make([]float64, len(percents))
	for i, p := range percents {
		qs[i] = float64(p) / 100
	}
	for i, v := range d.Quantiles(qs...) {
		report(float64(v), fmt.Sprintf("p%d-%sns", percents[i], prefix))
	}
}
