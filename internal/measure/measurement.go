package measure

import (
	"context"
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
	gate    *gate
	pair    judge.Pair // as the smoke runs found it
	plan    judge.Plan
	inDuet  bool
	plain   bool          // in turns of iterations, as benchmarks without a Recorder take them
	linked  bool          // each round has links of its own
	budget  time.Duration // 0: none holds, since no verdict is to be reached
	flags   [2][]string   // more of them for each side's test binary
	long    time.Duration // of a whole run; 0 for what the order says
	sets    [2]benchdata.Set
	judging *judge.Sequence
	seen    policy.Noise  // what disturbed it
	problem policy.Reason // why nothing must be judged; zero: it may
	least   int           // rounds to reach a verdict; 0 until asked for

	sameCode int // functions, if all that it runs is the same on both sides; else 0

	began    time.Time
	before   machine
	portions int           // of all rounds
	starts   time.Duration // of all rounds, and ends
	charted  charted
}

func newMeasurement(g *gate, pair judge.Pair, plan judge.Plan) *measurement {
	m := &measurement{gate: g, pair: pair}
	m.sequence(plan)
	return m
}

// sequence begins to judge by the plan.
func (m *measurement) sequence(plan judge.Plan) {
	better := func(side int) map[string]policy.Direction { return evidence.Directions(&m.gate.sides[side].smoke) }
	m.plan, m.least = plan, 0
	m.judging = m.gate.order.Judge.Sequence(m.pair, plan, better(baselineSide), better(candidateSide))
}

// judged is the pair as it was measured, or as it was found where nothing was measured.
func (m *measurement) judged() judge.Pair {
	pair := m.judging.Pair()
	pair.Noise, pair.Linked, pair.SameCode = m.seen, m.linked, m.sameCode
	return pair
}

// ready prepares what is needed before the first launch.
func (m *measurement) ready() error {
	if err := m.targeted(); err != nil {
		return err
	}
	m.choose()
	return nil
}

// targeted says if two servers are to be compared and the benchmark measures neither.
func (m *measurement) targeted() error {
	if m.gate.sides[baselineSide].source.Address == "" ||
		len(m.pair.Baseline.Metrics[duet.TargetUnit]) > 0 && len(m.pair.Candidate.Metrics[duet.TargetUnit]) > 0 {
		return nil
	}
	return failure(policy.NoTarget, policy.Facts{}, policy.Advice{Do: policy.AskForTarget})
}

// choose chooses how to measure.
func (m *measurement) choose() {
	if m.gate.take != nil {
		return
	}
	can := m.gate.speak
	if m.plain = !m.recorded(); m.plain {
		can = m.gate.takePlainTurns
	}
	if why := can(m.pair.Package()); why != nil {
		m.gate.note(fmt.Sprintf("measured in whole runs, not in a duet: %v", why))
		m.wholly()
		return
	}
	m.inDuet = true
}

// recorded reports whether the requests of both sides go through a Recorder.
func (m *measurement) recorded() bool { return recorded(m.pair.Baseline) && recorded(m.pair.Candidate) }

// wholly goes on in whole runs. How much of them is CPU time is not known. Only a Recorder plants in them.
func (m *measurement) wholly() {
	if !m.gate.order.Plant.IsZero() && !recorded(m.pair.Candidate) {
		m.gate.note(m.pair.Name() + " is measured without the slowdown: it can only be planted in turns, or in requests recorded with " +
			"workload.Record")
	}
	m.inDuet, m.plain = false, false
	if m.linkable() {
		m.needLinks()
	}
}

// untilSettled measures launch after launch, and looks at the results when the plan says so or the budget is spent.
func (m *measurement) untilSettled(ctx context.Context) error {
	for {
		if err := m.launch(ctx); err != nil {
			return err
		}
		s := m.schedule()
		if err := m.feasible(s.PerLaunch(), s.PerPortion()); err != nil {
			return err
		}
		if !m.looked() {
			m.gate.order.Display.GoOn(m.now())
		} else if m.judging.Settled() {
			return nil
		}
	}
}

// looked judges, if the plan has a look now or the budget is spent.
func (m *measurement) looked() bool {
	defer m.gate.spend("judged", time.Now())
	if !m.judging.Look(m.schedule().Over()) {
		return false
	}
	m.gate.order.Display.Looked(m.now(), m.judging.Settled())
	return true
}

// now is how far the measuring is.
func (m *measurement) now() report.Progress {
	p := report.Progress{
		Benchmark: m.pair.Name(), Rounds: m.judging.Rounds(), Spent: time.Since(m.began),
		Verdicts: m.judging.Verdicts(), Left: m.judging.Left(),
	}
	if p.Rounds > 0 {
		each := max(p.Spent/time.Duration(p.Rounds), 1)
		p.Left = int(max(0, min((m.budget-p.Spent)/each, time.Duration(p.Left))))
	}
	return p
}

// fail makes the benchmark one that must not be judged.
func (m *measurement) fail(err error) {
	m.problem = reason(err)
	m.judging.Fail(m.problem)
}
