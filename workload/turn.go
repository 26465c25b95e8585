package workload

import (
	"errors"
	"fmt"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/latency"
)

// doInTurn serves one request when the gate says so.
func (r *Recorder) doInTurn(serve func(*Request) error) {
	seated := r.sit()
	if seated && r.seat.Begin() != nil {
		r.leave()
	}
	_ = r.serve(serve, atOnce, r.begun.Add(1), "request") // has failed the benchmark
	if r.failed.Load() {
		r.leave() // a benchmark that serves nothing would be long about its billion iterations
	}
	if seated {
		r.seat.End()
	}
}

// sit takes the seat at the first request that counts. Requests of a call with b.N = 1 do not: under a gate testing makes
// that call only to see whether there are sub-benchmarks, and the real call sets everything up anew. Under b.Loop there is
// one call, and b.N is 0 meanwhile.
func (r *Recorder) sit() bool {
	if r.seated.Load() {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seated.Load() || r.b.N == 1 {
		return r.seated.Load()
	}
	r.reset()
	if err := r.seat.Sit(duet.Sitter{Name: r.b.Name(), Elapsed: r.b.Elapsed, Collect: r.collect}); err != nil {
		r.fail("workload: %v", err)
		r.leave()
	}
	r.seated.Store(true)
	return true
}

// standAside tells the gate, if one has invited this process to a duet, that this benchmark takes no turns, and ends it:
// it does not return then.
func (r *Recorder) standAside() {
	if r.seat == nil || r.b.N == 1 {
		return
	}
	if err := r.seat.Sit(duet.Sitter{Name: r.b.Name(), DrivesItself: true, Elapsed: r.b.Elapsed, Collect: r.collect}); err != nil {
		r.fail("workload: %v", err)
	} else if r.seat.Begin() == nil {
		r.fail("workload: a load cannot be driven in a duet, where the gate says when each request is served; " +
			"serve requests with Recorder.Do")
	}
	r.leave()
}

// collect moves all that was recorded since the last turn into its result.
func (r *Recorder) collect(to *duet.Result) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, request := range r.all {
		q := &request.recorded
		if _, ok := q.Gap.Exact(); !ok {
			return fmt.Errorf("workload: %d token gaps in one turn, where %d is the most: grant fewer requests a turn",
				q.Gap.Len(), latency.ExactLimit)
		}
		to.Latencies = appendExact(to.Latencies, &q.Latency)
		to.TTFT = appendExact(to.TTFT, &q.TTFT)
		to.TPOT = appendExact(to.TPOT, &q.TPOT)
		to.Gaps = appendExact(to.Gaps, &q.Gap)
		for i := range q.Stages {
			if s := &q.Stages[i]; s.Times.Len() > 0 {
				stage := to.Stage(s.Name)
				stage.Times = appendExact(stage.Times, &s.Times)
			}
		}
		q.Reset()
	}
	return nil
}

// appendExact appends d's values, which of all but the gaps are at most one a request: too few in a turn to be rounded.
func appendExact(to []int64, d *latency.Distribution) []int64 {
	values, _ := d.Exact()
	return append(to, values...)
}

// leave ends the benchmark on the goroutine that came for a request. It does not return.
func (r *Recorder) leave() {
	over := r.seat.Over()
	r.left.Do(func() {
		if over != nil && !errors.Is(over, duet.ErrEnd) && !r.failed.Load() {
			r.b.Logf("workload: %v", over)
		}
		// b.RunParallel fails a benchmark when its goroutines end before they have taken all iterations. Under b.Loop b.N is 0.
		//lint:ignore SA3001 the duet is over: what testing would print of this run nobody reads
		r.b.N = min(r.b.N, 1)
	})
	if errors.Is(over, duet.ErrEnd) || errors.Is(over, duet.ErrGateGone) {
		r.b.SkipNow()
	}
	r.b.FailNow()
}
