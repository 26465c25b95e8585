package workload

import "time"

// Timing is what a client has timed of a request itself, more exactly than [Request.Token] could: the times of a reply's parts,
// and tokens as the server counts them. Durations count from when the request was due.
type Timing struct {
	Latency time.Duration // until the reply was complete; above 0
	TTFT    time.Duration // time to first token; 0: not measured
	TPOT    time.Duration // time per output token after the first; 0: not measured
	Gaps    []time.Duration
	Tokens  int // of output; 0: not known
}

// Timed takes t for the times of the request, in place of what the Recorder's own clock says, and returns the times that count.
// The slice is not kept.
//
// They are t, unless a gate has planted a slowdown. That counts as if it came before the reply: a fixed one is added to the latency
// and to the time to first token, one in percent to each in proportion. The request then waits for as long as its latency was
// prolonged. Use the times that count for whatever else is observed or decided of the request, such as whether it kept a bound.
func (q *Request) Timed(t Timing) Timing {
	for _, gap := range t.Gaps {
		q.recorded.Gap.Record(max(1, int64(gap))) // parts that came in one read have the same time; a time of 0 is one not measured
	}
	if plant := q.recorder.plant; t.Latency > 0 {
		q.wait = plant.Due(t.Latency)
		t.Latency += q.wait
		if t.TTFT > 0 {
			t.TTFT += plant.Due(t.TTFT)
		}
	}
	q.timed = t
	q.timed.Gaps = nil
	return t
}

// Observe adds a time measured elsewhere to a stage of that name, as one more of its times. It is no part of what [Request.Stage]
// divides.
func (q *Request) Observe(name string, took time.Duration) {
	if s := q.stage(name); s != nil {
		s.time += int64(took)
		s.marked = true
	}
}

// Fail leaves the request out of what is recorded, without failing the benchmark, which an error that is returned does:
// for loads that count failures. [LoadResult] has err as the request's, and counts it as failed.
func (q *Request) Fail(err error) { q.fault = err }

// Number is the request's number in the load that [Recorder.Drive] drives, from 0, in the order in which requests are due;
// 0 outside of one.
func (q *Request) Number() int { return q.number }

// Due is when a request of [Recorder.Drive] was due; the zero time outside of one.
func (q *Request) Due() time.Time { return q.due }

// endTimed records a request that its client has timed, when what is planted has passed.
func (q *Request) endTimed() {
	t := q.timed
	if q.wait > 0 {
		wait(q.wait)
	}
	q.recorded.Latency.Record(int64(t.Latency))
	if t.TTFT > 0 {
		q.recorded.TTFT.Record(int64(t.TTFT))
	}
	if t.TPOT > 0 {
		q.recorded.TPOT.Record(int64(t.TPOT))
	}
	q.recorded.Tokens += int64(t.Tokens)
}

// spin is how much of a wait is not slept: a sleep may be a millisecond too long.
const spin = 2 * time.Millisecond

// wait waits. Many requests may do so at once, so that burning all of it, as [Request.Stage] does, would take CPUs from those that
// are served.
func wait(d time.Duration) {
	until := time.Now().Add(d)
	if d > spin {
		time.Sleep(d - spin)
	}
	for time.Now().Before(until) {
	}
}
