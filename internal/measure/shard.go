package measure

import (
	"cmp"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/evidence"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/shards"
)

// divide marks the pairs that other shards measure, and says of each whose it is. Without shards all is this gate's.
func (g *gate) divide(pairs []judge.Pair) []shards.Benchmark {
	all := make([]shards.Benchmark, len(pairs))
	jobs := make([]shards.Job, len(pairs))
	for i, pair := range pairs {
		all[i] = shards.Benchmark{
			ID: pair.ID(), Shard: 1,
			Baseline: smoke(pair.Baseline), Candidate: smoke(pair.Candidate), Unchanged: pair.Unchanged,
		}
		if since := pair.Since; since != nil {
			all[i].Anchor, all[i].AnchorUnchanged = smoke(since.Baseline), since.Unchanged
		}
		jobs[i] = shards.Job{ID: pair.ID(), Free: !pair.Measurable()}
	}
	if g.order.Shard.IsZero() {
		return all
	}
	own := 0
	for i, owner := range shards.Divide(jobs, g.order.Costs, g.order.Shard.N) {
		all[i].Shard = owner
		pairs[i].Elsewhere = owner != g.order.Shard.I
		if !pairs[i].Elsewhere {
			own++
		}
	}
	g.order.Doc.Shard = report.Shard{Part: g.order.Shard, Benchmarks: own, InAll: len(pairs)}
	return all
}

// smoke is what a smoke run found of a benchmark; nil of none.
func smoke(b *judge.Benchmark) *shards.Smoke {
	if b == nil {
		return nil
	}
	out := &shards.Smoke{Requests: b.Requests}
	for _, unit := range slices.Sorted(maps.Keys(b.Metrics)) {
		out.Metrics = append(out.Metrics, shards.Metric{Unit: unit, Values: b.Metrics[unit]})
	}
	return out
}

// measured is what a merge needs to judge the rounds again; nil when there was nothing to measure.
func (m *measurement) measured() *shards.Measured {
	if !m.pair.Measurable() && m.problem.Code == "" {
		return nil
	}
	looks, spent := m.judging.Looks()
	out := &shards.Measured{Rounds: m.judging.Rounds(), Looks: looks, Spent: spent, Linked: m.linked, Noise: m.seen,
		SameCode: m.like[baselineSide].sameCode, Changed: m.like[baselineSide].changed,
		AnchorSameCode: m.like[anchorSide].sameCode, AnchorChanged: m.like[anchorSide].changed,
	}
	if m.problem.Code != "" {
		problem := report.NewReasonJSON(m.problem)
		out.Problem = &problem
	}
	return out
}

// newManifest is what a shard leaves for the merge, but for the sums of its files; nil for the whole.
func (g *gate) newManifest(all []shards.Benchmark) *shards.Manifest {
	if g.order.Shard.IsZero() {
		return nil
	}
	m := &shards.Manifest{
		Tailgate: shards.Version(), Gate: GateName(g.order.Dir, g.order.Name), Shard: g.order.Shard.I, Of: g.order.Shard.N,
		Policy: shards.PolicySum(g.order.Judge.Policy()), Planted: g.order.Plant.String(), Expected: string(g.order.Expect),
		Costs: g.order.Costs.Sum, Baseline: g.sides[baselineSide].manifest(), Candidate: g.sides[candidateSide].manifest(),
		Accepts: g.order.Doc.Accepts, Trailers: g.order.Judge.Trailers(), Benchmarks: all,
	}
	if anchor := g.anchor(); anchor != nil {
		side := anchor.manifest()
		m.Anchor = &side
	}
	return m
}

func (s *side) manifest() shards.Side {
	out := shards.Side{
		What: strings.ToValidUTF8(s.source.Side.What, "?"), Why: strings.ToValidUTF8(s.source.Side.Why, "?"),
		Commit: s.source.Side.Commit, Dirty: s.source.Side.Dirty,
	}
	for _, pkg := range slices.Sorted(maps.Keys(s.bins)) {
		out.Binaries = append(out.Binaries, shards.File{Name: pkg, Sum: s.bins[pkg].SHA256})
	}
	for unit, direction := range evidence.Directions(&s.smoke) {
		out.Better = append(out.Better, shards.Direction{Unit: unit, Better: string(direction)})
	}
	slices.SortFunc(out.Better, func(a, b shards.Direction) int { return cmp.Compare(a.Unit, b.Unit) })
	return out
}

// GateName tells a module's gates apart: the folder of the test's package, and the test.
func GateName(dir, name string) string {
	pkg, err := filepath.Rel(output.Module(dir), dir)
	if err != nil {
		return name
	}
	return path.Join(filepath.ToSlash(pkg), name)
}
