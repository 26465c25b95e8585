package workload

import (
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// Round tells a gate the size of a round of a benchmark that is measured in whole runs, such as one that drives a [Load]: so many
// requests on each side, which take at least takes, by their schedule and with what comes before them. A gate without time for its
// rounds says so before it measures. If its policy needs more requests for a quantile, it sends more. 0 leaves either open: a run
// then has 100 requests. Outside of gates Round does nothing, and testing chooses b.N.
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
