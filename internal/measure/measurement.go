package measure

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	sides   []int      // that have turns, by their places
	plan    judge.Plan
	inDuet  bool
	plain   bool           // in turns of iterations, as benchmarks without a Recorder take them
	shape   *shape         // of those turns
	linked  bool           // each round has links of its own
	budget  time.Duration  // 0: none holds, since no verdict is to be reached
	flags   each[[]string] // more of them for each side's test binary
	long    time.Duration  // of a whole run; 0 for what the order says
	sets    each[benchdata.Set]
	judging *judge.Sequence
	seen    policy.Noise  // what disturbed it
	problem policy.Reason // why nothing must be judged; zero: it may
	missed  bool          // there was no time for it
	least   int           // rounds to reach a verdict; 0 until asked for

	like each[likeness] // of the candidate to each other side

	began    time.Time
	before   machine
	late     late
	portions int           // of all rounds
	starts   time.Duration // of all rounds, and ends
	charted  charted
}

func newMeasurement(g *gate, pair judge.Pair, plan judge.Plan) *measurement {
	m := &measurement{gate: g, pair: pair, sides: partakers(pair), shape: g.shapeOf(pair.ID())}
	m.sequence(plan)
	return m
}

// sequence begins to judge by the plan.
func (m *measurement) sequence(plan judge.Plan) {
	better := func(side int) map[string]policy.Direction { return evidence.Directions(&m.gate.sides[side].smoke) }
	declared := judge.Declared{Baseline: better(baselineSide), Candidate: better(candidateSide)}
	if m.gate.anchor() != nil {
		declared.Anchor = better(anchorSide)
	}
	m.plan, m.least = plan, 0
	m.judging = m.gate.order.Judge.Sequence(m.pair, plan, declared)
}

// verdicts are those on the change since the side in place i, as far as they are known.
func (m *measurement) verdicts(i int) (found []policy.Verdict) {
	for _, v := range m.judging.Verdicts() {
		switch {
		case i == baselineSide:
			found = append(found, v)
		case v.Anchor != nil:
			found = append(found, *v.Anchor)
		}
	}
	return found
}

// judged is the pair as it was measured, or as it was found where nothing was measured.
func (m *measurement) judged() judge.Pair {
	pair := m.judging.Pair()
	pair.Tell(m.seen, m.linked)
	pair.SameCode, pair.Changed = m.like[baselineSide].sameCode, m.like[baselineSide].changed
	if pair.Since != nil {
		pair.Since.SameCode, pair.Since.Changed = m.like[anchorSide].sameCode, m.like[anchorSide].changed
	}
	return pair
}

// ready prepares what is needed before the first launch.
func (m *measurement) ready(ctx context.Context) error {
	if err := m.targeted(); err != nil {
		return err
	}
	m.choose(ctx)
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
func (m *measurement) choose(ctx context.Context) {
	if m.gate.take != nil {
		return
	}
	can := m.speak
	if m.plain = !m.recorded(); m.plain {
		can = m.takePlainTurns
	}
	if why := can(); why != nil {
		note := m.gate.note
		if errors.Is(why, errDrivesItself) { // others need not
			note = m.note
		}
		note(fmt.Sprintf("measured in whole runs, not in a duet: %v", why))
		m.wholly(ctx)
		return
	}
	m.inDuet = true
}

// recorded reports whether the requests of all sides go through a Recorder.
func (m *measurement) recorded() bool {
	return !slices.ContainsFunc(m.sides, func(i int) bool { return !m.found(i).Recorded() })
}

// wholly goes on in whole runs. How much of them is CPU time is not known. Only a Recorder plants in them.
func (m *measurement) wholly(ctx context.Context) {
	if !m.gate.order.Plant.IsZero() && !m.pair.Candidate.Recorded() {
		m.note("measured without the slowdown: it can only be planted in turns, or in requests recorded with workload.Record")
	}
	m.inDuet, m.plain = false, false
	if m.linkable() {
		m.mindLayout(ctx)
	}
}

// untilSettled measures launch after launch, and looks at the results when the plan says so or the budget is spent.
func (m *measurement) untilSettled(ctx context.Context) error {
	for {
		err := m.launch(ctx)
		s := m.schedule()
		switch {
		case errors.Is(err, errLate):
			if err = m.feasible(s.PerLaunch(), max(m.late.each, s.PerPortion())); err == nil && !s.Over() {
				continue // there is nothing new to look at
			}
		case err == nil:
			err = m.feasible(s.PerLaunch(), s.PerPortion())
		}
		if err != nil {
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
