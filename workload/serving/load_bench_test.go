//go:build unix

package serving

import (
	"context"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/ratename"
	"github.com/tailgate-go/tailgate/internal/testbed/instant"
	"github.com/tailgate-go/tailgate/workload"
)

// usage is the CPU time of this process so far, in nanoseconds, how often its threads have waited, and the most memory that it had,
// in KiB (on Linux).
func usage(b *testing.B) (cpu, waits, peak int64) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano(), int64(u.Nvcsw), int64(u.Maxrss)
}

// BenchmarkLoadGenerator shows what the load generator costs and keeps up with, against a server of another process that answers
// at once: CPU time per request of this process alone, send lag, and the rates sent and achieved.
func BenchmarkLoadGenerator(b *testing.B) {
	url := instant.Start(b)
	for _, c := range []struct {
		name   string
		path   string
		stream bool
		rates  []float64
	}{
		{"plain", "", false, []float64{350, 2000, 10_000}},
		{"stream=21_events", "/events/21", true, []float64{350, 2000}},
	} {
		for _, rate := range c.rates {
			b.Run(c.name+"/"+ratename.Of(rate), func(b *testing.B) {
				client, err := NewClient(Target{URL: url + c.path})
				if err != nil {
					b.Fatal(err)
				}
				defer client.Close()
				body, err := client.Body(Request{Model: "m", Prompt: strings.Repeat("word ", 200), MaxTokens: 21, Stream: c.stream})
				if err != nil {
					b.Fatal(err)
				}
				load := workload.Load{Rate: rate, Requests: b.N, Timeout: 10 * time.Second, MaxInFlight: 1000}
				began, waited, _ := usage(b)
				b.ResetTimer()
				result, err := load.Run(context.Background(), func(ctx context.Context, _ int, due time.Time) error {
					_, err := client.Do(ctx, body, c.stream, due)
					return err
				})
				b.StopTimer()
				if err != nil || result.Failed > 0 {
					b.Fatalf("%v, %d failed, the first with %v", err, result.Failed, result.Requests[0].Err)
				}
				ended, waits, peak := usage(b)
				b.ReportMetric(float64(ended-began)/float64(b.N), "cpu-ns/req")
				b.ReportMetric(float64(waits-waited)/float64(b.N), "waits/req")
				b.ReportMetric(float64(peak)/1024, "peak-MiB")
				b.ReportMetric(float64(result.LagP50), "p50-lag-ns")
				b.ReportMetric(float64(result.LagP99), "p99-lag-ns")
				b.ReportMetric(result.SentRate, "sent-req/s")
				b.ReportMetric(result.AchievedRate, "achieved-req/s")
			})
		}
	}
}
