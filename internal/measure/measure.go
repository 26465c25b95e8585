package measure

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/evidence"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// measure measures every benchmark that both sides have and a rule speaks of, and leaves the report in g.order.Doc.
func (g *gate) measure(ctx context.Context) (err error) {
	pairs := g.pairs()
	if err := g.misnamed(pairs); err != nil {
		return err
	}
	if g.results, err = g.order.Out.Begin(g.anchor() != nil); err != nil {
		return err
	}
	all := g.divide(pairs)
	plan := g.order.Judge.Plan(judge.Family(pairs))
	verdicts := make([][]policy.Verdict, len(pairs))
	missed := map[int]*measurement{}
	table := g.timetable(ctx, time.Now(), g.measurable(pairs))
	g.foresee(time.Now(), table)
	for _, i := range g.nearestFirst(pairs) {
		if pairs[i].Elsewhere {
			continue
		}
		m := g.settle(ctx, pairs[i], plan, table)
		for _, side := range m.others() {
			if m.problem.Code == "" && slices.ContainsFunc(m.verdicts(side), judge.Doubts) {
				m.compareCode(ctx, side)
			}
			m.compareTests(ctx, side)
		}
		pairs[i], verdicts[i] = m.judged(), m.judging.Verdicts()
		all[i].Measured = m.measured()
		if m.missed {
			missed[i] = m
		}
	}
	for i, m := range missed { // only now it is known how many
		m.fail(table.notMeasured(time.Now()))
		pairs[i], verdicts[i] = m.judged(), m.judging.Verdicts()
	}
	g.order.Doc.Report = g.order.Judge.Report(pairs, verdicts)
	rated := slices.DeleteFunc(slices.Clone(g.order.Doc.Report.Benchmarks), func(m policy.Measured) bool {
		return m.Noise.Rounds == 0 // smoke runs tell no rate
	})
	g.order.Doc.Notes = slices.Concat(g.order.Doc.Notes, report.Fits(rated), evidence.Spared(g.spared))
	if err := g.results.Finish(); err != nil {
		return err
	}
	g.manifest = g.newManifest(all)
	defer g.spend("profiled", time.Now())
	g.explain(ctx, pairs)
	return nil
}

// pairs are the benchmarks of baseline and candidate, with what there is of the anchor.
func (g *gate) pairs() []judge.Pair {
	pairs := g.order.Judge.Pairs(evidence.Results(&g.sides[baselineSide].smoke), evidence.Results(&g.sides[candidateSide].smoke))
	if anchor := g.anchor(); anchor != nil {
		judge.Anchored(pairs, evidence.Results(&anchor.smoke))
	}
	for i, pair := range pairs {
		pairs[i].Unchanged = pair.Comparable() && g.sides[baselineSide].unchanged[pair.Package()]
		if since := pair.Since; since != nil {
			since.Unchanged = since.Comparable() && g.anchor().unchanged[pair.Package()]
		}
	}
	return pairs
}

// strange is why a pair must not be judged, if it reads what git sees no change of.
func (g *gate) strange(pair judge.Pair) (why policy.Reason, is bool) {
	sides := partakers(pair)
	if pair.New() { // the baseline may lack it for want of what the package reads
		sides = append(sides, baselineSide)
	}
	for _, i := range sides {
		if why, is = g.sides[i].strange[pair.Package()]; is {
			break
		}
	}
	return why, is
}

// misnamed says if a trailer of a commit names what there is not.
func (g *gate) misnamed(pairs []judge.Pair) error {
	problems := g.order.Judge.Misnamed(pairs,
		evidence.Directions(&g.sides[baselineSide].smoke), evidence.Directions(&g.sides[candidateSide].smoke))
	if len(problems) == 0 {
		return nil
	}
	return failure(policy.BadTrailer, policy.Facts{Problems: problems}, policy.Advice{Do: policy.MendTrailer})
}

// settle measures one benchmark until all its verdicts settle, or its budget or share of the gate's time is spent.
func (g *gate) settle(ctx context.Context, pair judge.Pair, plan judge.Plan, table *timetable) *measurement {
	m := newMeasurement(g, pair, plan)
	if why, is := g.strange(pair); is && (pair.Measurable() || pair.New()) {
		m.fail(report.Failure{Reason: why})
		return m
	}
	if !pair.Measurable() {
		return m
	}
	began := time.Now()
	m.budget = g.lend()
	share := table.share(began)
	if share == 0 {
		m.miss(table, 0)
		return m
	}
	if share > 0 {
		m.budget = min(m.budget, share)
	}
	defer func() {
		if !m.missed {
			table.took(time.Since(began))
		}
	}()
	err := m.ready(ctx)
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
	for _, text := range evidence.Service(m.judging.Pair(), m.judging.Verdicts()) {
		m.note(text)
	}
	m.noteLate()
	m.seen = m.disturbance()
	switch {
	case err == nil:
	case m.budget == share && reason(err).Code == policy.SmallBudget:
		m.miss(table, reason(err).Advice[0].Budget)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		m.miss(table, 0)
	default:
		m.fail(err)
	}
	g.order.Doc.Details = append(g.order.Doc.Details, m.detail())
	return m
}

// miss says that there is no time for the benchmark, which needs so long; 0: that is not known.
func (m *measurement) miss(table *timetable, need time.Duration) {
	m.missed = true
	table.miss(need)
	m.fail(table.notMeasured(time.Now()))
}
