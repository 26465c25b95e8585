package measure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/evidence"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// measurement is what has been measured of one benchmark.
type measurement struct {
	gate     *gate
	pair     judge.Pair
	plan     judge.Plan
	inDuet   bool
	flags    [2][]string   // more of them for each side's test binary
	long     time.Duration // of a whole run; 0 for what the order says
	sets     [2]benchdata.Set
	verdicts evidence.Verdicts
	looks    []int  // the numbers of rounds after which they were judged
	early    bool   // the last look was the last because the budget was spent
	problem  string // why nothing must be judged
	least    int    // rounds to reach a verdict; 0 until asked for

	began    time.Time
	before   machine
	rounds   int
	launches int
	setup    time.Duration // of all launches, before their first round
	noise    noise
	charted  charted
}

// ready prepares what is needed before the first launch.
func (m *measurement) ready(ctx context.Context) error {
	if err := m.targeted(); err != nil {
		return err
	}
	m.choose()
	defer m.gate.spend("linked", time.Now())
	return m.relink(ctx)
}

// targeted says if two servers are to be compared and the benchmark measures neither.
func (m *measurement) targeted() error {
	if m.gate.sides[baselineSide].source.Address == "" || len(m.pair.Baseline.Metrics[duet.TargetUnit]) > 0 && len(m.pair.Candidate.Metrics[duet.TargetUnit]) > 0 {
		return nil
	}
	return errors.New("it did not ask for the address to measure, so that it would measure the same on both sides: send its requests to workload.Target(b)")
}

// choose chooses how to measure.
func (m *measurement) choose() {
	if m.gate.take != nil {
		return
	}
	switch why := m.gate.speak(m.pair.Package()); {
	case !recorded(m.pair.Baseline) || !recorded(m.pair.Candidate):
		m.gate.note(m.pair.Name() + " is measured in whole runs, not in a duet: not all its requests go through workload.Record")
	case why != nil:
		m.gate.note(fmt.Sprintf("measured in whole runs, not in a duet: %v", why))
	default:
		m.inDuet = true
	}
}

// untilSettled measures launch after launch, and looks at the results when the plan says so or the budget is spent.
func (m *measurement) untilSettled(ctx context.Context) error {
	for {
		if err := m.launch(ctx); err != nil {
			return err
		}
		if err := m.feasible(m.perLaunch(), m.perRound()); err != nil {
			return err
		}
		look, planned := m.plan.Look(m.rounds)
		switch {
		case m.spent():
			look, m.early = m.plan.Final(m.rounds), true
		case !planned:
			m.gate.order.Display.GoOn(m.now())
			continue
		}
		if m.settled(look) {
			return nil
		}
	}
}

// settled judges, keeps what is settled, and reports whether all is.
func (m *measurement) settled(look judge.Look) bool {
	defer m.gate.spend("judged", time.Now())
	m.looks = append(m.looks, m.rounds)
	settled := m.verdicts.Keep(m.found(look))
	m.gate.order.Display.Looked(m.now(), settled)
	return settled
}

// found is what a look finds.
func (m *measurement) found(look judge.Look) []policy.Verdict {
	return m.gate.order.Judge.Verdicts(m.pair, evidence.Directions(&m.gate.sides[baselineSide].smoke), evidence.Directions(&m.gate.sides[candidateSide].smoke), look)
}

// now is how far the measuring is.
func (m *measurement) now() report.Progress {
	p := report.Progress{Benchmark: m.pair.Name(), Rounds: m.rounds, Spent: time.Since(m.began), Verdicts: m.verdicts.All}
	for _, v := range m.verdicts.All {
		p.Left = max(p.Left, m.plan.Left(v)-(m.rounds-v.Baseline.N))
	}
	if m.rounds > 0 {
		p.Left = max(0, m.fits(m.gate.order.Budget-p.Spent, p.Left))
	}
	return p
}

// fail makes the benchmark one that must not be judged.
func (m *measurement) fail(err error) {
	m.problem = err.Error()
	m.pair = evidence.Broken(m.pair, m.rounds, m.problem)
	m.verdicts.All = m.found(judge.Look{Last: true})
}
