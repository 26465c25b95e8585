package measure_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// starting is how long it takes until both processes of a launch are measured.
const starting = 100 * time.Millisecond

// simulated is a gate whose rounds come from a recording.
type simulated struct {
	setting
	from    *replay
	by      judge.Judge
	plan    judge.Plan
	pair    judge.Pair
	scale   float64       // of recorded times, to those of the request
	portion time.Duration // what both sides take for a portion, on average, by the whole recording
	plus    float64       // what 1 effect adds, ns, where the limit is the floor; else times is what it multiplies by, less 1
	times   float64
	spread  float64      // see replay.spread
	buffers [2][]float64 // latencies of a round
	tail    []float64    // see nthFromTop
}

func newSimulated(rec recording, s setting) (*simulated, error) {
	p, err := newReplay(rec)
	if err != nil {
		return nil, err
	}
	s = s.withDefaults()
	if s.limits.rule.Metric == cpuUnit && !p.timed() {
		return nil, fmt.Errorf("%s: no CPU times", rec.name)
	}
	g := &simulated{setting: s, from: p, by: s.judge(), plan: s.plan(), scale: 1, spread: p.spread()}
	one := results(s.limits.rule.Metric, []float64{1})
	g.pair = g.by.Pairs(one, one)[0]
	if s.request > 0 {
		g.scale = float64(s.request) / p.median
	}
	g.portion = time.Duration(2 * float64(p.portion*p.requests) * p.mean * g.scale)
	rule := s.limits.rule
	if typical := g.scale * p.typical(); rule.MinRegression > rule.MaxRegressionPercent/100*typical {
		g.plus = rule.MinRegression
	} else {
		g.times = rule.MaxRegressionPercent / 100
	}
	return g, nil
}

// result is what a gate run came to.
type result struct {
	outcome  policy.Outcome
	code     policy.Code
	rounds   int // that it took
	portions int // of a round's requests a side, in all of them
}

// schedule is that of a gate run which has come so far.
func (g *simulated) schedule(of result, fewest int, spent time.Duration) measure.Schedule {
	return measure.Schedule{
		Budget: g.budget, Fewest: fewest, Linked: g.linked, Rounds: of.rounds, Portions: of.portions,
		Starts: time.Duration(of.rounds) * starting, Spent: spent,
	}
}

// run is a gate run with a candidate that is slower by effect times the limit, or by as many times the floor where that is more.
func (g *simulated) run(r *rand.Rand, effect float64) result {
	fewest := g.plan.Fewest()
	var of result
	var spent time.Duration
	if g.schedule(of, fewest, spent).Hopeless(starting, g.portion) {
		return result{outcome: policy.Invalid}
	}
	s := g.by.Sequence(g.pair, g.plan, judge.Declared{})
	links := g.luck.links(r)
	for {
		length := g.schedule(of, fewest, spent).Length()
		of.rounds++
		of.portions += length
		if g.linked && of.rounds > 1 {
			links = g.luck.links(r)
		}
		w := g.from.draw(r, length)
		values := g.values(r, w, links, effect)
		s.Add(judge.Round{Baseline: g.measured(values[0]), Candidate: g.measured(values[1])})
		spent += starting + time.Duration(g.scale*g.from.took(w))
		if s.Look(g.schedule(of, fewest, spent).Over()) && s.Settled() {
			of.outcome, of.code = s.Verdicts()[0].Outcome, s.Verdicts()[0].Reason.Code
			return of
		}
	}
}

// values are what both sides measure in a round, in whole ns.
func (g *simulated) values(r *rand.Rand, w window, links [2]float64, effect float64) (values [2]float64) {
	launch := g.luck.sides(r)
	uneven := g.luck.uneven()
	if uneven {
		for side := range values {
			g.buffers[side] = append(g.buffers[side][:0], g.from.latencies(w, side)...)
		}
		g.luck.requests(r, g.buffers, g.from.portion*g.from.requests, g.spread)
	}
	for side := range values {
		var v float64
		switch {
		case g.limits.rule.Metric == cpuUnit:
			v = g.from.cpu(w, side)
		case uneven:
			v = g.p95(g.buffers[side])
		default:
			v = g.from.p95(w, side)
		}
		v *= g.scale * links[side] * launch[side]
		if side == 1 {
			v = v*(1+effect*g.times) + effect*g.plus
		}
		values[side] = math.Round(v)
	}
	return values
}

// p95 is that of latencies, which are not sorted for it.
func (g *simulated) p95(ns []float64) float64 {
	n := len(ns) - stats.Rank(len(ns), 0.95) + 1
	g.tail = slices.Grow(g.tail[:0], n)
	return nthFromTop(ns, n, g.tail)
}

// nthFromTop is the n-th largest of at least n values. room has a capacity of n.
func nthFromTop(values []float64, n int, room []float64) float64 {
	top := append(room[:0], values[:n]...)
	slices.Sort(top)
	for _, v := range values[n:] {
		if v <= top[0] {
			continue
		}
		i := 1
		for ; i < n && top[i] < v; i++ {
			top[i-1] = top[i]
		}
		top[i-1] = v
	}
	return top[0]
}

