package workload

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// Recorder turns a benchmark into a latency workload: it times every request and reports the distribution when the
// benchmark ends. Make one with [Record]. Do may be called from many goroutines at once, as under b.RunParallel.
type Recorder struct {
	b     *testing.B
	plant duet.Plant
	seat  *duet.Seat // nil unless a gate has invited this process to a duet
	epoch time.Time  // clock readings are nanoseconds since then: time.Since is cheaper than time.Now

	begun  atomic.Int64 // requests begun
	failed atomic.Bool
	seated atomic.Bool // this Recorder's benchmark has taken the seat
	left   sync.Once

	cpu     time.Duration // of the process before the first request that Do served; 0 where that is not known
	elapsed time.Duration // that rates are reported by; 0 for the benchmark's
	tried   bool          // requests were served for Try

	idle sync.Pool // *Request, each with its own storage, so that goroutines share nothing while they measure
	mu   sync.Mutex
	all  []*Request // every Request ever made: the pool may drop its reference
}

// Record starts recording the requests of b. Call it once at the head of the benchmark function and serve every request
// through [Recorder.Do]; everything is reported through b.ReportMetric in b.Cleanup, because metrics reported before the
// first b.Loop are erased. See the package comment for the metrics.
//
// In a process that a gate has invited to a duet, Do serves requests when the gate says so, and ends the benchmark when the gate
// has enough of them; the gate gets what they measured, and nothing is reported. There b.N is 1,000,000,000, since nobody knows
// beforehand how many it will be: make nothing of that size, but as many inputs as are to differ, and use them in turn.
//
// A benchmark that ends without having recorded a request fails.
func Record(b *testing.B) *Recorder {
	b.Helper()
	plant, err := duet.PlantFromEnv()
	if err != nil {
		b.Fatalf("workload: environment variable %s: %v", duet.PlantEnv, err)
	}
	seat, err := duet.Join()
	if err != nil {
		b.Fatalf("workload: %v", err)
	}
	r := &Recorder{b: b, plant: plant, seat: seat, epoch: time.Now()}
	if seat != nil && seat.Over() != nil {
		r.leave()
	}
	r.idle.New = func() any {
		q := &Request{recorder: r}
		r.mu.Lock()
		r.all = append(r.all, q)
		r.mu.Unlock()
		return q
	}
	b.Cleanup(r.report)
	return r
}

// Warmup serves n requests one after another without recording them, then resets the benchmark's timer.
// Call it before the loop. Stages and tokens marked meanwhile are forgotten too. Where a gate only tries whether the benchmark
// runs, one request is served.
func (r *Recorder) Warmup(n int, serve func(*Request) error) {
	r.b.Helper()
	if duet.IsSmoke() {
		n = min(n, 1)
	}
	for i := range n {
		_ = r.serve(serve, atOnce, int64(i+1), "warm-up request") // has failed the benchmark
	}
	r.forget()
	r.b.ResetTimer()
}

// Do serves one request and records how long serve took. Serve one request per iteration of the benchmark: the gate takes
// b.N for the number of requests.
//
// When serve returns an error or panics, the benchmark fails with the number of the request, and the requests after it are
// not served. When serve ends the goroutine (b.FailNow, b.Skip), its request is not recorded.
func (r *Recorder) Do(serve func(*Request) error) {
	if r.seat != nil {
		r.doInTurn(serve)
		return
	}
	number := r.begun.Add(1)
	if number == 1 {
		r.cpu = duet.CPU()
	}
	_ = r.serve(serve, atOnce, number, "request") // has failed the benchmark
}

// atOnce is due now.
const atOnce = -1

// serve serves and records one request, from when it was due. Its error has failed the benchmark.
func (r *Recorder) serve(serve func(*Request) error, due, number int64, what string) (err error) {
	if r.failed.Load() {
		return errStopped
	}
	q := r.idle.Get().(*Request)
	returned := false
	defer func() {
		if returned {
			return
		}
		if p := recover(); p != nil {
			r.fail("workload: %s %d panicked: %v\n%s", what, number, p, debug.Stack())
			err = errStopped
		} else if r.seat != nil {
			r.seat.Fail(fmt.Sprintf("workload: %s %d ended its goroutine, as b.Fatal and b.Skip do", what, number))
		}
	}()
	q.begin(due)
	err = serve(q)
	end := r.now()
	returned = true
	if err != nil {
		r.fail("workload: %s %d: %v", what, number, err)
		return err
	}
	q.end(end)
	r.idle.Put(q)
	return nil
}

// errStopped is the error of a request that is not served because one before it has failed.
var errStopped = errors.New("a request before has failed")

// fail marks the benchmark failed, once: what a first failure leads to is not news.
func (r *Recorder) fail(format string, args ...any) {
	if !r.failed.CompareAndSwap(false, true) {
		return
	}
	text := fmt.Sprintf(format, args...)
	r.b.Error(text)
	if r.seat != nil {
		r.seat.Fail(text)
	}
}

// now is the time in nanoseconds since the recording began.
func (r *Recorder) now() int64 { return int64(time.Since(r.epoch)) }
