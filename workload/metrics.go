package workload

import (
	"fmt"

	"github.com/tailgate-go/tailgate/internal/latency"
)

// report hands everything recorded to testing. It runs in b.Cleanup, after the loop.
func (r *Recorder) report() {
	b := r.b
	if r.seated.Load() {
		r.seat.Fail(fmt.Sprintf("the benchmark ended by itself after %d requests: "+
			"its output says why, or it was given too few iterations", r.begun.Load()))
		return
	}
	if b.Failed() || b.Skipped() {
		return
	}
	var whole Request
	for _, q := range r.all {
		whole.add(q)
	}
	if whole.latency.Len() == 0 {
		b.Errorf("workload: %s recorded no request: serve requests with Recorder.Do inside the benchmark loop", b.Name())
		return
	}

	quantiles := func(d *latency.Distribution, stage string, percents ...int) {
		qs := make([]float64, len(percents))
		for i, p := range percents {
			qs[i] = float64(p) / 100
		}
		for i, v := range d.Quantiles(qs...) {
			b.ReportMetric(float64(v), fmt.Sprintf("p%d-%sns", percents[i], stage))
		}
	}
	quantiles(&whole.latency, "", 50, 90, 95, 99)
	b.ReportMetric(whole.latency.Mean(), "mean-ns")
	b.ReportMetric(float64(whole.latency.Min()), "min-ns")
	b.ReportMetric(float64(whole.latency.Max()), "max-ns")
	seconds := b.Elapsed().Seconds()
	if seconds > 0 {
		b.ReportMetric(float64(whole.latency.Len())/seconds, "req/s")
	}
	for i := range whole.stages {
		s := &whole.stages[i]
		if s.history.Len() > 0 {
			quantiles(&s.history, s.name+"-", 50, 95, 99)
		}
	}
	if whole.served == 0 {
		return
	}
	quantiles(&whole.ttft, "ttft-", 50, 95, 99)
	if whole.gap.Len() > 0 {
		quantiles(&whole.gap, "itl-", 50, 95, 99)
		quantiles(&whole.tpot, "tpot-", 50, 95, 99)
	}
	if seconds > 0 {
		b.ReportMetric(float64(whole.served)/seconds, "tok/s")
	}
}

// add puts all that o recorded into q.
func (q *Request) add(o *Request) {
	q.latency.Add(&o.latency)
	q.ttft.Add(&o.ttft)
	q.tpot.Add(&o.tpot)
	q.gap.Add(&o.gap)
	q.served += o.served
	for i := range o.stages {
		name := o.stages[i].name
		at := -1
		for j := range q.stages {
			if q.stages[j].name == name {
				at = j
			}
		}
		if at < 0 {
			q.stages = append(q.stages, stage{name: name})
			at = len(q.stages) - 1
		}
		q.stages[at].history.Add(&o.stages[i].history)
	}
}
