//go:build unix

package workload

import (
	"context"
	"fmt"
	"syscall"
	"testing"

	"github.com/tailgate-go/tailgate/internal/ratename"
)

// cpu is the CPU time of this process so far, in nanoseconds.
func cpu(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// BenchmarkLoad shows what driving costs, with requests that do nothing: CPU time per request, and how late they are sent.
func BenchmarkLoad(b *testing.B) {
	for _, rate := range []float64{350, 1000, 10_000, 100_000} {
		b.Run(ratename.Of(rate), func(b *testing.B) {
			rec := Record(b)
			began := cpu(b)
			rec.Drive(Load{Rate: rate, MaxLagPercent: 1e6}, func(context.Context, *Request) error { return nil })
			b.ReportMetric(float64(cpu(b)-began)/float64(b.N), "cpu-ns/req")
		})
	}
	for _, clients := range []int{1, 8} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			rec := Record(b)
			began := cpu(b)
			rec.Drive(Load{Concurrency: clients}, func(context.Context, *Request) error { return nil })
			b.ReportMetric(float64(cpu(b)-began)/float64(b.N), "cpu-ns/req")
		})
	}
}
