package workload

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tailgate-go/tailgate/internal/pace"
)

// ErrStartPassed is the error of a load whose Start was over when it was to run.
var ErrStartPassed = errors.New("let it be later, so that every shard is up by then")

// errDrained is the cause of contexts that ended because their requests outlasted the time to drain.
var errDrained = errors.New("the time to drain is over")

// Run sends the requests and waits until all have ended. The error is what is wrong with l, why ctx ended, or that a request
// panicked; with the latter two the result holds what was measured until then. Errors of requests are in the result.
func (l Load) Run(ctx context.Context, send Send) (LoadResult, error) {
	schedule, err := l.Schedule()
	if err != nil {
		return LoadResult{}, err
	}
	l, err = l.withDefaults()
	if err != nil {
		return LoadResult{}, err
	}
	r := &run{load: l, send: send, records: make([]Sent, l.Shard.Len(l.Requests))}
	for i := range r.records {
		r.records[i].Err = ErrNotSent
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	defer r.cancel(nil)
	result := LoadResult{Load: l, Requests: r.records}
	if r.start, err = startOf(l.Start); err != nil {
		return result, err
	}
	if l.Rate > 0 {
		result.Schedule = schedule.hash()
		result.Backlog = r.open(schedule.of(l.Shard))
	} else {
		r.closed()
	}
	result.Start = r.start
	result.Abandoned = int(r.abandoned.Load())
	result.finish()
	return result, r.err()
}

// startOf puts a start on this process's monotonic clock, so that setting the machine's clock later moves no request. The zero time
// stays.
func startOf(start time.Time) (time.Time, error) {
	if start.IsZero() {
		return start, nil
	}
	now := time.Now()
	left := start.Sub(now)
	switch {
	case left < 0:
		return start, fmt.Errorf("load: Start was %v ago; %w", -left, ErrStartPassed)
	case left > maxLength:
		return start, fmt.Errorf("load: Start is in %v; let it be within %v", left, maxLength)
	}
	return now.Add(left), nil
}

// run is one run of a Load.
type run struct {
	load    Load
	send    Send
	ctx     context.Context // of all requests
	cancel  context.CancelCauseFunc
	start   time.Time
	records []Sent
	limits  limits

	workers     sync.WaitGroup
	outstanding atomic.Int64 // requests sent that have not ended
	abandoned   atomic.Int64 // requests that the end of the run's context ended
	broken      atomic.Pointer[error]
}

// stop ends the run because of err.
func (r *run) stop(err error) {
	r.broken.CompareAndSwap(nil, &err)
	r.cancel(err)
}

// err is why the run did not end by itself.
func (r *run) err() error {
	if e := r.broken.Load(); e != nil {
		return *e
	}
	if cause := context.Cause(r.ctx); cause != nil && !errors.Is(cause, errDrained) {
		return fmt.Errorf("load: %w", cause)
	}
	return nil
}

// closed has Concurrency clients send all requests.
func (r *run) closed() {
	if r.start.IsZero() {
		r.start = time.Now()
	} else {
		begin := time.NewTimer(time.Until(r.start))
		defer begin.Stop()
		select {
		case <-begin.C:
		case <-r.ctx.Done():
			return
		}
	}
	var next atomic.Int64
	for range min(r.load.Shard.Len(r.load.Concurrency), len(r.records)) {
		r.workers.Go(func() {
			for r.ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(r.records) {
					return
				}
				now := time.Since(r.start)
				r.records[i].Due, r.records[i].Sent = now, now
				r.serve(i)
			}
		})
	}
	r.workers.Wait()
}

// open sends each request when it is due, from this goroutine; they are served by workers, of which there are as many as
// requests were ever under way. (A goroutine a request costs the same CPU time, 110 us with an HTTP request at 2,000 req/s beside
// other work, where workers took 106, and cannot be bounded.) It returns how many were left when the last was sent.
func (r *run) open(schedule Schedule) (backlog int) {
	waiter, err := pace.New()
	if err != nil {
		r.stop(fmt.Errorf("load: %w", err))
		return 0
	}
	queue := make(chan int, len(schedule)) // never full: the dispatcher waits for no one
	if r.start.IsZero() {
		r.start = time.Now()
	}
	err = errors.Join(r.dispatch(schedule, waiter, queue), waiter.Close())
	if err != nil {
		r.stop(fmt.Errorf("load: %w", err))
	}
	close(queue)
	backlog = int(r.outstanding.Load())
	if r.load.Drain > 0 {
		limit := time.AfterFunc(r.load.Drain, func() { r.cancel(errDrained) })
		defer limit.Stop()
	}
	r.workers.Wait()
	return backlog
}

// dispatch sends the requests. Its error is that of the waiter; a run cancelled is none.
func (r *run) dispatch(schedule Schedule, waiter *pace.Waiter, queue chan int) error {
	workers, most := 0, cmp.Or(r.load.Shard.Len(r.load.MaxInFlight), math.MaxInt)
	for i, due := range schedule {
		r.records[i].Due = due
		err := waiter.Until(r.ctx, r.start.Add(due))
		if r.ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		now := time.Since(r.start)
		n := int(r.outstanding.Add(1))
		if n > most {
			r.records[i].Sent = now // and it will be begun later
		}
		queue <- i
		if n > workers && workers < most {
			workers++
			r.workers.Go(func() { r.work(queue) })
		}
	}
	return nil
}

// work serves requests of the queue until it is closed and empty. Once the run is cancelled, it gives them up.
func (r *run) work(queue <-chan int) {
	for i := range queue {
		if r.ctx.Err() == nil {
			r.serve(i)
		} else {
			s := &r.records[i]
			now := time.Since(r.start)
			s.Sent, s.Begun, s.Ended, s.Err = cmp.Or(s.Sent, now), now, now, ErrAbandoned
			r.abandoned.Add(1)
		}
		r.outstanding.Add(-1)
	}
}

// serve serves request i of the records, and notes what became of it.
func (r *run) serve(i int) {
	s := &r.records[i]
	number := r.load.Shard.Number(i)
	returned := false
	defer func() {
		s.Ended = time.Since(r.start)
		if returned {
			if s.Err != nil && r.ctx.Err() != nil {
				r.abandoned.Add(1)
			}
			return
		}
		if p := recover(); p != nil {
			s.Err = fmt.Errorf("load: request %d panicked: %v\n%s", number, p, debug.Stack())
		} else {
			s.Err = fmt.Errorf("load: request %d ended its goroutine, as b.Fatal and b.Skip do; return an error instead", number)
		}
		r.stop(s.Err)
	}()
	s.Begun = time.Since(r.start)
	if s.Sent == 0 {
		s.Sent = s.Begun
	}
	s.Err = r.send(r.limits.of(r.ctx, r.load.Timeout), number, r.start.Add(s.Due))
	returned = true
}
