package workload

import (
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// Round says what a round of a gate is to be for a benchmark that is measured in whole runs, as one that drives a [Load] is: so
// many requests on each side, of which takes is how long they take at least, by their schedule and with what comes before them. A
// gate that has no time for its rounds says so before it measures; where its policy needs more requests for a quantile it sends
// those. 0 leaves either open: a run then has 100 requests. Outside of gates Round does nothing: there b.N is what testing says.
//
//	rec.Round(3000, 10*time.Second) // of a load of 300 requests per second
func (r *Recorder) Round(requests int, takes time.Duration) {
	if !duet.IsSmoke() {
		return
	}
	r.b.Cleanup(func() { // what is reported before the benchmark's timer is reset is forgotten
		if requests > 0 {
			r.b.ReportMetric(float64(requests), duet.RoundUnit)
		}
		if takes > 0 {
			r.b.ReportMetric(float64(takes), duet.RoundTimeUnit)
		}
	})
}
