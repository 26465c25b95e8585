package workload

import (
	"context"
	"sync"
	"time"
)

// Drive serves b.N requests as load says and records each, from when it was due. It stands in the place of the benchmark's loop, in a
// benchmark of the b.N kind:
//
//	func BenchmarkServe(b *testing.B) {
//		rec := workload.Record(b)
//		rec.Drive(workload.Load{Rate: 300}, func(ctx context.Context, r *workload.Request) error {
//			return call(ctx)
//		})
//	}
//
// Requests of load is left 0, or b.N. The benchmark's timer runs from the start to the end of the last request. As with Do, an error
// or a panic of a request fails the benchmark with the number of the request, and no more are served; so does a run that is invalid. An open loop
// also reports its send lag and rate: p50-lag-ns, p99-lag-ns, sent-req/s.
//
// A gate measures such a benchmark in whole runs, each with as many requests as its policy needs: in a duet the gate would say when
// they are served.
func (r *Recorder) Drive(load Load, serve func(context.Context, *Request) error) LoadResult {
	r.b.Helper()
	if load.Requests != 0 && load.Requests != r.b.N {
		r.fail("workload: Load.Requests is %d and b.N %d; leave Requests 0, and choose with -benchtime", load.Requests, r.b.N)
		return LoadResult{}
	}
	if r.seat != nil && r.b.N > 1 {
		r.standAside()
	}
	load.Requests = r.b.N
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	var first sync.Once
	r.b.ResetTimer()
	result, err := load.Run(ctx, func(ctx context.Context, i int, due time.Time) error {
		err := r.serve(func(q *Request) error { return serve(ctx, q) }, int64(due.Sub(r.epoch)), r.begun.Add(1), "request")
		if err != nil {
			first.Do(func() { stop(err) })
		}
		return err
	})
	r.b.StopTimer()
	if r.failed.Load() {
		return result
	}
	if err != nil {
		r.fail("workload: %v", err)
		return result
	}
	for _, reason := range result.Invalid {
		r.b.Errorf("workload: invalid: %s", reason)
	}
	if load.Rate > 0 {
		r.b.ReportMetric(float64(result.LagP50), "p50-lag-ns")
		r.b.ReportMetric(float64(result.LagP99), "p99-lag-ns")
		r.b.ReportMetric(result.SentRate, "sent-req/s")
	}
	return result
}
