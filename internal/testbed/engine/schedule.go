package engine

import (
	"slices"
	"time"
)

// schedule makes the step that begins at start.
func (e *Engine) schedule(start time.Time) {
	e.receive(start)
	e.step = Step{Start: start, Dropped: e.step.Dropped[:0], Loads: e.step.Loads[:0], Chunks: e.step.Chunks[:0]}
	e.batch = e.batch[:0]
	budget := e.config.MaxNumBatchedTokens
	before := e.counters.preemptions
	budget = e.advance(budget, true)
	budget = e.advance(budget, false)
	if e.counters.preemptions == before { // else what is admitted would take the blocks that were just made free
		e.admit(budget)
	}
	e.collect(true)
	e.collect(false)
}

// receive puts what arrived before start in the queue, and takes what those have that were aborted before start. What happens at
// the very instant belongs to the next step: whether the scheduler sees it depends on which goroutine runs first. The zero time
// means all.
func (e *Engine) receive(start time.Time) {
	is := func(at time.Time) bool { return start.IsZero() || at.Before(start) }
	n := 0
	for ; n < len(e.arrivals) && is(e.arrivals[n].arrived); n++ {
		e.queue.push(e.arrivals[n])
	}
	e.arrivals = slices.Delete(e.arrivals, 0, n)
	n = 0
	for ; n < len(e.aborted) && is(e.aborted[n].stream.Times().Done); n++ {
		e.retire(e.aborted[n])
	}
	e.aborted = slices.Delete(e.aborted, 0, n)
	e.clear()
}

// clear takes sequences that are done from the running.
func (e *Engine) clear() {
	e.running = slices.DeleteFunc(e.running, func(s *sequence) bool { return s.state == done })
}

// advance gives the running sequences that decode, or those that prefill, their next tokens. It returns what is left of the budget.
func (e *Engine) advance(budget int, decode bool) int {
	for i := 0; i < len(e.running) && budget > 0; i++ {
		s := e.running[i]
		if s.decodes() != decode {
			continue
		}
		n := min(budget, s.left())
		for !e.blocks.grow(s, n) {
			// The last admitted gives way; it may be s itself. It is never all of them: the first has room for its longest. A
			// token that it had in this step goes to nobody: at most one prompt is in parts, and that takes what is left.
			last := e.running[len(e.running)-1]
			e.preempt(last)
			if last == s {
				return budget
			}
		}
		s.chunk = n
		budget -= n
	}
	return budget
}

// preempt puts the last of the running back in the queue. It will compute its tokens again.
func (e *Engine) preempt(s *sequence) {
	e.running = e.running[:len(e.running)-1]
	e.blocks.release(s)
	e.slots.release(s.request.Adapter)
	e.device.Evict(s.id)
	s.computed, s.chunk = 0, 0
	s.state = waiting
	e.queue.pushFront(s)
	e.counters.preemptions++
}

// admit takes sequences from the queue while there is room. The first that has a slot but no blocks ends it: what is small must
// not pass what is large for ever.
func (e *Engine) admit(budget int) {
	for budget > 0 && len(e.running) < e.config.MaxNumSeqs {
		s := e.queue.next(e.slots.admissible)
		if s == nil {
			break
		}
		n := min(budget, s.left())
		if !e.blocks.grow(s, n) {
			break
		}
		e.queue.remove(s)
		e.queue.overtake(s)
		e.start(s)
		s.chunk = n
		budget -= n
	}
	e.claim()
}

// start makes s one of the running.
func (e *Engine) start(s *sequence) {
	load, l, dropped := e.slots.use(s.request.Adapter)
	if load {
		e.step.Loads = append(e.step.Loads, l)
		e.counters.load(l)
	}
	if dropped != "" {
		e.step.Dropped = append(e.step.Dropped, dropped)
	}
	e.admissions++
	s.admission = e.admissions
	s.prefill = len(s.tokens)
	s.state = running
	s.stream.scheduled(e.step.Start)
	i, _ := slices.BinarySearchFunc(e.running, s, cmpAdmission)
	e.running = slices.Insert(e.running, i, s)
}

// claim sets slots aside for those that were overtaken too often, the first in the queue first.
func (e *Engine) claim() {
	var due []*sequence
	for _, l := range e.queue.lanes {
		if h := l.head(); h != nil && h.overtaken >= e.config.MaxOvertakes && !e.slots.admissible(l.adapter) {
			due = append(due, h)
		}
	}
	slices.SortFunc(due, cmpPlace)
	for _, s := range due {
		e.slots.claim(s.request.Adapter)
	}
}

// collect makes the chunks of the running sequences that decode, or of those that prefill.
func (e *Engine) collect(decode bool) {
	for _, s := range e.running {
		if s.chunk == 0 || s.decodes() != decode {
			continue
		}
		r := &s.request
		e.batch = append(e.batch, s)
		e.step.Chunks = append(e.step.Chunks, Chunk{
			Sequence: s.id,
			Tokens:   s.tokens[s.computed : s.computed+s.chunk : s.computed+s.chunk],
			Position: s.computed,
			Decode:   decode,
			Adapter:  r.Adapter,
			Length:   len(r.Prompt) + r.MaxTokens,
			Sample:   s.chunk == s.left(),
			BanEOS:   !r.IgnoreEOS && s.output()+1 < r.MinTokens,
			Sampling: Sampling{Temperature: r.Temperature, TopP: r.TopP, Seed: r.Seed},
		})
	}
}
