package engine

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// notice is how long after a request's arrival an idle engine begins its step. All that comes at the same instant is then in it,
// whichever goroutine runs first.
const notice = time.Microsecond

// errStuck would be a mistake in this package, and is better than a core that spins for ever.
var errStuck = errors.New("requests wait, and none can run on a device that is idle")

// run is the scheduler: step after step, each beginning when the one before it ended.
func (e *Engine) run() {
	defer close(e.ended)
	for e.ctx.Err() == nil {
		start, ok := e.nextStart()
		if !ok {
			select {
			case <-e.wake:
			case <-e.ctx.Done():
			}
			continue
		}
		if e.pacer.Until(e.ctx, start) != nil {
			break // the context ended
		}
		e.mu.Lock()
		e.schedule(start)
		if len(e.step.Chunks) == 0 && e.queue.len() > 0 {
			e.stop(errStuck)
		}
		e.mu.Unlock()
		e.compute()
	}
	e.abandon(context.Cause(e.ctx))
	e.closing = e.pacer.Close()
}

// nextStart is when the next step begins; not ok if there is nothing to do.
func (e *Engine) nextStart() (start time.Time, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.running) > 0 || e.queue.len() > 0 {
		return e.now, true
	}
	if len(e.arrivals) == 0 {
		return start, false
	}
	return later(e.now, e.arrivals[0].arrived.Add(notice)), true
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// compute runs the step that was scheduled, waits for its end, and hands out what it sampled.
func (e *Engine) compute() {
	end := e.step.Start
	if len(e.step.Chunks) > 0 {
		var err error
		if end, err = e.device.Run(&e.step); err != nil {
			e.stop(fmt.Errorf("%w: %w", ErrDevice, err))
			return
		}
		end = later(end, e.step.Start)
		if e.pacer.Until(e.ctx, end) != nil {
			return // the context ended
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.now = end
	if len(e.step.Chunks) > 0 {
		e.counters.steps++
	}
	e.settle()
}

// settle accounts for the step that has ended.
func (e *Engine) settle() {
	for i := range e.step.Chunks {
		e.settleChunk(e.batch[i], &e.step.Chunks[i])
	}
	e.clear()
}

func (e *Engine) settleChunk(s *sequence, c *Chunk) {
	s.computed += s.chunk
	s.chunk = 0
	if c.Err != nil {
		s.stream.fail(fmt.Errorf("engine: %w: %w", ErrDevice, c.Err), e.now)
		e.retire(s)
		return
	}
	if !c.Sample {
		return
	}
	s.tokens = append(s.tokens, c.Next)
	var finish Finish
	switch {
	case c.Next == e.model.EOS && !s.request.IgnoreEOS: // not before MinTokens: it was banned
		finish = FinishStop
	case s.output() == s.request.MaxTokens:
		finish = FinishLength
	}
	if s.stream.push(Token{ID: c.Next, At: e.now}, finish) {
		e.counters.count(s)
	}
	if finish != "" {
		e.retire(s)
	}
}

// retire takes what a sequence has; clear then takes it from the running.
func (e *Engine) retire(s *sequence) {
	switch s.state {
	case done:
		return
	case waiting:
		e.queue.remove(s)
		if len(e.queue.by[s.request.Adapter].waiting) == 0 {
			e.slots.unclaim(s.request.Adapter)
		}
	case running:
		e.blocks.release(s)
		e.slots.release(s.request.Adapter)
	}
	s.state = done
	e.device.Free(s.id)
	e.counters.end(s.stream.Finish())
	e.live--
	e.rest()
}

// abandon ends all that is left.
func (e *Engine) abandon(why error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.receive(time.Time{})
	left := e.running
	for _, l := range e.queue.lanes {
		left = append(left, l.waiting...)
	}
	for _, s := range left {
		s.stream.fail(fmt.Errorf("engine: %w", why), time.Now())
		e.retire(s)
	}
	e.clear()
}
