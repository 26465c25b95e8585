package measure

import (
	"context"
	"errors"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/evidence"
	"github.com/tailgate-go/tailgate/internal/judge"
)

// launch starts each side once, and keeps and saves the rounds that come of it.
func (m *measurement) launch(ctx context.Context) error {
	measure := m.wholeRuns
	switch {
	case m.gate.take != nil:
		measure = func(ctx context.Context, n int, enough func() bool) (launch, error) {
			return m.gate.take(m, ctx, n, enough)
		}
	case m.inDuet:
		measure = m.duet
	}
	done, began := m.rounds, time.Now()
	l, err := measure(ctx, m.size(), func() bool {
		done++
		return done >= m.fewest() && time.Since(m.began)+m.perRound() > m.gate.order.Budget
	})
	m.gate.order.Doc.Spend("started", l.setup+l.ending)
	m.gate.order.Doc.Spend("measured", time.Since(began)-l.setup-l.ending)
	if m.rounds == 0 && errors.Is(err, errDrivesItself) {
		m.instead(errDrivesItself.Error())
		return nil
	}
	m.setup += l.setup
	m.launches++
	for _, r := range l.rounds {
		if err == nil && m.rounds == 0 && m.inDuet && !m.reports(r) {
			m.instead("its policy judges what only a benchmark that ends reports")
			return nil
		}
		if err := m.keep(r); err != nil {
			return err
		}
	}
	return err
}

// instead goes on in whole runs, as if nothing had been measured.
func (m *measurement) instead(why string) {
	m.inDuet = false
	m.gate.note(m.pair.Name() + " is measured in whole runs, not in a duet: " + why)
	m.setup, m.launches, m.began = 0, 0, time.Now()
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
				{Pkg: m.pair.Package(), Name: m.pair.Name(), Procs: m.pair.Procs(), Runs: []benchdata.Run{run}},
			},
		}
		if problems := m.sets[i].Add(set); len(problems) > 0 {
			return problems
		}
		if err := m.gate.results.Save(i, set, func() benchdata.Header { return m.gate.header(i, set) }); err != nil {
			return err
		}
	}
	m.rounds++
	m.judging.Add(judge.Round{Baseline: evidence.Run(r.runs[baselineSide]), Candidate: evidence.Run(r.runs[candidateSide])})
	m.noise.add(r.noise)
	m.charted.add(r)
	if m.rounds == 1 {
		if problems := benchdata.Compatible(&m.sets[baselineSide], &m.sets[candidateSide]); len(problems) > 0 {
			return problems
		}
	}
	return nil
}
