package serving

import (
	"testing"

	"github.com/tailgate-go/tailgate/internal/latency"
)

// timings are those of the requests that succeeded, with what a gate has planted; a time that was not measured is not in them.
type timings struct {
	latency, ttft, tpot, itl, normalized latency.Distribution
}

// add adds those of a request.
func (t *timings) add(r Reply) {
	t.latency.Record(int64(r.Latency))
	if r.TTFT > 0 {
		t.ttft.Record(int64(r.TTFT))
	}
	if r.TPOT > 0 {
		t.tpot.Record(int64(r.TPOT))
	}
	if r.Normalized > 0 {
		t.normalized.Record(int64(r.Normalized))
	}
	for _, gap := range r.Gaps {
		t.itl.Record(max(1, int64(gap))) // as a Recorder has them
	}
}

// plus adds those of another run.
func (t *timings) plus(o *timings) {
	t.latency.Add(&o.latency)
	t.ttft.Add(&o.ttft)
	t.tpot.Add(&o.tpot)
	t.itl.Add(&o.itl)
	t.normalized.Add(&o.normalized)
}

// report tells the means that no Recorder does.
func (t *timings) report(b *testing.B) {
	b.Helper()
	report := func(d *latency.Distribution, unit string) {
		if d.Len() > 0 {
			b.ReportMetric(d.Mean(), unit)
		}
	}
	report(&t.ttft, "mean-ttft-ns")
	report(&t.tpot, "mean-tpot-ns")
	report(&t.itl, "mean-itl-ns")
	report(&t.normalized, "mean-normalized-ns")
}
