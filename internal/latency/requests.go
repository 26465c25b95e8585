// Package latency holds what was recorded of requests, and names it: a Recorder and the gate report it under the same units.
package latency

// Requests is what was recorded of a number of requests. The zero value is empty. Not for concurrent use.
type Requests struct {
	Latency Distribution // of every request
	TTFT    Distribution // time to first token, of the requests that marked one
	TPOT    Distribution // time per output token after the first, of the requests that marked two or more
	Gap     Distribution // between tokens, of all requests
	Stages  []Stage      // each name once, in order of first mark
	Tokens  int64        // of all requests
}

// Stage is a named part of requests.
type Stage struct {
	Name  string
	Times Distribution // of the requests that marked it
}

// Stage is the times of the stage of that name, new if need be. They stay where they are until the next new stage.
func (r *Requests) Stage(name string) *Distribution {
	for i := range r.Stages {
		if r.Stages[i].Name == name {
			return &r.Stages[i].Times
		}
	}
	r.Stages = append(r.Stages, Stage{Name: name})
	return &r.Stages[len(r.Stages)-1].Times
}

// Add puts all that o recorded into r.
func (r *Requests) Add(o *Requests) {
	r.Latency.Add(&o.Latency)
	r.TTFT.Add(&o.TTFT)
	r.TPOT.Add(&o.TPOT)
	r.Gap.Add(&o.Gap)
	r.Tokens += o.Tokens
	for i := range o.Stages {
		r.Stage(o.Stages[i].Name).Add(&o.Stages[i].Times)
	}
}

// Reset drops all that was recorded, and keeps the storage and the stages' names.
func (r *Requests) Reset() {
	r.Latency.Reset()
	r.TTFT.Reset()
	r.TPOT.Reset()
	r.Gap.Reset()
	r.Tokens = 0
	for i := range r.Stages {
		r.Stages[i].Times.Reset()
	}
}
