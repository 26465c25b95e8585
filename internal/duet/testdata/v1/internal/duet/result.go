package duet

import (
	"fmt"
	"math"
	"slices"
	"time"
)

const maxStages = 64

// Result is what a process measured in one turn. Lists are in the order in which requests ended where one goroutine serves them,
// and in none where several do. All times in lists are nanoseconds.
type Result struct {
	Number    int64 // of the turn: 1, 2, ...
	Latencies []int64
	Stages    []Stage
	TTFT      []int64 // time to first token, of the requests that marked one
	TPOT      []int64 // time per output token after the first, of the requests that marked two or more
	Gaps      []int64 // between tokens, of all requests

	Concurrency int           // the most requests in flight at one time
	Wall        time.Duration // of the turn, in the process
	Timed       time.Duration // as much of Wall as the benchmark's timer ran
	CPU         time.Duration // of all the process's threads, user and system, during Wall
	// Idle is the CPU time burnt since the turn before: while the process was to wait. Some 20 us are the protocol's own; more is
	// a goroutine of the benchmark's, or a garbage collection that the turn left behind.
	Idle     time.Duration
	Switches int64 // involuntary context switches of the process during Wall
	GCs      int64 // garbage collections completed during Wall

	// Took is the gate's own measure, from just before the turn was granted until its result was read. The rest of it beyond Wall
	// is the hand-over.
	Took time.Duration
}

// Stage is a named part of requests.
type Stage struct {
	Name  string
	Times []int64 // of the requests that marked it
}

// Stage is the stage of that name, new if need be.
func (r *Result) Stage(name string) *Stage {
	for i := range r.Stages {
		if r.Stages[i].Name == name {
			return &r.Stages[i]
		}
	}
	r.Stages = append(r.Stages, Stage{Name: name})
	return &r.Stages[len(r.Stages)-1]
}

// empty empties the lists, and keeps their storage and the stages' names.
func (r *Result) empty() {
	r.Latencies, r.TTFT, r.TPOT, r.Gaps = r.Latencies[:0], r.TTFT[:0], r.TPOT[:0], r.Gaps[:0]
	for i := range r.Stages {
		r.Stages[i].Times = r.Stages[i].Times[:0]
	}
}

func appendResult(b []byte, r *Result) []byte {
	b = appendInt(begin(b, kindResult), r.Number)
	for _, v := range [...]int64{
		int64(r.Concurrency), int64(r.Wall), int64(r.Timed), int64(r.CPU), int64(r.Idle), r.Switches, r.GCs,
	} {
		b = appendInt(b, v)
	}
	for _, list := range [...][]int64{r.Latencies, r.TTFT, r.TPOT, r.Gaps} {
		b = appendList(b, list)
	}
	marked := 0
	for _, s := range r.Stages {
		if len(s.Times) > 0 {
			marked++
		}
	}
	b = appendInt(b, marked)
	for _, s := range r.Stages {
		if len(s.Times) > 0 {
			b = appendList(appendText(b, s.Name), s.Times)
		}
	}
	return finish(b)
}

func decodeResult(body []byte) (*Result, error) {
	f := fields{rest: body}
	duration := func(what string) time.Duration { return time.Duration(f.number(what, math.MaxInt64)) }
	r := &Result{
		Number:      f.number("number", math.MaxInt64),
		Concurrency: int(f.number("concurrency", MaxRequests)),
		Wall:        duration("wall time"),
		Timed:       duration("timed"),
		CPU:         duration("CPU time"),
		Idle:        duration("idle CPU time"),
		Switches:    f.number("involuntary switches", math.MaxInt64),
		GCs:         f.number("garbage collections", math.MaxInt64),
		Latencies:   f.list("latency", MaxRequests),
		TTFT:        f.list("time to first token", MaxRequests),
		TPOT:        f.list("time per output token", MaxRequests),
		Gaps:        f.list("token gap", math.MaxInt64),
	}
	for range f.number("stages", maxStages) {
		name := string(f.text("stage", maxName))
		s := Stage{name, f.list("time in stage "+name, MaxRequests)}
		if name == "" || len(s.Times) == 0 {
			f.fail("stages", fmt.Errorf("%q has %d times", name, len(s.Times)))
		}
		if slices.ContainsFunc(r.Stages, func(o Stage) bool { return o.Name == name }) {
			f.fail("stages", fmt.Errorf("%q comes twice", name))
		}
		r.Stages = append(r.Stages, s)
	}
	if err := f.end(); err != nil {
		return nil, err
	}
	return r, nil
}
