package measure

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/evidence"
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
	if err := m.gate.restart(ctx); err != nil {
		return err
	}
	restarted := time.Since(began)
	l, err := measure(ctx, m.length(), func() bool {
		m.portions++
		return m.schedule().Full()
	})
	l.start += restarted
	notAtOnce, isNotAtOnce := errors.AsType[*notAtOnceError](err)
	m.gate.order.Doc.Spend("started", l.start)
	m.gate.order.Doc.Spend("measured", time.Since(began)-l.start)
	switch {
	case errors.Is(err, errLate):
		m.late.add(time.Since(began), l)
		return err
	case errors.Is(err, errUnlinked):
		m.mindLayout(ctx)
		return nil
	case first && isDoneOnce(err):
		m.instead(ctx, err.Error())
		return nil
	case errors.Is(err, errDrivesItself) && first:
		m.instead(ctx, errDrivesItself.Error())
		return nil
	case isNotAtOnce && first: // what fails alone, too, does so in whole runs
		m.instead(ctx, "the two sides cannot run at one time: "+notAtOnce.why)
		return nil
	case errors.Is(err, errUnseated) && first:
		m.instead(ctx, errUnseated.Error())
		return nil
	case errors.Is(err, duet.ErrIterations) && first:
		m.instead(ctx, duet.ErrIterations.Error())
		return nil
	case err == nil && first && m.inDuet && !m.reports(*l.round):
		m.instead(ctx, "its policy judges what only a benchmark that ends reports")
		return nil
	}
	m.starts += l.start
	if l.round == nil {
		return err
	}
	return errors.Join(err, m.keep(*l.round))
}

// instead goes on in whole runs, as if nothing had been measured.
func (m *measurement) instead(ctx context.Context, why string) {
	m.note("measured in whole runs, not in a duet: " + why)
	m.starts, m.portions, m.began, m.late = 0, 0, time.Now(), late{}
	m.linked = false
	m.wholly(ctx)
}

// reports reports whether the sides' runs have all that is judged. What a side did not report yet is not judged of it.
func (m *measurement) reports(r round) bool {
	for _, rule := range m.pair.Rules() {
		for _, i := range m.sides {
			_, ok := r.runs[i].Value(rule.Unit())
			if !ok && len(m.found(i).Metrics[rule.Unit()]) > 0 {
				return false
			}
		}
	}
	return true
}

// spare leaves out of a round what cannot be and nobody needs. What is needed must be.
func (m *measurement) spare(r *round) error {
	for _, i := range m.sides {
		run := r.runs[i]
		run.File = cmp.Or(run.File, m.gate.sides[i].name)
		run, spared := m.gate.reader().Spare(run, m.pair.Name())
		m.gate.spared = m.gate.spared.With(spared)
		r.runs[i] = run
		var problems benchdata.Problems
		_, wrong := benchdata.Reader{Needed: func(string) bool { return false }}.Spare(run, m.pair.Name())
		for _, of := range wrong {
			problems = append(problems, of.Problem)
		}
		if len(problems) > 0 {
			return badResults(problems, "")
		}
	}
	return nil
}

// keep adds a round to what was measured, and saves it.
func (m *measurement) keep(r round) error {
	if err := m.spare(&r); err != nil {
		return err
	}
	for _, i := range m.sides {
		run, smoke := r.runs[i], &m.gate.sides[i].smoke
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
	m.judging.Add(evidence.Round(r.runs))
	m.charted.add(r)
	for _, i := range m.others() {
		if m.judging.Rounds() > 1 {
			break
		}
		if problems := benchdata.Compatible(&m.sets[i], &m.sets[candidateSide]); len(problems) > 0 {
			return badResults(problems, "")
		}
	}
	return nil
}
