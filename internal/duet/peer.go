package duet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
)

var (
	// ErrStalled means that a process did not answer in time.
	ErrStalled = errors.New("no answer")
	// ErrGone means that a process ended, or closed its pipe. Its exit status and output say why.
	ErrGone = errors.New("the process ended")
)

// errStalled is a pipe from which nothing comes.
var errStalled = errors.New("stalled")

// defaultSetup is how long a process may take to its seat when ctx has no deadline: as long as a test may run.
const defaultSetup = 10 * time.Minute

// Peer is the gate's view of one process in a duet. It is not for concurrent use. After an error all that is left to do is Close,
// upon which the process ends by itself if it can, and to wait for the process or kill it.
type Peer struct {
	Hello Hello

	r, w  *os.File
	in    pipeReader
	to    pipe
	inbox inbox
	out   []byte
	turns int64 // granted so far
	err   error // the first
}

// Open waits until the process at the other ends of r and w takes its seat: until it has done all that comes before its first
// counted request. ctx bounds the wait; without a deadline it is ten minutes. The error is a *VersionError, a *Failure, ErrGone
// (also where a benchmark without a Recorder ended), ErrStalled, ctx's cause, or what the process said that it should not have.
// Then r and w are closed; else they are the Peer's to close.
func Open(ctx context.Context, r, w *os.File) (*Peer, error) {
	p := &Peer{r: r, w: w}
	err := p.open(ctx)
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("duet: %w", err)
	}
	return p, nil
}

func (p *Peer) open(ctx context.Context) (err error) {
	if p.in.pipe, err = descriptor(p.r); err != nil {
		return err
	}
	if p.to, err = descriptor(p.w); err != nil {
		return err
	}
	body, err := p.receive(ctx, defaultSetup, kindHello)
	if err != nil {
		return err
	}
	p.Hello, err = decodeHello(body)
	return err
}

// Grant lets the process serve one turn and returns what it measured. The error is as for Open, and says which turn it was.
// The result is the caller's to keep.
func (p *Peer) Grant(ctx context.Context, t Turn) (*Result, error) {
	if p.err != nil {
		return nil, p.err
	}
	if t.Requests < 1 || t.Requests > MaxRequests {
		return nil, fmt.Errorf("duet: a turn of %d requests: grant 1 to %d", t.Requests, MaxRequests)
	}
	if t.Within == 0 {
		t.Within = DefaultWithin
	}
	p.turns++
	p.out = appendTurn(p.out, p.turns, t)
	return grant(ctx, p, t.Within, kindResult, func(body []byte, took time.Duration) (*Result, error) {
		r, err := decodeResult(body)
		if err != nil {
			return nil, err
		}
		r.Took = took
		return r, r.check(p.turns, t, took, runtime.NumCPU())
	})
}

// grant sends the turn in p.out and reads its result. read decodes it, and holds it against what the gate knows by itself.
func grant[R any](ctx context.Context, p *Peer, within time.Duration, kind byte,
	read func(body []byte, took time.Duration) (*R, error)) (*R, error) {
	var r *R
	body, took, err := p.exchange(ctx, within, kind)
	if err == nil {
		if r, err = read(body, took); err != nil {
			r, err = nil, fmt.Errorf("a result that cannot be: %w", err)
		}
	}
	if err != nil {
		p.err = fmt.Errorf("duet: %s: turn %d: %w", p.Hello.Benchmark, p.turns, err)
	}
	return r, p.err
}

// exchange sends the turn in p.out, and reads the answer of the given kind.
func (p *Peer) exchange(ctx context.Context, within time.Duration, want byte) (body []byte, took time.Duration, err error) {
	began := time.Now()
	if err := p.send(ctx); err != nil {
		return nil, 0, err
	}
	body, err = p.receive(ctx, within, want)
	return body, time.Since(began), err
}

// End tells the process that there are no more turns. It returns when the process has understood, and is cleaning up. ctx bounds
// the wait; without a deadline it is DefaultWithin. The pipes are closed.
func (p *Peer) End(ctx context.Context) (Totals, error) {
	if p.err != nil {
		return Totals{}, p.err
	}
	t, err := p.end(ctx)
	if err != nil {
		return Totals{}, fmt.Errorf("duet: %s: end: %w", p.Hello.Benchmark, err)
	}
	return t, nil
}

func (p *Peer) end(ctx context.Context) (Totals, error) {
	defer p.Close()
	p.out = finish(begin(p.out, kindEnd))
	if err := p.send(ctx); err != nil {
		return Totals{}, err
	}
	body, err := p.receive(ctx, DefaultWithin, kindTotals)
	if err != nil {
		return Totals{}, err
	}
	return decodeTotals(body)
}

// Close closes the pipes. A process that waits for its turn sees that its gate is gone, and ends.
func (p *Peer) Close() {
	if p.err == nil {
		p.err = errors.New("duet: closed")
	}
	p.r.Close()
	p.w.Close()
}

func (p *Peer) send(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	_, err := p.to.Write(p.out)
	if err == nil || errors.Is(err, errFull) {
		return err
	}
	// Nobody holds the other end. Why is in what was said before, if anything was.
	if _, why := p.receive(ctx, time.Second, kindFailure); why != nil {
		return why
	}
	return fmt.Errorf("%w: %w", ErrGone, err)
}

// receive reads a frame of the given kind, or fails within the given time.
func (p *Peer) receive(ctx context.Context, within time.Duration, want byte) ([]byte, error) {
	began := time.Now()
	p.in.ctx, p.in.until = ctx, began.Add(within)
	if until, ok := ctx.Deadline(); ok && (until.Before(p.in.until) || want == kindHello) {
		p.in.until = until
	}
	kind, body, err := p.inbox.next(&p.in)
	switch {
	case errors.Is(err, errStalled), errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("%w within %v", ErrStalled, time.Since(began).Round(time.Millisecond))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%w in the middle of a frame", ErrGone)
	case errors.Is(err, io.EOF):
		return nil, ErrGone
	case err != nil:
		return nil, err
	case kind == kindFailure:
		return nil, decodeFailure(body)
	case kind != want:
		return nil, fmt.Errorf("a frame of kind %q where %q was to come", kind, want)
	}
	return body, nil
}

// pipeReader reads what comes in time.
type pipeReader struct {
	pipe
	ctx   context.Context
	until time.Time
}

func (r *pipeReader) Read(b []byte) (int, error) {
	if err := r.wait(r.ctx, r.until); err != nil {
		return 0, err
	}
	return r.pipe.Read(b)
}
