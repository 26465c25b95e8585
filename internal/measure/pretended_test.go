package measure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
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

// pretended is a gate whose rounds are made up, and the same whoever measures them. All else is the gate: it looks,
// settles, saves and reports.
type pretended struct {
	policy     policy.Policy
	budget     time.Duration // for a benchmark; 0: an hour
	total      time.Duration // for all benchmarks; 0: it has no end
	start      time.Duration // of both processes; 0: 0.1 s
	costs      shards.Costs
	benchmarks []pretendedBenchmark
	commit     string
	trailers   string               // of a commit between both sides
	fails      string               // what the gate's error says; empty: it has none
	linked     bool                 // rounds have links
	anchored   bool                 // there is an anchor
	meanwhile  func(m *measurement) // happens before each launch; nil: nothing
}

// pretendedBenchmark is one benchmark of a pretended gate.
type pretendedBenchmark struct {
	name     string
	effect   float64       // the candidate's p95 is so many times the baseline's
	noise    float64       // standard deviation of the logarithm of a round's ratio
	took     time.Duration // a round
	breaks   int           // before this round it breaks; 0: never
	late     func() bool   // whether the next round is thrown away; nil: none is
	only     string        // "baseline", "candidate": the other side lacks it
	again    bool          // the baseline lacks it, and the anchor has it
	unjudged bool          // it has no p95
	idle     bool          // it is in a package that is unchanged
	cached   []float64     // of each side's prompts, so many percent came from a cache; nil: the servers do not say
	cold     bool          // none were to
	crept    float64       // the candidate's p95 is so many times the anchor's; 0: the anchor lacks it
}

const idlePackage = "example.com/idle"

func (p pretendedBenchmark) pkg() string {
	if p.idle {
		return idlePackage
	}
	return "example.com/shop"
}

func (p pretendedBenchmark) metric() string {
	if p.unjudged {
		return "score"
	}
	return "p95-ns"
}

// round is the i-th, from 0.
func (p pretendedBenchmark) round(i int) round {
	r := rand.New(rand.NewPCG(uint64(i), uint64(len(p.name))+uint64(p.name[0])<<8+uint64(p.name[len(p.name)-1])<<16))
	base := 5e6 * math.Exp(0.1*r.NormFloat64())
	run := func(p95 float64) benchdata.Run {
		out := benchdata.Run{Iters: 100, Values: []benchdata.Value{{Unit: "ns/op", Value: math.Round(p95 / 1.3)}}}
		if !p.unjudged { // all that a Recorder always reports
			for _, unit := range []string{"p50-ns", "p90-ns", "mean-ns", "min-ns"} {
				out.Values = append(out.Values, benchdata.Value{Unit: unit, Value: math.Round(p95 / 1.3)})
			}
			for _, unit := range []string{"p99-ns", "max-ns"} {
				out.Values = append(out.Values, benchdata.Value{Unit: unit, Value: math.Round(100 * p95)})
			}
		}
		out.Values = append(out.Values, benchdata.Value{Unit: p.metric(), Value: math.Round(p95)})
		return out
	}
	slower := base * p.effect * math.Exp(p.noise*r.NormFloat64())
	out := round{runs: each[benchdata.Run]{run(base), run(slower), run(slower / max(p.crept, 1) * math.Exp(p.noise*r.NormFloat64()))}}
	for side, percent := range p.cached {
		values := &out.runs[side].Values
		*values = append(*values, benchdata.Value{Unit: "cached-percent", Value: percent})
		if p.cold {
			*values = append(*values, benchdata.Value{Unit: "cold", Value: 1})
		}
	}
	return out
}

