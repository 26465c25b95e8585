package measure

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// Schedule is a gate's, for simulated gates.
type Schedule = schedule

// Duet is a benchmark that serves in a duet with itself, as in a gate, to be recorded.
type Duet struct {
	Dir, Benchmark string // a package's folder, and the benchmark's name without its first word
	Seed           uint64 // of the order of turns, and of the links
	Launches       int
	Pairs          int // of turns, in a launch
	Requests       int // in a turn
	Links          int // of which each launch has two that are drawn; 0: one binary serves both sides
}

// Record serves, and tells what came of it: where each launch begins, with the layouts of its links, and the pairs of turns in it,
// with the side that was first.
func (d Duet) Record(ctx context.Context, launch func(links [2]int64), pair func(first int, results [2]*duet.Result)) (err error) {
	scratch, err := testbin.NewScratch()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	bin, err := scratch.Build(ctx, d.Dir)
	if err != nil {
		return err
	}
	bins := []*testbin.Binary{bin}
	random := rand.New(rand.NewPCG(d.Seed, 1))
	if d.Links > 0 {
		layouts := make([]int64, d.Links)
		for i := range layouts {
			layouts[i] = 1 + random.Int64N(1<<31)
		}
		if bins, err = bin.Relink(ctx, layouts...); err != nil {
			return err
		}
	}
	for range d.Launches {
		var links [2]*testbin.Binary
		for i := range links {
			links[i] = bins[random.IntN(len(bins))]
		}
		launch([2]int64{links[0].Layout, links[1].Layout})
		if err := d.launch(ctx, links, random.Uint64(), pair); err != nil {
			return err
		}
	}
	return nil
}

func (d Duet) launch(ctx context.Context, links [2]*testbin.Binary, seed uint64, each func(int, [2]*duet.Result)) error {
	const path = "recorded"
	g := newGate(Order{Judge: judge.By(policy.Policy{}), Timeout: time.Minute, Budget: time.Hour, Seed: seed})
	for i, s := range g.sides {
		s.bins = map[string]*testbin.Binary{path: links[i]}
	}
	id := policy.ID{Package: path, Name: d.Benchmark, Procs: runtime.GOMAXPROCS(0)}
	both := judge.Results{Benchmarks: []judge.Benchmark{{ID: id}}}
	pair := g.order.Judge.Pairs(both, both)[0]
	processes := &requests{duo: &duo{of: &measurement{gate: g, pair: pair, sides: partakers(pair)}}}
	defer processes.kill()
	if err := processes.start(ctx); err != nil {
		return err
	}
	err := processes.held(ctx, processes, func() error {
		for range d.Pairs {
			order := processes.draw()
			results, err := processes.grant(ctx, order, duet.Turn{Requests: d.Requests})
			if err != nil {
				return err
			}
			each(order[0], [2]*duet.Result{results[baselineSide], results[candidateSide]})
		}
		return nil
	})
	_, _, ended := processes.end(ctx)
	return errors.Join(err, ended)
}