func (g *simulated) measured(value float64) judge.Run {
	return judge.Run{Requests: portionRequests, Values: map[string]float64{g.limits.rule.Metric: value}}
}

// results is what one side measured.
func results(unit string, values []float64) judge.Results {
	return judge.Results{Benchmarks: []judge.Benchmark{{
		ID: policy.ID{Name: "Recorded"}, Requests: portionRequests, Metrics: map[string][]float64{unit: values},
	}}}
}

func TestNthFromTop(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 3))
	for range 200 {
		values := make([]float64, 1+r.IntN(50))
		for i := range values {
			values[i] = float64(r.IntN(30))
		}
		n := 1 + r.IntN(len(values))
		require.Equal(t, slices.Sorted(slices.Values(values))[len(values)-n], nthFromTop(values, n, make([]float64, 0, n)))
	}
}

// TestSimulatedIsTheGate goes the long way: it swaps, scales and slows every request, and judges from the start round by round.
func TestSimulatedIsTheGate(t *testing.T) {
	seen := map[policy.Outcome]int{}
	for _, rec := range []recording{noises[0].record(10, 300), noises[1].record(10, 300), severalATurn()} {
		for _, s := range []setting{{}, {limits: defaultLimits, request: 20 * time.Millisecond}, {linked: true}, {family: 20}} {
			for _, effect := range []float64{0, 0.5, 1, 1.5, 2} {
				g, err := newSimulated(rec, s)
				require.NoError(t, err)
				want := longWay(t, rec, g, rand.New(rand.NewPCG(10, 6)), effect)
				got := g.run(rand.New(rand.NewPCG(10, 6)), effect)
				assert.Equal(t, want, got, "%s, %s at effect %v", rec.name, s.name(), effect)
				seen[got.outcome]++
			}
		}
	}
	assert.Greater(t, min(seen[policy.OK], seen[policy.Regressed]), 5, "both were seen: %v", seen)
}

// longWay judges all rounds from the first on after every round at which the plan has a look.
func longWay(t *testing.T, rec recording, g *simulated, r *rand.Rand, effect float64) result {
	var measured []judge.Round
	var of result
	var spent time.Duration
	for {
		length := g.schedule(of, g.plan.Fewest(), spent).Length()
		of.rounds++
		of.portions += length
		w := g.from.draw(r, length)
		spent += starting + time.Duration(g.scale*g.from.took(w))
		var ns [2][]int64
		for side := range ns {
			from := side
			if w.swapped {
				from = 1 - side
			}
			for _, latency := range (launch{turns: rec.launches[w.launch].turns[w.from : w.from+w.turns]}).side(from) {
				v := float64(latency) * g.scale
				if side == 1 {
					v = v*(1+effect*g.times) + effect*g.plus
				}
				ns[side] = append(ns[side], int64(math.Round(v)))
			}
		}
		measured = append(measured, judge.Round{
			Baseline: g.measured(float64(p95(ns[0]))), Candidate: g.measured(float64(p95(ns[1]))),
		})
		s := g.by.Sequence(g.pair, g.plan, judge.Declared{})
		for _, r := range measured {
			s.Add(r)
		}
		if s.Look(false) && s.Settled() {
			of.outcome, of.code = s.Verdicts()[0].Outcome, s.Verdicts()[0].Reason.Code
			return of
		}
		require.Less(t, of.rounds, slices.Max(g.plan.Rounds()))
	}
}

func TestCPUTimeIsJudgedWhereItIsKnown(t *testing.T) {
	_, err := newSimulated(still.record(10, 300), setting{limits: limit10CPU})
	require.ErrorContains(t, err, "made-still: no CPU times")
	rec := still.record(10, 300)
	for _, l := range rec.launches {
		for i, t := range l.turns {
			l.turns[i].cpu = [2]int64{t.ns[0][0] / 2, t.ns[1][0] / 2}
		}
	}
	g, err := newSimulated(rec, setting{limits: limit10CPU})
	require.NoError(t, err)
	for effect, want := range map[float64]policy.Outcome{0: policy.OK, 2: policy.Regressed} {
		assert.Equal(t, want, g.run(rand.New(rand.NewPCG(16, 5)), effect).outcome)
	}
}

func TestSimulatedKeepsItsBudget(t *testing.T) {
	rec := still.record(10, 300)
	rounds := map[time.Duration]int{}
	for _, request := range []time.Duration{5, 20, 50, 100} {
		g, err := newSimulated(rec, setting{request: request * time.Millisecond, budget: time.Minute})
		require.NoError(t, err)
		got := g.run(rand.New(rand.NewPCG(16, 4)), 1)
		rounds[request] = got.rounds
		assert.Equal(t, request == 100, got.outcome == policy.Invalid, "%v: %v", request, got)
	}
	assert.Zero(t, rounds[100], "eight rounds take 97 s, more than 90")
	assert.Equal(t, 9, rounds[50], "eight rounds of 6.1 s leave time for one that is no longer")
}
