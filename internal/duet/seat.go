package duet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

// errFailed means that this side has failed, and has said so.
var errFailed = errors.New("a benchmark of this process has failed")

// Sitter is the benchmark that sits in a Seat.
type Sitter struct {
	Name string
	// DrivesItself says that it serves no requests in turn: all that is left to do then is to wait for the end, with Begin.
	DrivesItself bool
	// Elapsed is how long the benchmark's timer has run.
	Elapsed func() time.Duration
	// Collect puts what the requests of a turn measured into the lists of a result, and forgets it. The lists are empty, with
	// the storage of the turn before. It is called when no request is being served.
	Collect func(*Result) error
}

// Seat is a benchmark process's place in a duet. Begin and End may be called by many goroutines at once.
//
// A turn of k requests sets left and unfinished to k. Begin takes one off left, and whoever finds nothing left waits for the next
// turn: one goroutine reads the pipe, the others queue behind it. End takes one off unfinished.
type Seat struct {
	from io.Reader
	to   io.Writer

	left       atomic.Int64 // requests of this turn that may still begin; below zero: how many came in vain
	unfinished atomic.Int64 // requests of this turn that have not ended
	flight     atomic.Int64 // the most requests at one time

	reading sync.Mutex // held while waiting for a turn
	inbox   inbox

	mu      sync.Mutex // never held for long
	sitter  *Sitter
	over    error // why no more requests are served; nil while they are
	waiting int   // goroutines that wait for a turn
	due     bool  // all requests of the turn have ended, and its result has not been sent
	warmUp  bool  // this turn
	result  Result
	out     []byte

	began, ended meter // this turn began, and the last one ended, with these readings
	requests     int64 // since the last warm-up turn
	heap         heap
	cycles       [1]metrics.Sample
}

func newSeat(from io.Reader, to io.Writer) *Seat {
	return &Seat{from: from, to: to, cycles: [1]metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}}}
}

// Sit takes the seat for a benchmark, once everything that comes before its first counted request is done. The seat is taken until
// the process ends.
func (s *Seat) Sit(by Sitter) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over != nil {
		return s.over
	}
	if s.sitter != nil {
		return fmt.Errorf("%s takes part in a duet already: run one benchmark with one Recorder in a process", s.sitter.Name)
	}
	s.sitter = &by
	s.heap = readHeap()
	can := capabilities
	if by.DrivesItself {
		can |= DrivesItself
	}
	s.out = appendHello(s.out, Hello{PID: os.Getpid(), Procs: runtime.GOMAXPROCS(0), Can: can, Benchmark: by.Name})
	s.ended = s.read()
	s.over = s.send()
	return s.over
}

// Over is why no more requests are served: ErrEnd, ErrGateGone, or what went wrong. It is nil until then.
func (s *Seat) Over() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over
}

// Begin waits until one more request may be served. The error is that of Over: the benchmark must end.
func (s *Seat) Begin() error {
	for {
		if left := s.left.Add(-1); left >= 0 {
			s.fly(s.unfinished.Load() - left)
			return nil
		}
		if err := s.wait(); err != nil {
			return err
		}
	}
}

// fly keeps the most requests in flight. A request counts itself and all that began before it and have not ended: whenever n
// overlap, the last of them to begin finds n or more.
func (s *Seat) fly(n int64) {
	for {
		most := s.flight.Load()
		if n <= most || s.flight.CompareAndSwap(most, n) {
			return
		}
	}
}

// End says that a request has ended.
func (s *Seat) End() {
	if s.unfinished.Add(-1) > 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.due = true
	if s.waiting > 0 {
		s.finish()
	}
}

// Fail says why there will be no more results. Only the first word counts.
func (s *Seat) Fail(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail(text)
}

func (s *Seat) fail(text string) {
	if s.over == nil {
		s.over = errFailed
		_, _ = s.to.Write(appendFailure(s.out, text)) // a gate that is gone need not know
	}
}

// wait returns when there may be requests left, or with the reason why there will be none.
func (s *Seat) wait() error {
	s.mu.Lock()
	if s.due {
		s.finish()
	}
	s.waiting++
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.waiting--
		s.mu.Unlock()
	}()

	s.reading.Lock()
	defer s.reading.Unlock()
	if s.left.Load() > 0 {
		return nil // whoever read before has begun a turn
	}
	if err := s.Over(); err != nil {
		return err
	}
	kind, body, err := s.inbox.next(s.from)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over == nil {
		s.over = s.obey(kind, body, err)
	}
	return s.over
}

// obey does what the gate says.
func (s *Seat) obey(kind byte, body []byte, err error) error {
	switch {
	case errors.Is(err, io.EOF):
		return ErrGateGone
	case err != nil:
		return fmt.Errorf("duet: from the gate: %w", err)
	case kind == kindTurn:
		return s.begin(body)
	case kind == kindEnd:
		return s.account()
	}
	return fmt.Errorf("duet: from the gate: a frame of kind %q where a turn was to come", kind)
}

// begin begins the turn that the gate granted.
func (s *Seat) begin(body []byte) error {
	number, t, err := decodeTurn(body)
	if err == nil && s.unfinished.Load() > 0 {
		err = fmt.Errorf("turn %d in the middle of turn %d", number, s.result.Number)
	}
	if err != nil {
		return fmt.Errorf("duet: from the gate: %w", err)
	}
	s.result.Number = number
	s.warmUp = t.WarmUp
	s.flight.Store(0)
	s.unfinished.Store(int64(t.Requests))
	s.began = s.read()
	s.left.Store(int64(t.Requests))
	return nil
}

// finish sends the result of the turn whose requests have all ended.
func (s *Seat) finish() {
	s.due = false
	if s.over != nil {
		return
	}
	now := s.read()
	r := &s.result
	r.Wall = now.at - s.began.at
	// The benchmark may have reset its timer. And a process that is held up between reading one clock and the next must not seem
	// to lie.
	r.Timed = min(max(0, now.timed-s.began.timed), r.Wall)
	r.CPU, r.Idle = now.cpu-s.began.cpu, s.began.cpu-s.ended.cpu
	r.Switches = now.switches - s.began.switches
	r.GCs = now.cycles - s.began.cycles
	r.Concurrency = int(s.flight.Load())
	r.empty()
	if err := s.sitter.Collect(r); err != nil {
		s.fail(err.Error())
		return
	}
	s.out = appendResult(s.out, r)
	if tooLong(s.out) {
		s.fail(fmt.Sprintf("the result of turn %d takes %d bytes, where %d is the most: grant fewer requests a turn",
			r.Number, len(s.out), most[kindResult]))
		return
	}
	s.requests += int64(len(r.Latencies))
	if s.warmUp {
		s.requests, s.heap = 0, readHeap()
	}
	s.ended = s.read()
	s.over = s.send()
}

// account answers the end.
func (s *Seat) account() error {
	now := readHeap()
	s.out = appendTotals(s.out, Totals{
		Requests: s.requests, Allocations: now.objects - s.heap.objects, Bytes: now.bytes - s.heap.bytes,
	})
	_ = s.send() // the end is the end
	return ErrEnd
}

func (s *Seat) send() error {
	if _, err := s.to.Write(s.out); err != nil {
		return fmt.Errorf("%w: %w", ErrGateGone, err)
	}
	return nil
}
