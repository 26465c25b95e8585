package measure

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/evidence"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// measure measures every benchmark that both sides have and a rule speaks of, and leaves the report in l.order.Doc.
func (l *live) measure(ctx context.Context) (err error) {
	if l.results, err = l.order.Out.Begin(); err != nil {
		return err
	}
	pairs := l.pairs()
	all := l.divide(pairs)
	plan := l.order.Judge.Plan(judge.Family(pairs))
	var verdicts [][]policy.Verdict
	for i := range pairs {
		if pairs[i].Elsewhere {
			continue
		}
		m := l.settle(ctx, pairs[i], plan)
		pairs[i], verdicts = m.pair, append(verdicts, m.verdicts.All)
		all[i].Measured = m.measured()
	}
	next := 0
	l.order.Doc.Report = l.order.Judge.Report(pairs, func(judge.Pair) []policy.Verdict { next++; return verdicts[next-1] })
	var baseline, candidate judge.Results
	for _, pair := range pairs {
		if pair.Judged() && pair.Baseline != nil && pair.Candidate != nil { // of the others there are smoke runs
			baseline.Benchmarks = append(baseline.Benchmarks, *pair.Baseline)
			candidate.Benchmarks = append(candidate.Benchmarks, *pair.Candidate)
		}
	}
	l.order.Doc.Notes = append(l.order.Doc.Notes, evidence.Fits(baseline, candidate)...)
	if err := l.results.Finish(); err != nil {
		return err
	}
	l.manifest = l.newManifest(all)
	defer l.spend("profiled", time.Now())
	l.explain(ctx, pairs)
	return nil
}

// pairs are the benchmarks of both sides.
func (l *live) pairs() []judge.Pair {
	pairs := l.order.Judge.Pairs(evidence.Results(&l.sides[baselineSide].smoke), evidence.Results(&l.sides[candidateSide].smoke))
	for _, pair := range pairs {
		if !l.order.Plant.IsZero() && pair.Candidate != nil && !recorded(pair.Candidate) {
			l.note(pair.Name() + " is measured without the slowdown: it can only be planted in requests recorded with workload.Record")
		}
	}
	return pairs
}

// recorded reports whether the benchmark's requests go through a Recorder.
func recorded(b *judge.Benchmark) bool { return b != nil && len(b.Metrics["p50-ns"]) > 0 }

// settle measures one benchmark until all its verdicts settle or its budget is spent.
func (l *live) settle(ctx context.Context, pair judge.Pair, plan judge.Plan) *measurement {
	m := &measurement{live: l, pair: pair, plan: plan}
	if !evidence.IsMeasured(pair) {
		m.verdicts.All = m.found(judge.Look{Last: true})
		return m
	}
	err := m.ready(ctx)
	if err != nil {
		m.fail(err)
		return m
	}
	m.began = time.Now()
	defer m.order.Display.Clear()
	m.before = readMachine()
	err = m.untilSettled(ctx)
	m.pair.Noise = m.seen()
	if err != nil {
		m.fail(err)
	}
	l.order.Doc.Details = append(l.order.Doc.Details, m.detail())
	return m
}

// ready prepares what is needed before the first launch.
func (m *measurement) ready(ctx context.Context) error {
	if err := m.targeted(); err != nil {
		return err
	}
	m.choose()
	defer m.spend("linked", time.Now())
	return m.relink(ctx)
}

// targeted says if two servers are to be compared and the benchmark measures neither.
func (m *measurement) targeted() error {
	if m.sides[baselineSide].source.Address == "" || len(m.pair.Baseline.Metrics[duet.TargetUnit]) > 0 && len(m.pair.Candidate.Metrics[duet.TargetUnit]) > 0 {
		return nil
	}
	return errors.New("it did not ask for the address to measure, so that it would measure the same on both sides: send its requests to workload.Target(b)")
}

// measurement is what has been measured of one benchmark.
type measurement struct {
	*live
	pair     judge.Pair
	plan     judge.Plan
	inDuet   bool
	flags    [2][]string   // more of them for each side's test binary
	long     time.Duration // of a whole run; 0 for what the settings say
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

// choose chooses how to measure.
func (m *measurement) choose() {
	if m.live.rounds != nil {
		return
	}
	switch why := m.speak(m.pair.Package()); {
	case !recorded(m.pair.Baseline) || !recorded(m.pair.Candidate):
		m.note(m.pair.Name() + " is measured in whole runs, not in a duet: not all its requests go through workload.Record")
	case why != nil:
		m.note(fmt.Sprintf("measured in whole runs, not in a duet: %v", why))
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
			m.order.Display.GoOn(m.now())
			continue
		}
		if m.settled(look) {
			return nil
		}
	}
}

// settled judges, keeps what is settled, and reports whether all is.
func (m *measurement) settled(look judge.Look) bool {
	defer m.spend("judged", time.Now())
	m.looks = append(m.looks, m.rounds)
	settled := m.verdicts.Keep(m.found(look))
	m.order.Display.Looked(m.now(), settled)
	return settled
}

