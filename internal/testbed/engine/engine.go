package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tailgate-go/tailgate/internal/pace"
)

// Engine serves requests on a device, many at a time. Any number of goroutines may call its methods. It has one goroutine of its
// own, until Close or Drain.
type Engine struct {
	config Config
	device Device
	model  Model
	pacer  *pace.Waiter
	stop   context.CancelCauseFunc // the cause is what ends the requests that are left
	ctx    context.Context
	wake   chan struct{} // has room for one: something came in since the scheduler looked
	ended  chan struct{} // closed when the scheduler has ended

	closing error // of Close: what the scheduler left; valid once ended is closed

	mu       sync.Mutex
	draining bool
	idle     chan struct{} // closed when draining and nothing is left
	live     int           // requests that were accepted and have not given back what they have
	lastID   uint64
	arrivals []*sequence // in order, not yet in the queue
	aborted  []*sequence // in order of their end, with all they have

	now        time.Time // end of the last step
	queue      *queue
	running    []*sequence // by cmpAdmission
	admissions uint64
	blocks     blocks
	slots      *slots
	step       Step
	batch      []*sequence // of the step's chunks
	counters   counters
}

// New starts an engine; Close it. Inside a bubble of testing/synctest it keeps the bubble's time.
func New(c Config) (*Engine, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	pacer, err := pace.New()
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	e := &Engine{
		config: c,
		device: c.Device,
		model:  c.Device.Model(),
		pacer:  pacer,
		wake:   make(chan struct{}, 1),
		ended:  make(chan struct{}),
		idle:   make(chan struct{}),
		queue:  newQueue(c.Adapters),
		blocks: blocks{size: c.BlockSize, total: c.KVBlocks, free: c.KVBlocks},
		slots:  newSlots(c.MaxLoras, c.MaxCPULoras),
	}
	e.ctx, e.stop = context.WithCancelCause(context.Background())
	go e.run()
	return e, nil
}

// Submit puts a request in the queue, or refuses it at once: with ErrInvalid, ErrTooLong, ErrUnknownAdapter, ErrQueueFull,
// ErrClosed, or ctx's cause if it has ended. When ctx ends later, the request is aborted with its cause.
func (e *Engine) Submit(ctx context.Context, r Request) (*Stream, error) {
	r, err := e.config.check(r, e.model.Vocab)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("engine: %w", context.Cause(ctx))
	}
	s := &Stream{engine: e, news: make(chan struct{}, 1)}
	r.Prompt = slices.Clone(r.Prompt) // the caller's may change
	s.seq = &sequence{request: r, stream: s, tokens: slices.Clip(r.Prompt)}
	if err := e.accept(s.seq); err != nil {
		return nil, err
	}
	s.watch(ctx)
	return s, nil
}

func (e *Engine) accept(s *sequence) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch _, known := e.queue.by[s.request.Adapter]; {
	case e.ctx.Err() != nil:
		return fmt.Errorf("engine: %w", closedBy(context.Cause(e.ctx)))
	case e.draining:
		return fmt.Errorf("engine: %w: it drains", ErrClosed)
	case !known:
		return fmt.Errorf("engine: %w %q", ErrUnknownAdapter, s.request.Adapter)
	case e.waiting() >= e.config.MaxWaiting:
		return fmt.Errorf("engine: %w: %d; come back later", ErrQueueFull, e.config.MaxWaiting)
	}
	e.lastID++
	e.live++
	s.id = e.lastID
	s.arrived = time.Now()
	s.stream.times.Arrived = s.arrived
	e.arrivals = append(e.arrivals, s)
	e.call()
	return nil
}

// closedBy is cause as a reason why nothing more is accepted.
func closedBy(cause error) error {
	if errors.Is(cause, ErrClosed) {
		return cause
	}
	return fmt.Errorf("%w: %w", ErrClosed, cause)
}

// waiting is called with mu held.
func (e *Engine) waiting() int { return len(e.arrivals) + e.queue.len() }

// call wakes the scheduler.
func (e *Engine) call() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// abort ends a request for its reader; the scheduler then takes what it has.
func (e *Engine) abort(s *Stream, why error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s.fail(why, time.Now()) && s.seq.state != done {
		e.aborted = append(e.aborted, s.seq)
		e.call()
	}
}

// Drain accepts no more requests, waits until those accepted are done, and closes the engine. When ctx ends before that, they
// are ended with ErrClosed, and Drain returns ctx's cause.
func (e *Engine) Drain(ctx context.Context) error {
	e.mu.Lock()
	if !e.draining {
		e.draining = true
		e.rest()
	}
	e.mu.Unlock()
	select {
	case <-e.idle:
	case <-e.ended:
	case <-ctx.Done():
		e.stop(fmt.Errorf("%w: it drained, and time was up", ErrClosed))
		return errors.Join(fmt.Errorf("engine: drain: %w", context.Cause(ctx)), e.Close())
	}
	return e.Close()
}

// rest notes, with mu held, that a draining engine has nothing left to do.
func (e *Engine) rest() {
	if e.draining && e.live == 0 {
		select {
		case <-e.idle:
		default:
			close(e.idle)
		}
	}
}

// Close ends the engine, and with ErrClosed all requests that are not done, and waits for the step that the device computes, not
// for one that it models. It may be called more than once.
func (e *Engine) Close() error {
	e.stop(ErrClosed)
	<-e.ended
	return e.closing
}
