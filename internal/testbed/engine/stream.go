package engine

import (
	"context"
	"io"
	"sync"
	"time"
)

// Token is one token of a request's output.
type Token struct {
	ID int
	At time.Time // when the step ended that sampled it: on the device's own schedule, whatever the delivery takes
}

// Finish says how a request ended, in the words of the API; "" while it goes on.
type Finish string

const (
	FinishStop   Finish = "stop"   // the device sampled EOS, which is the last token
	FinishLength Finish = "length" // MaxTokens
	FinishAbort  Finish = "abort"  // cancelled, past its deadline, or an error
)

// Times are instants of a request's life; the zero time for what has not happened.
type Times struct {
	Arrived    time.Time // when it was submitted
	Scheduled  time.Time // the start of its first step
	FirstToken time.Time // At of its first token
	Done       time.Time // At of its last token, or when it was aborted
}

// Stream is a request's output as it comes. Its tokens wait for the reader without bound, but there are no more than MaxTokens of
// them. Nothing need be read or called for the request to end and free what it has.
type Stream struct {
	engine *Engine
	seq    *sequence
	news   chan struct{} // has room for one: something was written since the reader looked

	mu      sync.Mutex
	unread  []Token
	reading []Token // lent to the reader, to be written next
	finish  Finish
	err     error
	times   Times
	unwatch func() bool // ends the watch on the request's context; nil before it has begun
}

// Next waits for tokens that were not returned before, and returns all there are, at least one: they are the reader's until it
// calls Next again. After the last it returns io.EOF, or why the request was aborted: ErrCanceled, the cause of its context,
// ErrDevice or ErrClosed. When ctx ends first, it returns ctx's cause, and the request goes on. One goroutine at a time may call
// it.
func (s *Stream) Next(ctx context.Context) ([]Token, error) {
	for {
		tokens, finish, err := s.take()
		switch {
		case len(tokens) > 0:
			return tokens, nil
		case err != nil:
			return nil, err
		case finish != "":
			return nil, io.EOF
		}
		select {
		case <-s.news:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (s *Stream) take() ([]Token, Finish, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tokens := s.unread
	if len(tokens) > 0 {
		s.unread, s.reading = s.reading[:0], tokens
	}
	return tokens, s.finish, s.err
}

// Finish says how the request ended; "" while it goes on. It may be set before the last tokens are read.
func (s *Stream) Finish() Finish {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.finish
}

// Times are the instants of the request's life so far.
func (s *Stream) Times() Times {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.times
}

// Cancel ends the request at once for the reader; what it holds of the device is free after the step that runs. It does nothing
// to a request that has ended. Any goroutine may call it.
func (s *Stream) Cancel() { s.engine.abort(s, ErrCanceled) }

// scheduled notes the start of the request's first step.
func (s *Stream) scheduled(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.times.Scheduled.IsZero() {
		s.times.Scheduled = at
	}
}

// push hands a token to the reader, and with it the end if finish is not "". It is not ok if the request has ended before.
func (s *Stream) push(t Token, finish Finish) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.finish != "" {
		return false
	}
	if s.times.FirstToken.IsZero() {
		s.times.FirstToken = t.At
	}
	s.unread = append(s.unread, t)
	if finish != "" {
		s.end(finish, nil, t.At)
	}
	s.tell()
	return true
}

// fail ends the request with an error. It is not ok if the request has ended before.
func (s *Stream) fail(err error, at time.Time) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.finish != "" {
		return false
	}
	s.end(FinishAbort, err, at)
	s.tell()
	return true
}

// end is called with mu held.
func (s *Stream) end(finish Finish, err error, at time.Time) {
	s.finish, s.err, s.times.Done = finish, err, at
	if s.unwatch != nil {
		s.unwatch()
	}
}

// tell is called with mu held.
func (s *Stream) tell() {
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// watch aborts the request when ctx ends.
func (s *Stream) watch(ctx context.Context) {
	unwatch := context.AfterFunc(ctx, func() { s.engine.abort(s, context.Cause(ctx)) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.finish != "" {
		unwatch()
	} else {
		s.unwatch = unwatch
	}
}
