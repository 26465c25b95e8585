package duet

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
)

// ErrIterations means that a benchmark ran another number of iterations than it was told to.
var ErrIterations = errors.New("the benchmark sets b.N itself")

// GrantPlain is Grant for a process that takes plain turns.
func (p *Peer) GrantPlain(ctx context.Context, t PlainTurn) (*PlainResult, error) {
	if p.err != nil {
		return nil, p.err
	}
	if t.Iterations < 1 || t.Iterations > MaxIterations {
		return nil, fmt.Errorf("duet: a plain turn of %d iterations: grant 1 to %d", t.Iterations, MaxIterations)
	}
	if t.Within == 0 {
		t.Within = DefaultWithin
	}
	p.turns++
	p.out = appendPlainTurn(p.out, p.turns, t)
	return grant(ctx, p, t.Within, kindPlainResult, func(body []byte, took time.Duration) (*PlainResult, error) {
		r, err := decodePlainResult(body)
		if err != nil {
			return nil, err
		}
		r.Took = took
		return r, r.check(p.turns, t, took, runtime.NumCPU())
	})
}

// check holds r against what the gate knows by itself, as Result.check does.
func (r *PlainResult) check(number int64, t PlainTurn, took time.Duration, cpus int) error {
	switch most := took + slack; {
	case r.Number != number:
		return fmt.Errorf("a result of turn %d", r.Number)
	case r.Iterations != int64(t.Iterations):
		return fmt.Errorf("%w: %d iterations, and %d were granted", ErrIterations, r.Iterations, t.Iterations)
	case r.Wall > most:
		return fmt.Errorf("a turn of %v, and all was over after %v", r.Wall, took)
	case r.Timed > r.Wall+slack:
		return fmt.Errorf("the benchmark's timer ran for %v of a turn of %v", r.Timed, r.Wall)
	case r.CPU/time.Duration(cpus) > most+ticks:
		return fmt.Errorf("%v of CPU time within %v on %d CPUs", r.CPU, took, cpus)
	}
	return nil
}
