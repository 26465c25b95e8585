package pace

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/latency"
)

// BenchmarkLateness waits for 350 instants a second, the guide's highest rate, by turns with a Waiter and with time.Sleep: an
// iteration is one wait of each. Run it with -benchtime=2000x.
func BenchmarkLateness(b *testing.B) {
	w := waiter(b)
	rng := rand.New(rand.NewPCG(1, 350))
	var paced, slept latency.Distribution
	at := time.Now()
	for b.Loop() {
		at = at.Add(time.Duration(rng.ExpFloat64() / 350 * float64(time.Second)))
		if late := time.Since(at); late > 0 {
			at = at.Add(late)
		}
		if err := w.Until(b.Context(), at); err != nil {
			b.Fatal(err)
		}
		paced.Record(int64(time.Since(at)))

		at = at.Add(time.Duration(rng.ExpFloat64() / 350 * float64(time.Second)))
		time.Sleep(time.Until(at))
		slept.Record(int64(max(0, time.Since(at))))
	}
	for name, d := range map[string]*latency.Distribution{"": &paced, "sleep-": &slept} {
		late := d.Quantiles(0.50, 0.99)
		b.ReportMetric(float64(late[0]), "p50-"+name+"late-ns")
		b.ReportMetric(float64(late[1]), "p99-"+name+"late-ns")
	}
}
