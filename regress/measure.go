package regress

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// looks is how often growing results are judged, at most: alpha is split over as many.
const looks = 4

// plan is the numbers of runs a side after which to look: enough for the first look to be able to find anything at all, then
// half as many again each time. At alpha 0.05, four looks and one verdict they are 6, 9, 14, 21.
func plan(alpha float64) [looks]int {
	n := 6
	for stats.SmallestP(n, n) > alpha {
		n++
	}
	var at [looks]int
	for i := range at {
		at[i] = n
		n = (3*n + 1) / 2
	}
	return at
}

// measure measures every benchmark that both sides have and a rule speaks of, and leaves the report in l.doc.
func (l *live) measure(ctx context.Context) error {
	if err := l.out.begin(l); err != nil {
		return err
	}
	pairs := l.pairs()
	alpha := l.policy.LookAlpha(policy.Family(pairs), looks)
	verdicts := make([][]policy.Verdict, len(pairs))
	for i := range pairs {
		pairs[i], verdicts[i] = l.settle(ctx, pairs[i], alpha)
	}
	next := 0
	l.doc.Report = l.policy.Report(pairs, func(policy.Pair) []policy.Verdict { next++; return verdicts[next-1] })
	return l.out.finish()
}

// pairs are the benchmarks of both sides.
func (l *live) pairs() []policy.Pair {
	pairs := l.policy.Pairs(results(&l.sides[baselineSide].smoke), results(&l.sides[candidateSide].smoke))
	for _, pair := range pairs {
		if !l.plant.IsZero() && pair.Candidate != nil && !recorded(pair.Candidate) {
			l.note(pair.Name() + " is measured without the slowdown: it can only be planted in requests recorded with workload.Record")
		}
	}
	return pairs
}

// recorded reports whether the benchmark's requests go through a Recorder.
func recorded(b *policy.Benchmark) bool { return b != nil && len(b.Metrics["p50-ns"]) > 0 }

// settle measures one benchmark until all its verdicts settle or its budget is spent. The pair that it returns has what was
// measured.
func (l *live) settle(ctx context.Context, pair policy.Pair, alpha float64) (policy.Pair, []policy.Verdict) {
	m := measurement{live: l, pair: pair}
	judge := func(last bool) []policy.Verdict {
		baseline, candidate := directions(&l.sides[baselineSide].smoke), directions(&l.sides[candidateSide].smoke)
		return l.policy.Judge(m.pair, baseline, candidate, policy.Look{Alpha: alpha, Last: last})
	}
	if !pair.Judged() || pair.Baseline == nil || pair.Candidate == nil {
		return pair, judge(true)
	}
	began := time.Now()
	told := began
	at := plan(alpha)
	for look := 0; ; {
		if err := m.turn(ctx); err != nil {
			m.fail(err)
			return m.pair, judge(true)
		}
		spent := time.Since(began)
		next := spent / time.Duration(m.turns) // what another turn will take
		switch {
		case m.turns == at[look]:
			look++
		case m.turns > at[0] && spent+next > l.budget: // an early last look
		case m.turns < at[0] && next*time.Duration(at[0]) > l.budget+l.budget/2:
			m.fail(fmt.Errorf("a run of each side takes %.1f s, and the least to judge by is %d: set a budget of %s or more (-regress.budget), "+
				"or shorten the workload", next.Seconds(), at[0], roundUp(next*time.Duration(at[0]))))
			return m.pair, judge(true)
		default:
			if time.Since(told) > 10*time.Second {
				told = time.Now()
				l.progress("%s: %d runs a side, %.0f s", pair.Name(), m.turns, spent.Seconds())
			}
			continue
		}
		told = time.Now()
		verdicts := judge(look == looks || spent+next > l.budget)
		l.say(m.pair, verdicts, m.turns, spent)
		if settled(verdicts) {
			return m.pair, verdicts
		}
	}
}

func settled(verdicts []policy.Verdict) bool {
	for _, v := range verdicts {
		if v.Outcome == policy.Unsettled {
			return false
		}
	}
	return true
}

// say tells how far the measuring of one benchmark is.
func (l *live) say(pair policy.Pair, verdicts []policy.Verdict, turns int, spent time.Duration) {
	for _, v := range verdicts {
		outcome := string(v.Outcome)
		if v.Outcome == policy.Unsettled {
			outcome = "not settled yet"
		}
		l.progress("%s %s: %+.1f %% after %d runs a side, %.0f s: %s", pair.Name(), v.Unit, v.ChangePercent, turns, spent.Seconds(), outcome)
	}
}

func roundUp(d time.Duration) time.Duration {
	return time.Duration(math.Ceil(d.Seconds()/10)) * 10 * time.Second
}

// measurement is what has been measured of one benchmark.
type measurement struct {
	*live
	pair  policy.Pair
	sets  [2]benchdata.Set
	turns int
}

// turn measures one run of each side, in an order that alternates: ABBA, so that a steady drift hits both alike.
func (m *measurement) turn(ctx context.Context) error {
	order := [2]int{baselineSide, candidateSide}
	if m.turns%2 == 1 {
		order = [2]int{candidateSide, baselineSide}
	}
	for _, i := range order {
		if err := m.run(ctx, i); err != nil {
			return err
		}
	}
	m.turns++
	if m.turns == 1 {
		if problems := benchdata.Compatible(&m.sets[baselineSide], &m.sets[candidateSide]); len(problems) > 0 {
			return problems
		}
	}
	m.pair.Baseline, m.pair.Candidate = m.measured(baselineSide), m.measured(candidateSide)
	return nil
}

func (m *measurement) measured(i int) *policy.Benchmark {
	b := benchmark(m.sets[i].Benchmarks[0])
	return &b
}

// run measures one run of one side, and saves it at once.
func (m *measurement) run(ctx context.Context, i int) error {
	s := m.sides[i]
	benchtime := m.benchtime
	if recorded(m.pair.Candidate) {
		benchtime = fmt.Sprintf("%dx", m.policy.Requests())
	}
	set, err := m.launch(ctx, s, s.bins[m.pair.Package()], pattern(m.pair.Name()), benchtime)
	if err != nil {
		return err
	}
	if len(set.Benchmarks) != 1 || set.Benchmarks[0].Name != m.pair.Name() || len(set.Benchmarks[0].Runs) != 1 {
		return fmt.Errorf("%s: one result of %s was to come, and %d benchmarks reported: a benchmark must run alone as it does among others",
			s.name, m.pair.Name(), len(set.Benchmarks))
	}
	if problems := m.sets[i].Add(set); len(problems) > 0 {
		return problems
	}
	return m.out.save(i, set)
}

// fail makes the benchmark one that must not be judged.
func (m *measurement) fail(err error) {
	baseline, candidate := *m.pair.Baseline, *m.pair.Candidate
	if m.turns == 0 { // all there is are smoke runs
		baseline.Metrics, candidate.Metrics = nil, nil
	}
	candidate.Problem = err.Error()
	m.pair.Baseline, m.pair.Candidate = &baseline, &candidate
}
