package measure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/evidence"
	"github.com/tailgate-go/tailgate/internal/judge"
)

// launch starts each side once, and keeps and saves the rounds that come of it.
func (m *measurement) launch(ctx context.Context) error {
	measure := m.wholeRuns
	switch {
	case m.live.rounds != nil:
		measure = func(ctx context.Context, n int, enough func() bool) (launch, error) {
			return m.live.rounds(m, ctx, n, enough)
		}
	case m.inDuet:
		measure = m.duet
	}
	done, began := m.rounds, time.Now()
	l, err := measure(ctx, m.size(), func() bool {
		done++
		return done >= m.fewest() && time.Since(m.began)+m.perRound() > m.order.Budget
	})
	m.order.Doc.Spend("started", l.setup+l.ending)
	m.order.Doc.Spend("measured", time.Since(began)-l.setup-l.ending)
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
	m.note(m.pair.Name() + " is measured in whole runs, not in a duet: " + why)
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
		smoke := &m.sides[i].smoke
		set := &benchdata.Set{
			Source: m.sides[i].name, Config: smoke.Config, Better: smoke.Better,
			Benchmarks: []benchdata.Benchmark{{Pkg: m.pair.Package(), Name: m.pair.Name(), Procs: m.pair.Procs(), Runs: []benchdata.Run{run}}},
		}
		if problems := m.sets[i].Add(set); len(problems) > 0 {
			return problems
		}
		if err := m.live.results.Save(i, set, func() benchdata.Header { return m.header(i, set) }); err != nil {
			return err
		}
	}
	m.rounds++
	m.noise.add(r.noise)
	m.charted.add(r)
	if m.rounds == 1 {
		if problems := benchdata.Compatible(&m.sets[baselineSide], &m.sets[candidateSide]); len(problems) > 0 {
			return problems
		}
	}
	m.pair.Baseline, m.pair.Candidate = m.side(baselineSide), m.side(candidateSide)
	return nil
}

func (m *measurement) side(i int) *judge.Benchmark {
	b := evidence.Benchmark(m.sets[i].Benchmarks[0])
	return &b
}

// wholeRuns measures one round: a run of each side's process from its start to its end, in the order that a coin decides.
func (m *measurement) wholeRuns(ctx context.Context, _ int, _ func() bool) (l launch, err error) {
	var r round
	before := readMachine()
	first := m.coin()
	for _, i := range [2]int{first, 1 - first} {
		if r.runs[i], err = m.wholeRun(ctx, i); err != nil {
			return l, err
		}
	}
	r.machine = readMachine().since(before)
	l.rounds = []round{r}
	return l, nil
}

// wholeRequests is the fewest requests of a whole run: its start costs more than they do.
const wholeRequests = 100

func (m *measurement) wholeRun(ctx context.Context, i int) (benchdata.Run, error) {
	s, benchtime := m.sides[i], m.order.Benchtime
	switch {
	case m.long > 0:
		benchtime = m.long.String()
	case recorded(m.pair.Candidate):
		benchtime = fmt.Sprintf("%dx", max(m.order.Judge.Requests(), wholeRequests))
	}
	set, err := m.runBinary(ctx, s, s.bins[m.pair.Package()], task{bench: pattern(m.pair.Name()), benchtime: benchtime, flags: m.flags[i]})
	if err != nil {
		return benchdata.Run{}, err
	}
	if len(set.Benchmarks) != 1 || set.Benchmarks[0].Name != m.pair.Name() || len(set.Benchmarks[0].Runs) != 1 {
		return benchdata.Run{}, fmt.Errorf("%s: one result of %s was to come, and %d benchmarks reported: a benchmark must run alone as it does among others",
			s.name, m.pair.Name(), len(set.Benchmarks))
	}
	return set.Benchmarks[0].Runs[0], nil
}

// fail makes the benchmark one that must not be judged.
func (m *measurement) fail(err error) {
	m.problem = err.Error()
	m.pair = evidence.Broken(m.pair, m.rounds, m.problem)
	m.verdicts.All = m.found(judge.Look{Last: true})
}
