package measure

import (
	"context"
	"errors"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/evidence"
	"github.com/tailgate-go/tailgate/internal/judge"
)

// launch starts each side once, and keeps and saves the round that comes of it.
func (m *measurement) launch(ctx context.Context) error {
	if err := m.link(ctx); err != nil {
		return err
	}
	measure := m.wholeRuns
	switch {
	case m.gate.take != nil:
		measure = func(ctx context.Context, length int, enough func() bool) (launch, error) {
			return m.gate.take(m, ctx, length, enough)
		}
	case m.inDuet:
		measure = m.duet
	}
	began, first := time.Now(), m.judging.Rounds() == 0
	l, err := measure(ctx, m.length(), func() bool {
		m.portions++
		return m.schedule().Full()
	})
	m.gate.order.Doc.Spend("started", l.start)
	m.gate.order.Doc.Spend("measured", time.Since(began)-l.start)
	switch {
	case errors.Is(err, errUnlinked):
		m.needLinks()
		return nil
	case errors.Is(err, errDrivesItself) && first:
		m.instead(errDrivesItself.Error())
		return nil
	case errors.Is(err, errUnseated) && first:
		m.instead(errUnseated.Error())
		return nil
	case errors.Is(err, duet.ErrIterations) && first:
		m.instead(duet.ErrIterations.Error())
		return nil
	case err == nil && first && m.inDuet && !m.reports(*l.round):
		m.instead("its policy judges what only a benchmark that ends reports")
		return nil
	}
	m.starts += l.start
	if l.round == nil {
		return err
	}
	return errors.Join(err, m.keep(*l.round))
}

// instead goes on in whole runs, as if nothing had been measured.
func (m *measurement) instead(why string) {
	m.gate.note(m.pair.Name() + " is measured in whole runs, not in a duet: " + why)
	m.starts, m.portions, m.began = 0, 0, time.Now()
	m.linked = false
	m.wholly()
}

// reports reports whether both sides' runs have all that is judged.
func (m *measurement) reports(r round) bool {
	for _, rule := range m.pair.Rules() {
		for _, run := range r.runs {
			if _, ok := run.Value(rule.Unit()); !ok {
				return false
			}
		}
	}
	return true
}

// keep adds a round to what was measured, and saves it.
func (m *measurement) keep(r round) error {
	for i, run := range r.runs {
		smoke := &m.gate.sides[i].smoke
		set := &benchdata.Set{
			Source: m.gate.sides[i].name, Config: smoke.Config, Better: smoke.Better,
			Benchmarks: []benchdata.Benchmark{
				{ID: m.pair.ID(), Runs: []benchdata.Run{run}},
			},
		}
		if problems := m.sets[i].Add(set); len(problems) > 0 {
			return badResults(problems, "")
		}
		if err := m.gate.results.Save(i, set, func() benchdata.Header { return m.gate.header(i, set) }); err != nil {
			return err
		}
	}
	m.judging.Add(judge.Round{Baseline: evidence.Run(r.runs[baselineSide]), Candidate: evidence.Run(r.runs[candidateSide])})
	m.charted.add(r)
	if m.judging.Rounds() == 1 {
		if problems := benchdata.Compatible(&m.sets[baselineSide], &m.sets[candidateSide]); len(problems) > 0 {
			return badResults(problems, "")
		}
	}
	return nil
}
