// Package workload is as much of a Recorder as a benchmark of version 1 needs to take its turns.
package workload

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// Recorder times requests.
type Recorder struct {
	b      *testing.B
	seat   *duet.Seat
	seated bool
	turn   duet.Result // what was measured since the last turn
}

// Record starts recording the requests of b.
func Record(b *testing.B) *Recorder {
	seat, err := duet.Join()
	if err != nil {
		b.Fatal(err)
	}
	r := &Recorder{b: b, seat: seat}
	b.Cleanup(r.report)
	return r
}

// Request is one request being served.
type Request struct {
	r                 *Recorder
	start, mark, last time.Time
	tokens            int
	first             time.Time
}

// Do serves one request.
func (r *Recorder) Do(serve func(*Request) error) {
	if r.seat != nil {
		r.sit()
		if r.seat.Begin() != nil {
			r.leave()
		}
	}
	q := &Request{r: r, start: time.Now()}
	q.mark = q.start
	err := serve(q)
	end := time.Now()
	if err != nil {
		r.b.Error(err)
		if r.seat != nil {
			r.seat.Fail(err.Error())
			r.leave()
		}
		return
	}
	r.turn.Latencies = append(r.turn.Latencies, int64(end.Sub(q.start)))
	if q.tokens > 0 {
		r.turn.TTFT = append(r.turn.TTFT, int64(q.first.Sub(q.start)))
	}
	if q.tokens > 1 {
		r.turn.TPOT = append(r.turn.TPOT, int64(q.last.Sub(q.first))/int64(q.tokens-1))
	}
	if r.seat != nil {
		r.seat.End()
	}
}

// Stage ends a part of the request.
func (q *Request) Stage(name string) {
	now := time.Now()
	s := q.r.turn.Stage(name)
	s.Times = append(s.Times, int64(now.Sub(q.mark)))
	q.mark = now
}

// Token marks a token.
func (q *Request) Token() {
	now := time.Now()
	if q.tokens == 0 {
		q.first = now
	} else {
		q.r.turn.Gaps = append(q.r.turn.Gaps, int64(now.Sub(q.last)))
	}
	q.last = now
	q.tokens++
}

func (r *Recorder) sit() {
	if r.seated {
		return
	}
	if err := r.seat.Sit(duet.Sitter{Name: r.b.Name(), Elapsed: r.b.Elapsed, Collect: r.collect}); err != nil {
		r.b.Fatal(err)
	}
	r.seated = true
}

func (r *Recorder) collect(to *duet.Result) error {
	to.Latencies = append(to.Latencies, r.turn.Latencies...)
	to.TTFT, to.TPOT, to.Gaps = append(to.TTFT, r.turn.TTFT...), append(to.TPOT, r.turn.TPOT...), append(to.Gaps, r.turn.Gaps...)
	for _, s := range r.turn.Stages {
		stage := to.Stage(s.Name)
		stage.Times = append(stage.Times, s.Times...)
	}
	r.turn = duet.Result{}
	return nil
}

func (r *Recorder) leave() {
	if over := r.seat.Over(); errors.Is(over, duet.ErrEnd) || errors.Is(over, duet.ErrGateGone) {
		r.b.SkipNow()
	}
	r.b.FailNow()
}

func (r *Recorder) report() {
	if r.seated {
		r.seat.Fail(fmt.Sprintf("%s ended by itself", r.b.Name()))
		return
	}
	if r.b.Failed() || len(r.turn.Latencies) == 0 {
		return
	}
	slices.Sort(r.turn.Latencies)
	for _, q := range []float64{50, 90, 95, 99} {
		rank := int(math.Ceil(q / 100 * float64(len(r.turn.Latencies))))
		r.b.ReportMetric(float64(r.turn.Latencies[rank-1]), fmt.Sprintf("p%g-ns", q))
	}
}
