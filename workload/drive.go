package workload

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// Drive serves b.N requests as load says and records each, from when it was due. It stands in the place of the benchmark's loop,
// in a benchmark of the b.N kind:
//
//	func BenchmarkServe(b *testing.B) {
//		rec := workload.Record(b)
//		rec.Drive(workload.Load{Rate: 300}, func(ctx context.Context, r *workload.Request) error {
//			return call(ctx)
//		})
//	}
//
// Requests of load is left 0, or b.N. The benchmark's timer runs from the start to the end of the last request. As with Do, an
// error or a panic of a request fails the benchmark with the number of the request, and no more are served; so does a run that is
// invalid, which a gate measures again. A request that fails without failing the benchmark says so with [Request.Fail]. An open
// loop also reports its send lag and rate: p50-lag-ns, p99-lag-ns, sent-req/s.
//
// With a Rate or a Concurrency, Drive does not tell testing how long the first run, of b.N = 1, took: the time of one reply does
// not predict that of many at a rate, or of several at once. The second run thus has 100 requests, unless -benchtime says how many.
//
// A gate measures such a benchmark in whole runs, each with as many requests as its policy needs: in a duet the gate would say when
// they are served.
func (r *Recorder) Drive(load Load, serve func(context.Context, *Request) error) LoadResult {
	r.b.Helper()
	if load.Requests != 0 && load.Requests != r.b.N {
		r.fail("workload: Load.Requests is %d and b.N %d; leave Requests 0, and choose with -benchtime", load.Requests, r.b.N)
		return LoadResult{}
	}
	r.standAside()
	load.Requests = r.b.N
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	var first sync.Once
	r.b.ResetTimer()
	result, err := r.run(ctx, load, func(ctx context.Context, i int, due time.Time) (latency time.Duration, err error) {
		latency, failed, err := r.driven(ctx, i, due, serve)
		if err != nil {
			first.Do(func() { stop(err) })
			return 0, err
		}
		return latency, failed
	})
	r.b.StopTimer()
	r.elapsed = result.Elapsed
	if r.failed.Load() {
		return result
	}
	if err != nil {
		r.fail("workload: %v", err)
		return result
	}
	for _, reason := range result.Invalid {
		if duet.IsWholeRun() {
			r.b.Logf("workload: to be measured again: %s", reason)
		} else {
			r.b.Errorf("workload: invalid: %s", reason)
		}
	}
	if r.b.N == 1 && (load.Rate > 0 || load.Concurrency > 0) {
		r.b.ResetTimer() // which also forgets metrics
		r.b.ReportMetric(float64(r.elapsed), "ns/op")
	}
	if load.Rate > 0 {
		r.b.ReportMetric(float64(result.LagP50), "p50-lag-ns")
		r.b.ReportMetric(float64(result.LagP99), "p99-lag-ns")
		r.b.ReportMetric(result.SentRate, "sent-req/s")
		if len(result.Invalid) > 0 {
			r.b.ReportMetric(1, duet.LateUnit)
		}
	}
	return result
}

// run runs a load of requests that say their latency, where their clients have timed it.
func (r *Recorder) run(ctx context.Context, load Load,
	serve func(ctx context.Context, i int, due time.Time) (latency time.Duration, err error)) (LoadResult, error) {
	latencies := make([]time.Duration, max(0, min(load.Requests, maxRequests)))
	result, err := load.Run(ctx, func(ctx context.Context, i int, due time.Time) (err error) {
		latencies[i], err = serve(ctx, i, due)
		return err
	})
	result.timed(latencies)
	return result, err
}

// driven serves request i of a load. latency is what its client has timed, with what a gate has planted; 0 if it has not.
// err has failed the benchmark; failed is the error that Request.Fail got.
func (r *Recorder) driven(ctx context.Context, i int, due time.Time,
	serve func(context.Context, *Request) error) (latency time.Duration, failed, err error) {
	err = r.serve(func(q *Request) error {
		q.number, q.due = i, due
		err := serve(ctx, q)
		latency, failed = q.timed.Latency, q.fault
		return err
	}, int64(due.Sub(r.epoch)), r.begun.Add(1), "request")
	return latency, failed, err
}

// Try drives a load as Drive does, but records nothing. Failed requests and invalid runs do not fail the benchmark: the result
// tells of them. It is for a load that warms up, and for benchmarks that look for something in several runs, such as the highest
// rate at which a bound holds, and report that themselves. A benchmark that calls Try alone has no metrics but testing's and its
// own. Requests of load is not bound to b.N, and with 0 nothing is sent. A gate that wants the benchmark to take turns is told that
// it drives itself: call Try, or Drive, before making anything of b.N's size. The error is that of [Load.Run]. What a gate has
// planted is in what [Request.Timed] returns.
func (r *Recorder) Try(load Load, serve func(context.Context, *Request) error) (LoadResult, error) {
	r.b.Helper()
	r.standAside()
	if load.Requests == 0 {
		return LoadResult{}, nil
	}
	if !r.tried {
		r.Round(0, time.Nanosecond) // so that no turns are asked for. What the benchmark itself has said of a round stands
	}
	r.tried = true
	result, err := r.run(context.Background(), load, func(ctx context.Context, i int, due time.Time) (time.Duration, error) {
		latency, failed, err := r.driven(ctx, i, due, func(ctx context.Context, q *Request) error {
			if err := serve(ctx, q); err != nil {
				q.Fail(err)
			}
			return nil
		})
		return latency, cmp.Or(err, failed)
	})
	r.forget()
	return result, err
}

// forget drops what was recorded.
func (r *Recorder) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reset()
}

// reset is forget for a caller that holds r.mu.
func (r *Recorder) reset() {
	for _, q := range r.all {
		q.recorded.Reset()
	}
}