// found is what a look finds.
func (m *measurement) found(look judge.Look) []policy.Verdict {
	return m.order.Judge.Verdicts(m.pair, evidence.Directions(&m.sides[baselineSide].smoke), evidence.Directions(&m.sides[candidateSide].smoke), look)
}

// now is how far the measuring is.
func (m *measurement) now() report.Progress {
	p := report.Progress{Benchmark: m.pair.Name(), Rounds: m.rounds, Spent: time.Since(m.began), Verdicts: m.verdicts.All}
	for _, v := range m.verdicts.All {
		p.Left = max(p.Left, m.plan.Left(v)-(m.rounds-v.Baseline.N))
	}
	if m.rounds > 0 && m.perRound() > 0 {
		p.Left = min(p.Left, max(0, int((m.order.Budget-p.Spent)/m.perRound())))
	}
	return p
}

// Which dominates, rounds or launches? On two shared cores (EPYC, November 2026; 40 launches of three rounds of 100 requests of 5 ms,
// identical sides; standard deviation of the logarithm of the ratio of both sides, in percent):
//
//	                  one round   mean of a launch   what three rounds explain
//	p50, quiet           2.1            1.2                 1.2
//	p95, quiet           8.7            5.3                 5.0
//	p50, beside builds   6.7            3.7                 3.9
//	p95, beside builds  10.9            5.5                 6.3
//
// A launch adds nothing that shows to its rounds, now that both sides serve on one CPU in turn; where each served on its own it added 2 %
// (see duet.HoldCPU). So rounds are the unit, from a few launches; below a limit of 3 % nobody should rely on that.
const (
	// launches is the fewest launches of a verdict: the luck of one process is not to pass for a change.
	launches = 5
	// fine is the limit, in percent, below which a launch has one round, so that the unit judged is the launch.
	fine = 3
	// setupShare is how much of the time may go into launches, once there are enough of them.
	setupShare = 0.1
)

// perRound and perLaunch are what a round and the start of a launch have taken so far, on average.
func (m *measurement) perRound() time.Duration {
	return (time.Since(m.began) - m.setup) / time.Duration(max(m.rounds, 1))
}

func (m *measurement) perLaunch() time.Duration { return m.setup / time.Duration(max(m.launches, 1)) }

// fewest is the number of rounds with which a verdict can be reached.
func (m *measurement) fewest() int {
	if m.least == 0 {
		m.least = max(m.plan.Fewest(), launches)
	}
	return m.least
}

// feasible says if the budget is far too small for launches and rounds that take so long. By half it may be exceeded.
func (m *measurement) feasible(perLaunch, perRound time.Duration) error {
	least := launches*perLaunch + time.Duration(m.fewest())*perRound
	if m.rounds >= m.fewest() || least <= m.order.Budget+m.order.Budget/2 {
		return nil
	}
	return fmt.Errorf("a round takes %.1f s and its start %.1f s, and the least to judge by is %d rounds in %d starts: "+
		"set a budget of %s or more (-regress.budget), or shorten the workload",
		perRound.Seconds(), perLaunch.Seconds(), m.fewest(), launches, roundUp(least))
}

// spent reports whether the budget does not suffice for another launch of a round.
func (m *measurement) spent() bool {
	return m.rounds >= m.fewest() && time.Since(m.began)+m.perLaunch()+m.perRound() > m.order.Budget
}

// size is how many rounds the next launch is to have.
func (m *measurement) size() int {
	if m.launches == 0 || !m.inDuet || m.anew() {
		return 1 // of the first it is learnt what a launch and a round take
	}
	next := m.fewest()
	for _, n := range m.plan.Rounds() {
		next = n
		if n > m.rounds {
			break
		}
	}
	if m.launches < launches {
		// As many rounds as there will be by the first look, in as many launches as there must be.
		left := m.order.Budget - time.Since(m.began) - time.Duration(launches-m.launches)*m.perLaunch()
		next = min(next, max(m.rounds+int(left/m.perRound()), m.fewest()))
		return max(ceil(float64(next-m.rounds)/float64(launches-m.launches)), 1)
	}
	size := ceil(float64(m.perLaunch()) / float64(m.perRound()) / setupShare)
	return max(min(size, next-m.rounds), 1)
}

func ceil(x float64) int { return int(math.Ceil(x)) }

// anew reports whether each round needs a launch of its own: under narrow limits, where the luck of a launch matters, and for
// allocations, which are counted over a whole launch.
func (m *measurement) anew() bool {
	return m.judges(func(r policy.Rule) bool {
		return r.MaxRegressionPercent < fine || r.Metric == "allocs/op" || r.Metric == "B/op"
	})
}

func (m *measurement) judges(is func(policy.Rule) bool) bool {
	return slices.ContainsFunc(m.pair.Rules(), is)
}

func roundUp(d time.Duration) time.Duration {
	return time.Duration(math.Ceil(d.Seconds()/10)) * 10 * time.Second
}
