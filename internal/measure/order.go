package measure

import (
	"context"
	"strconv"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/internal/source"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// Order is what is to be measured and how it is judged. All is decided in it: nothing has a default.
type Order struct {
	Name string // the test's
	Dir  string // its folder

	Packages            []string      // patterns of the go command, relative to Dir
	Only                string        // import path of the one package of them that is built; empty: all are
	Program             *Program      // in place of packages; nil: none
	Bench               string        // pattern of the benchmarks
	Benchtime           string        // of a whole run, as in go test -benchtime
	Repo                *testbin.Repo // nil when Dir is in none
	Baseline, Candidate source.Source
	Anchor              *source.Source // an older revision, which has turns in the same rounds; nil: there is none
	OwnTests            bool           // each side is measured with its own tests, not both with the candidate's
	Identical           bool           // packages that run and read the same on both sides are measured, too

	Judge     judge.Judge
	Budget    time.Duration  // for a benchmark; those after it may use what it leaves
	Total     time.Duration  // for all benchmarks together; 0: what ctx leaves
	Timeout   time.Duration  // for an answer of a process
	Plant     duet.Plant     // in the candidate
	Restart   Restart        // of the servers at the sides' addresses
	Expect    policy.Outcome // what the gate is to come to; empty: nothing is expected
	Variables []string       // given to benchmarks though they look like secrets
	Procs     int            // GOMAXPROCS of benchmarks; 0: as they have it by themselves
	Profile   bool           // what regressed
	Shard     part.Part
	Costs     shards.Costs
	Seed      uint64 // of the order of turns
	// Known makes it a step of a search, in which a rule must speak of one metric of one benchmark at most. It is told, before
	// anything is measured, what the candidate runs and reads, in a digest that is empty where that is not known; where it knows
	// that, Run returns ErrKnown. nil: no search.
	Known func(digest string) bool

	TestTimeout time.Duration // what go test -timeout is set to, where the deadline is a test's; else 0

	Display *progress.Display // who is told meanwhile
	Out     *output.Folder    // where results and profiles are saved
	Doc     *report.Document  // what is filled with what there is to say
}

// Run measures and judges. What it finds is in o.Doc; the error says why there is nothing to find. The manifest is what a merge
// will need, of a shard that measured; else it is nil.
func (o Order) Run(ctx context.Context) (*shards.Manifest, error) {
	g := newGate(o)
	if !o.Plant.IsZero() {
		g.sides[candidateSide].env = []string{duet.PlantEnv + "=" + o.Plant.String()}
	}
	for _, s := range g.sides {
		if o.Procs > 0 {
			s.env = append(s.env, "GOMAXPROCS="+strconv.Itoa(o.Procs))
		}
	}
	if g.betweenServers() {
		g.noteServers()
	}
	before := readMachine()
	err := g.run(ctx)
	o.Doc.Environment = environment(g.config(), before, o.Seed)
	return g.manifest, err
}
