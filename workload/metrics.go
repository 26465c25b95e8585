package workload

import (
	"cmp"
	"fmt"
	"math"

	"github.com/tailgate-go/tailgate/internal/duet"
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
	var whole latency.Requests
	for _, q := range r.all {
		whole.Add(&q.recorded)
	}
	if whole.Latency.Len() == 0 && r.tried {
		return
	}
	if whole.Latency.Len() == 0 {
		b.Errorf("workload: %s recorded no request: serve requests with Recorder.Do inside the benchmark loop", b.Name())
		return
	}
	whole.Report(cmp.Or(r.elapsed, b.Elapsed()), b.ReportMetric)
	if r.cpu > 0 {
		b.ReportMetric(math.Round(float64(duet.CPU()-r.cpu)/float64(r.begun.Load())), "cpu-ns")
	}
}
