package engine

import (
	"cmp"
	"time"
)

// sequence is a request as the scheduler sees it. Its fields belong to who holds Engine.mu.
type sequence struct {
	id      uint64 // in order of arrival, from 1
	request Request
	stream  *Stream
	arrived time.Time
	state   state

	// Of the queue.
	place     int64 // among equals: id, or below 0 for one that was preempted
	overtaken int   // how many from behind it were admitted while it was first with its adapter

	// Of the running.
	admission uint64 // in order of admission
	tokens    []int  // prompt and output
	computed  int    // of tokens, those whose keys and values the device has
	prefill   int    // of tokens, those that were known at admission
	blocks    int    // of KV memory
	chunk     int    // tokens in the step that is being made or runs
}

type state int

const (
	waiting state = iota
	running
	done
)

// output is how many tokens were sampled.
func (s *sequence) output() int { return len(s.tokens) - len(s.request.Prompt) }

// left is how many tokens the device must compute before it can sample.
func (s *sequence) left() int { return len(s.tokens) - s.computed }

// decodes is whether the next step is a decode: one token, sampled since the admission.
func (s *sequence) decodes() bool { return s.computed >= s.prefill }

// cmpPlace orders waiting sequences: by priority, then place.
func cmpPlace(a, b *sequence) int {
	return cmp.Or(cmp.Compare(a.request.Priority, b.request.Priority), cmp.Compare(a.place, b.place))
}

// cmpAdmission orders running sequences: by priority, then admission. The last is the first to be preempted.
func cmpAdmission(a, b *sequence) int {
	return cmp.Or(cmp.Compare(a.request.Priority, b.request.Priority), cmp.Compare(a.admission, b.admission))
}
