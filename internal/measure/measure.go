package measure

import (
	"context"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/evidence"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// measure measures every benchmark that both sides have and a rule speaks of, and leaves the report in g.order.Doc.
func (g *gate) measure(ctx context.Context) (err error) {
	if g.results, err = g.order.Out.Begin(); err != nil {
		return err
	}
	pairs := g.pairs()
	all := g.divide(pairs)
	plan := g.order.Judge.Plan(judge.Family(pairs))
	verdicts := make([][]policy.Verdict, len(pairs))
	for i := range pairs {
		if pairs[i].Elsewhere {
			continue
		}
		m := g.settle(ctx, pairs[i], plan)
		m.compareCode(ctx)
		pairs[i], verdicts[i] = m.judged(), m.judging.Verdicts()
		all[i].Measured = m.measured()
	}
	g.order.Doc.Report = g.order.Judge.Report(pairs, verdicts)
	rated := slices.DeleteFunc(slices.Clone(g.order.Doc.Report.Benchmarks), func(m policy.Measured) bool {
		return m.Noise.Rounds == 0 // smoke runs tell no rate
	})
	g.order.Doc.Notes = append(g.order.Doc.Notes, report.Fits(rated)...)
	if err := g.results.Finish(); err != nil {
		return err
	}
	g.manifest = g.newManifest(all)
	defer g.spend("profiled", time.Now())
	g.explain(ctx, pairs)
	return nil
}

// pairs are the benchmarks of both sides.
func (g *gate) pairs() []judge.Pair {
	return g.order.Judge.Pairs(evidence.Results(&g.sides[baselineSide].smoke), evidence.Results(&g.sides[candidateSide].smoke))
}

// recorded reports whether the benchmark's requests go through a Recorder.
func recorded(b *judge.Benchmark) bool { return b != nil && len(b.Metrics["p50-ns"]) > 0 }

// settle measures one benchmark until all its verdicts settle or its budget is spent.
func (g *gate) settle(ctx context.Context, pair judge.Pair, plan judge.Plan) *measurement {
	m := newMeasurement(g, pair, plan)
	if !pair.Measurable() {
		return m
	}
	m.budget = g.lend()
	err := m.ready()
	if err != nil {
		g.took(0)
		m.fail(err)
		return m
	}
	m.began = time.Now()
	defer m.gate.order.Display.Clear()
	m.before = readMachine()
	err = m.untilSettled(ctx)
	g.took(time.Since(m.began))
	m.noteLinks()
	m.seen = m.disturbance()
	if err != nil {
		m.fail(err)
	}
	g.order.Doc.Details = append(g.order.Doc.Details, m.detail())
	return m
}
