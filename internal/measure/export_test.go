package measure

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// Duet has the test binary of the package in dir serve in a duet with itself, as a gate does: launch after launch, so many pairs
// of turns in each, a request each turn. It tells what the requests of the baseline and of the candidate took, in nanoseconds.
func Duet(ctx context.Context, dir, benchmark string, seed uint64, launches, pairs int,
	turns func(launch int, candidateFirst bool, ns [2]int64)) (err error) {
	scratch, err := testbin.NewScratch()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	bin, err := scratch.Build(ctx, dir)
	if err != nil {
		return err
	}
	const path = "recorded"
	bins := map[string]*testbin.Binary{path: bin}
	g := newGate(Order{Judge: judge.By(policy.Policy{}), Timeout: time.Minute, Budget: time.Hour, Seed: seed})
	for _, s := range g.sides {
		s.bins = bins
	}
	both := judge.Results{Benchmarks: []judge.Benchmark{{Package: path, Name: benchmark, Procs: runtime.GOMAXPROCS(0)}}}
	m := &measurement{gate: g, pair: g.order.Judge.Pairs(both, both)[0]}
	for i := range launches {
		if err := m.record(ctx, pairs, func(first int, ns [2]int64) { turns(i, first == candidateSide, ns) }); err != nil {
			return err
		}
	}
	return nil
}

func (m *measurement) record(ctx context.Context, pairs int, turns func(first int, ns [2]int64)) error {
	d := &duo{of: m}
	defer d.kill()
	if err := d.start(ctx); err != nil {
		return err
	}
	return errors.Join(d.held(ctx, func() error {
		for range pairs {
			first := d.of.gate.coin()
			results, err := d.grant(ctx, first, duet.Turn{Requests: 1})
			if err != nil {
				return err
			}
			turns(first, [2]int64{results[baselineSide].Latencies[0], results[candidateSide].Latencies[0]})
		}
		return nil
	}), d.end(ctx, &duetRound{}))
}
