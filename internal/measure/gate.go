package measure

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/internal/source"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// gate measures two sides on this machine, one after the other in turn, and judges as it goes.
type gate struct {
	order    Order
	scratch  *testbin.Scratch
	sides    [2]*side         // baseline, candidate
	results  *output.Results  // what is saved as it comes
	manifest *shards.Manifest // what a merge will need, of a shard that measured
	random   *rand.Rand
	left     time.Duration // of the budgets of benchmarks that were settled before
	relink   linker
	take     taker // in place of processes, in tests; nil: none
}

// taker measures a round with one start of both sides' processes: so many portions, or fewer if enough says so after one.
type taker func(m *measurement, ctx context.Context, length int, enough func() bool) (launch, error)

// side is one of the two things measured.
type side struct {
	name   string // "baseline", "candidate"
	source source.Source
	tree   *testbin.Tree              // nil: the work tree
	bins   map[string]*testbin.Binary // by import path
	links  map[string]*links          // of them, where rounds need any
	smoke  benchdata.Set              // one run of every benchmark, for its structure
	env    []string
}

const (
	baselineSide  = 0
	candidateSide = 1
)

// run measures and judges. What it finds is in g.order.Doc; the error says why there is nothing to find.
func (g *gate) run(ctx context.Context) (err error) {
	if g.scratch, err = testbin.NewScratch(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.scratch.Close()) }()
	if err := g.build(ctx); err != nil {
		return err
	}
	began := time.Now()
	err = g.discover(ctx)
	g.spend("tried", began)
	if err != nil {
		return err
	}
	began = time.Now()
	release, err := g.lock(ctx)
	g.spend("waited", began)
	if err != nil {
		return err
	}
	defer release()
	return g.measure(ctx)
}

// newGate is what has not measured anything yet. The order of all turns to come is one of the seed's.
func newGate(o Order) *gate {
	return &gate{
		order: o, random: rand.New(rand.NewPCG(o.Seed, 0)), relink: relink,
		sides: [2]*side{{name: "baseline", source: o.Baseline}, {name: "candidate", source: o.Candidate}},
	}
}

// coin is the side that is first.
func (g *gate) coin() int { return g.random.IntN(2) }

// lock waits until no other gate measures on this machine.
func (g *gate) lock(ctx context.Context) (release func(), err error) {
	release, err = testbin.Lock(ctx, testbin.LockPath(), func(holder string) {
		g.order.Display.Say("another gate is measuring on this machine (%s): waiting for it", holder)
	})
	if err != nil {
		return nil, fmt.Errorf("another gate is measuring on this machine: %w", err)
	}
	return release, nil
}

// config is what the candidate's results say of themselves and its binaries, the same for all of them.
func (g *gate) config() map[string]string {
	config := map[string]string{}
	maps.Copy(config, g.sides[candidateSide].smoke.Config)
	if version := g.goVersion(); version != "" {
		config["go"] = version
	}
	return config
}

// spend says in the report that the time since then was spent on a phase.
func (g *gate) spend(phase string, since time.Time) { g.order.Doc.Spend(phase, time.Since(since)) }

func (g *gate) note(text string) {
	if !slices.Contains(g.order.Doc.Notes, text) {
		g.order.Doc.Notes = append(g.order.Doc.Notes, text)
	}
}
