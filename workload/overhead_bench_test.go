package workload

import (
	"runtime"
	"sync"
	"testing"
	"time"
)

// BenchmarkOverhead compares requests that do nothing through a Recorder with the same called in a bare loop, batch by batch
// in turn, on one goroutine and on one for each CPU. ns/op is a batch of both; bare-ns, recorded-ns and added-ns are those of a
// request.
func BenchmarkOverhead(b *testing.B) {
	const batch = 10_000
	for _, c := range []struct {
		name       string
		goroutines int
	}{{"closed", 1}, {"parallel", runtime.GOMAXPROCS(0)}} {
		b.Run(c.name, func(b *testing.B) {
			rec := Record(b)
			var bare, recorded time.Duration
			for b.Loop() {
				bare += together(c.goroutines, batch, func() { _ = idle(nil) })
				recorded += together(c.goroutines, batch, func() { rec.Do(idle) })
			}
			per := float64(b.N * batch)
			b.Cleanup(func() { // after the Recorder's own report, which is of no interest
				b.ReportMetric(float64(bare)/per, "bare-ns")
				b.ReportMetric(float64(recorded)/per, "recorded-ns")
				b.ReportMetric(float64(recorded-bare)/per, "added-ns")
			})
		})
	}
}

// idle is a request that does nothing, called as one that does something would be.
var idle = func(*Request) error { return nil }

// together calls do n times on each of so many goroutines at once, and returns how long that took.
func together(goroutines, n int, do func()) time.Duration {
	var all sync.WaitGroup
	began := time.Now()
	for range goroutines {
		all.Go(func() {
			for range n {
				do()
			}
		})
	}
	all.Wait()
	return time.Since(began)
}