// run runs the gate, or the part of it, and leaves its results in dir.
func (g pretended) run(t *testing.T, of part.Part, dir string) (doc report.Document) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { // rounds take their time, and none passes
		out, _, err := output.Of(output.Test{Dir: t.TempDir()}, dir)
		require.NoError(t, err)
		doc = report.Document{Name: "TestGate", Began: time.Now(), Accepts: g.trailers != ""}
		trailers, problems := policy.Trailers(g.trailers)
		require.Empty(t, problems)
		o := Order{
			Name: "TestGate", Dir: "/module/gate", Judge: judge.By(g.policy).Accepting(trailers),
			Budget: cmp.Or(g.budget, time.Hour), Timeout: time.Minute, Total: g.total, Shard: of, Costs: g.costs,
			Seed: uint64(of.I), Display: progress.New(io.Discard, nil), Out: out, Doc: &doc,
		}
		if g.anchored {
			o.Anchor = &source.Source{}
		}
		l := newGate(o)
		l.take = g.take
		l.relink = func(_ context.Context, _ *testbin.Binary, seeds ...int64) (links []*testbin.Binary, _ error) {
			for _, seed := range seeds {
				links = append(links, &testbin.Binary{Layout: seed})
			}
			return links, nil
		}
		for i, s := range l.sides {
			l.sides[i] = g.side(s.name)
			l.sides[i].unchanged = map[string]bool{idlePackage: s.name == "baseline"}
		}
		err = l.measure(t.Context())
		doc, err = output.Leave(out, doc, l.manifest.Seal, err)
		if g.fails != "" {
			require.ErrorContains(t, err, g.fails)
		} else {
			require.NoError(t, err)
		}
	})
	return doc
}

// side is a side after its smoke runs.
func (g pretended) side(name string) *side {
	commit := name + "'s commit"
	if name == "candidate" {
		commit += g.commit
	}
	s := &side{name: name, bins: map[string]*testbin.Binary{"example.com/shop": {SHA256: "of " + commit, GoVersion: "go1.26"}}}
	if slices.ContainsFunc(g.benchmarks, func(b pretendedBenchmark) bool { return b.idle }) {
		s.bins[idlePackage] = &testbin.Binary{SHA256: "of both", GoVersion: "go1.26"}
		if name == "anchor" {
			s.bins[idlePackage] = &testbin.Binary{SHA256: "of the anchor", GoVersion: "go1.26"}
		}
	}
	s.links = map[string]*links{}
	s.source.Side.What, s.source.Side.Commit = "the "+name, commit
	s.smoke = benchdata.Set{Config: map[string]string{"goos": "linux", "cpu": "EPYC"}, Better: map[string]int{}}
	for _, b := range g.benchmarks {
		if b.only != "" && b.only != name || name == "anchor" && b.crept == 0 || name == "baseline" && b.again {
			continue
		}
		run := b.round(1000).runs[0]
		run.Iters = 1
		s.smoke.Benchmarks = append(s.smoke.Benchmarks, benchdata.Benchmark{
			ID: policy.ID{Package: b.pkg(), Name: b.name, Procs: 2}, Runs: []benchdata.Run{run},
		})
	}
	return s
}

// take pretends to start both processes.
func (g pretended) take(m *measurement, _ context.Context, length int, enough func() bool) (l launch, err error) {
	b := g.benchmarks[slices.IndexFunc(g.benchmarks, func(b pretendedBenchmark) bool { return b.name == m.pair.Name() })]
	m.inDuet = true
	if g.linked && !m.linked {
		return l, errUnlinked
	}
	if g.meanwhile != nil {
		g.meanwhile(m)
	}
	l.start = cmp.Or(g.start, 100*time.Millisecond)
	time.Sleep(l.start)
	if b.breaks > 0 && m.judging.Rounds()+1 >= b.breaks {
		return l, errors.New("candidate: it broke")
	}
	for range length {
		time.Sleep(b.took)
		if enough() {
			break
		}
	}
	if b.late != nil && b.late() {
		return launch{lag: 12345678, late: candidateSide}, errLate
	}
	r := b.round(m.judging.Rounds())
	l.round = &r
	return l, nil
}

// shards runs every part of the gate, each in a folder of dir of its own, and returns the pattern that names them.
func (g pretended) shards(t *testing.T, n int, dir string) (pattern string) {
	t.Helper()
	for i := range n {
		g.run(t, part.Part{I: i + 1, N: n}, filepath.Join(dir, fmt.Sprint(i+1)))
	}
	return filepath.Join(dir, "*")
}

// merge merges what the pattern names.
func (g pretended) merge(t *testing.T, pattern string) (report.Document, error) {
	t.Helper()
	dir := t.TempDir()
	out, _, err := output.Of(output.Test{Dir: t.TempDir()}, dir)
	require.NoError(t, err)
	doc := report.Document{Name: "TestMerge", Began: time.Now()}
	folders, notFound := shards.Folders(pattern, dir)
	m, err := shards.Merge(judge.By(g.policy), folders)
	if err = errors.Join(notFound, err); err == nil {
		err = m.Report(&doc)
	}
	if err == nil {
		err = m.Save(out)
	}
	return output.Leave(out, doc, (*shards.Manifest)(nil).Seal, err)
}
