package measure

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/evidence"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/internal/source"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// gate measures its sides on this machine, one after the other in turn, and judges as it goes.
type gate struct {
	order    Order
	scratch  *testbin.Scratch
	sides    []*side          // baseline, candidate, and the anchor where there is one
	places   []place          // of the packages of both
	results  *output.Results  // what is saved as it comes
	manifest *shards.Manifest // what a merge will need, of a shard that measured
	random   *rand.Rand
	spared   benchdata.Spared // what was left out of results
	left     time.Duration    // of the budgets of benchmarks that were settled before
	relink   linker
	same     comparer
	near     map[string]int       // of packages, by import path, how near to the change they are
	shapes   map[policy.ID]*shape // of benchmarks without a Recorder
	take     taker                // in place of processes, in tests; nil: none
	swapped  bool                 // each side's server is at the other's address
	restarts int                  // of both servers, where they are swapped
	crowded  bool                 // other packages' tests were seen to run beside it
}

// taker measures a round with one start of all sides' processes: so many portions, or fewer if enough says so after one.
type taker func(m *measurement, ctx context.Context, length int, enough func() bool) (launch, error)

// side is one of the things measured.
type side struct {
	name   string // "baseline", "candidate", "anchor"
	source source.Source
	tree   *testbin.Tree              // nil: the work tree
	bins   map[string]*testbin.Binary // by import path
	links  map[string]*links          // of them, where rounds need any
	smoke  benchdata.Set              // one run of every benchmark, for its structure
	looked map[string]looked          // what that looked at, by import path
	env    []string
	code   compared        // with the candidate's
	laid   map[string]bool // files of the candidate that lie over this side's, by their paths from the top
	// unchanged are the packages, by import path, that run and read the same as the candidate's, and are to be left out.
	unchanged map[string]bool
	// reads is what a package reads that differs from what the candidate's reads; empty: nothing. A package without an entry is not
	// known.
	reads map[string]string
	// strange is why a package must not be judged: it reads a file that differs though git sees no change of it.
	strange map[string]policy.Reason
}

// run measures and judges. What it finds is in g.order.Doc; the error says why there is nothing to find.
func (g *gate) run(ctx context.Context) (err error) {
	g.crowded = testbin.Beside() > 0
	if g.scratch, err = testbin.NewScratch(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.scratch.Close()) }()
	if err := g.build(ctx); err != nil {
		return err
	}
	restarts := len(g.order.Restart.Command) > 0
	if restarts { // the servers, which another gate may be measuring now
		release, err := g.alone(ctx)
		if err != nil {
			return err
		}
		defer release()
		defer g.unswap(ctx)
		if err := g.restart(ctx); err != nil {
			return err
		}
	}
	began := time.Now()
	err = g.discover(ctx)
	g.spend("tried", began)
	if err != nil {
		return err
	}
	if err := g.shareTests(ctx); err != nil {
		return err
	}
	g.compareInputs(ctx)
	g.distances(ctx)
	g.compareBinaries()
	if g.order.Known != nil {
		if err := g.one(); err != nil {
			return err
		}
		if g.order.Known(g.digest(ctx)) {
			return ErrKnown
		}
		g.leaveOutSameCode(ctx)
	}
	if refused, err := g.refuse(); refused || err != nil {
		return err
	}
	if !restarts && slices.ContainsFunc(g.pairs(), judge.Pair.Measurable) { // who has nothing to measure waits for nobody
		release, err := g.alone(ctx)
		if err != nil {
			return err
		}
		defer release()
	}
	return g.measure(ctx)
}

// refuse reports whether the policy cannot be applied to what the smoke runs found. The report, or the error, says why.
func (g *gate) refuse() (bool, error) {
	pairs := g.pairs()
	if err := g.blindTo(pairs); err != nil {
		return false, err
	}
	better := func(side int) map[string]policy.Direction { return evidence.Directions(&g.sides[side].smoke) }
	report := g.order.Judge.Refuse(pairs, better(baselineSide), better(candidateSide))
	if len(report.Verdicts) == 0 {
		return false, nil
	}
	g.order.Doc.Report = report
	return true, nil
}

// newGate is what has not measured anything yet. The order of all turns to come is one of the seed's.
func newGate(o Order) *gate {
	g := &gate{
		order: o, random: rand.New(rand.NewPCG(o.Seed, 0)), relink: relink, same: (*gate).sameCode,
		sides: []*side{{name: "baseline", source: o.Baseline}, {name: "candidate", source: o.Candidate}},
	}
	if o.Anchor != nil {
		g.sides = append(g.sides, &side{name: "anchor", source: *o.Anchor})
	}
	return g
}

// config is what the candidate's results say of themselves and its binaries, the same for all of them.
func (g *gate) config() map[string]string {
	config := map[string]string{}
	maps.Copy(config, g.sides[candidateSide].smoke.Config)
	if version := goVersion(g.sides[baselineSide], g.sides[candidateSide]); version != "" {
		config["go"] = version
	}
	return config
}

// spend says in the report that the time since then was spent on a phase.
func (g *gate) spend(phase string, since time.Time) { g.order.Doc.Spend(phase, time.Since(since)) }
