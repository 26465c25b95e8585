package workload

import (
	"time"

	"github.com/tailgate-go/tailgate/internal/latency"
)

// ControlledDelay is the stage in which a gate's planted slowdown is burnt: mark it where your service could wait, with
// q.Stage(workload.ControlledDelay). A workload that never marks it has the slowdown burnt at the end of the request.
const ControlledDelay = "controlled_delay"

// Request is one request being served by [Recorder.Do]: mark its stages and its output tokens as they pass. It is valid
// only inside the function that got it, and only one goroutine at a time may mark it.
type Request struct {
	recorder *Recorder

	// This request; times in nanoseconds since the recording began.
	start, mark int64
	burnt       int64 // planted so far
	tokens      int64
	firstToken  int64
	lastToken   int64
	timed       Timing
	wait        time.Duration // planted in what was timed
	number      int           // in its load, from 0
	due         time.Time     // in a load
	fault       error         // of Fail
	nextStage   int           // where in stages the next mark is expected: requests mark the same stages in the same order
	stages      []stage

	recorded latency.Requests // all requests that this Request has been; its Stages are those of stages
}

// stage is a named part of this request.
type stage struct {
	time   int64 // in nanoseconds
	marked bool
}

// Stage ends the part of the request that began at the last mark, or at the start, and names it. Marking a name again in
// one request adds to it. A name has lower-case letters, digits, '_' and '.', and is reported as p50-, p90-, p95- and
// p99-<name>-ns; "ttft", "tpot" and "itl" are taken by the token marks, "lag" by [Recorder.Drive].
func (q *Request) Stage(name string) {
	if name == ControlledDelay && !q.recorder.plant.IsZero() {
		q.burn(q.recorder.now())
	}
	now := q.recorder.now()
	s := q.stage(name)
	if s == nil {
		return
	}
	s.time += now - q.mark
	s.marked = true
	q.mark = now
}

// stage finds the named stage: at once when requests mark the same stages in the same order.
func (q *Request) stage(name string) *stage {
	known := q.recorded.Stages
	if q.nextStage < len(known) && known[q.nextStage].Name == name {
		q.nextStage++
		return &q.stages[q.nextStage-1]
	}
	for i := range known {
		if known[i].Name == name {
			q.nextStage = i + 1
			return &q.stages[i]
		}
	}
	if !validStage(name) {
		q.recorder.fail("workload: stage %q: name stages with lower-case letters, digits, '_' and '.', "+
			"and not ttft, tpot, itl or lag", name)
		return nil
	}
	q.recorded.Stage(name)
	q.stages = append(q.stages, stage{})
	q.nextStage = len(q.stages)
	return &q.stages[len(q.stages)-1]
}

func validStage(name string) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '.' {
			return false
		}
	}
	switch name {
	case "", "ttft", "tpot", "itl", "lag", "ns":
		return false
	}
	return true
}

// Token marks the arrival of one output token. The first mark gives the request's time to first token (ttft); each later
// one an inter-token gap (itl); a request of n >= 2 tokens its time per output token after the first, tpot =
// (last - first) / (n - 1).
func (q *Request) Token() {
	now := q.recorder.now()
	if q.tokens == 0 {
		q.firstToken = now
	} else {
		q.recorded.Gap.Record(now - q.lastToken)
	}
	q.lastToken = now
	q.tokens++
}

func (q *Request) begin(due int64) {
	q.burnt, q.tokens, q.nextStage = 0, 0, 0
	q.timed, q.wait, q.fault, q.number, q.due = Timing{}, 0, nil, 0, time.Time{}
	clear(q.stages)
	if q.start = due; due == atOnce {
		q.start = q.recorder.now()
	}
	q.mark = q.start
}

// end records the request, which its function left at the given time.
func (q *Request) end(at int64) {
	if q.fault != nil {
		return
	}
	if q.timed.Latency > 0 {
		q.endTimed()
	} else {
		if !q.recorder.plant.IsZero() {
			at = q.burn(at)
		}
		q.recorded.Latency.Record(at - q.start)
	}
	for i := range q.stages {
		if s := &q.stages[i]; s.marked {
			q.recorded.Stages[i].Times.Record(s.time)
		}
	}
	if q.tokens > 0 {
		q.recorded.TTFT.Record(q.firstToken - q.start)
		q.recorded.Tokens += q.tokens
	}
	if q.tokens > 1 {
		q.recorded.TPOT.Record((q.lastToken - q.firstToken) / (q.tokens - 1))
	}
}

// burn plants what is due of the slowdown by now, and returns the time afterwards.
func (q *Request) burn(now int64) int64 {
	natural := now - q.start - q.burnt
	until := q.start + natural + int64(q.recorder.plant.Due(time.Duration(natural)))
	begun := now
	for now < until {
		// This is Recorder.now, inlined: in the profiles by which a gate explains a change its time must not count for the request.
		now = int64(time.Since(q.recorder.epoch))
	}
	q.burnt += now - begun
	return now
}
