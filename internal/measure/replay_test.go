package measure_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

const (
	requestsPerRound = 60  // a side
	requestsPerRun   = 100 // where a side is measured before the other
	limitPercent     = 10  // the change that is tolerated, of the baseline
	floor            = 1e5 // ns; a change of the limit is well beyond
)

// firstLaunches are the rounds that a gate takes from its first launches: it has had 5 when it first judges, after 8 rounds.
var firstLaunches = []int{1, 2, 2, 2, 1}

// gateJudge is who judges.
var gateJudge = judge.By(policy.Policy{
	Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: limitPercent, MinRegression: floor}},
})

// round is the p95 of each side in a round, ns.
type round [2]int64

// replay runs gates on a recording. A gate that starts its processes gets any of the recorded launches, and either of its processes
// for the baseline: the sides are swapped for a whole launch, so that the luck of a process stays what it was.
type replay struct {
	launches [][]round
	looks    []int // the numbers of rounds after which the gate judges
}

func newReplay(rec recording) (replay, error) {
	p := replay{looks: gateJudge.Plan(1).Rounds()}
	for i, l := range rec.launches {
		var rounds []round
		for pairs := range slices.Chunk(l, requestsPerRound) {
			if len(pairs) == requestsPerRound {
				rounds = append(rounds, round{p95(pairs.side(0)), p95(pairs.side(1))})
			}
		}
		if need := slices.Max(firstLaunches); len(rounds) < need {
			return p, fmt.Errorf("%s: launch %d has %d pairs of turns; record at least %d", rec.name, i+1, len(l), need*requestsPerRound)
		}
		p.launches = append(p.launches, rounds)
	}
	return p, nil
}

// side are the latencies of one side, in the order in which they were served.
func (l launch) side(side int) []int64 {
	ns := make([]int64, len(l))
	for i, t := range l {
		ns[i] = t.ns[side]
	}
	return ns
}

func p95(ns []int64) int64 { return stats.Quantile(slices.Sorted(slices.Values(ns)), 0.95) }

// drawn is a launch that a gate run gets.
type drawn struct {
	launch  int
	swapped bool
	rounds  int // that it takes of it, from the first on
}

// draw is the launches of one gate run that goes to the last look. A launch ends where the gate judges.
func (p replay) draw(r *rand.Rand) []drawn {
	var launches []drawn
	rounds := 0
	for _, look := range p.looks {
		for rounds < look {
			d := drawn{launch: r.IntN(len(p.launches)), swapped: r.IntN(2) == 1}
			d.rounds = min(len(p.launches[d.launch]), look-rounds)
			if len(launches) < len(firstLaunches) {
				d.rounds = firstLaunches[len(launches)]
			}
			launches = append(launches, d)
			rounds += d.rounds
		}
	}
	return launches
}

// values are the p95s of both sides in a gate run. The candidate is slower by effect times the limit: to scale its p95 is to scale
// every request.
func (p replay) values(launches []drawn, effect float64) (baseline, candidate []float64) {
	for _, d := range launches {
		for _, round := range p.launches[d.launch][:d.rounds] {
			if d.swapped {
				round[0], round[1] = round[1], round[0]
			}
			baseline = append(baseline, float64(round[0]))
			candidate = append(candidate, slower(round[1], effect))
		}
	}
	return baseline, candidate
}

// slower is a latency of the candidate, in whole ns.
func slower(ns int64, effect float64) float64 {
	return math.Round(float64(ns) * (1 + effect*limitPercent/100))
}

// result is what a gate run came to.
type result struct {
	outcome policy.Outcome
	rounds  int // that it took, of sixty requests a side
}

// judging judges the rounds of one gate run as they come in, as the gate does.
type judging struct {
	pair judge.Pair
	plan judge.Plan
}

func newJudging() judging {
	one := results([]float64{1})
	return judging{gateJudge.Pairs(one, one)[0], gateJudge.Plan(1)}
}

// run stops at the first look that settles the verdict.
func (j judging) run(baseline, candidate []float64) result {
	s := gateJudge.Sequence(j.pair, j.plan, nil, nil)
	for i := range baseline {
		s.Add(judge.Round{Baseline: run(baseline[i]), Candidate: run(candidate[i])})
		if s.Look(false) && s.Settled() {
			return result{s.Verdicts()[0].Outcome, s.Rounds()}
		}
	}
	return result{policy.Unsettled, len(baseline)}
}

func run(p95 float64) judge.Run {
	return judge.Run{Requests: requestsPerRound, Values: map[string]float64{"p95-ns": p95}}
}

// results is what one side measured.
func results(p95s []float64) judge.Results {
	return judge.Results{Benchmarks: []judge.Benchmark{{
		Name: "Recorded", Requests: requestsPerRound, Metrics: map[string][]float64{"p95-ns": p95s},
	}}}
}

// spread is the standard deviation of the logarithm of a round's ratio. The mean is 0, the sides being what a coin says.
func (p replay) spread() float64 {
	sum, n := 0.0, 0
	for _, rounds := range p.launches {
		for _, round := range rounds {
			change := math.Log(float64(round[1]) / float64(round[0]))
			sum += change * change
			n++
		}
	}
	return math.Sqrt(sum / float64(n))
}

func TestDrawTakesRoundsAsTheGateDoes(t *testing.T) {
	p, err := newReplay(noises[0].record(10, 350))
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(10, 5))
	seen := map[drawn]bool{}
	want := []int{1, 2, 2, 2, 1 /* 8 */, 4 /* 12 */, 5, 1 /* 18 */, 5, 4 /* 27 */, 5, 5, 3 /* 40 */}
	want = append(want, slices.Repeat([]int{5}, 4+6+6)...) // 60, 90 and 120
	for range 50 {
		var rounds []int
		for _, d := range p.draw(r) {
			rounds = append(rounds, d.rounds)
			seen[drawn{launch: d.launch, swapped: d.swapped}] = true
		}
		require.Equal(t, want, rounds)
	}
	assert.Len(t, seen, 20, "every launch, both ways")
}

// TestReplayIsTheGate goes the long way: it swaps and slows every request, and asks the policy round by round.
func TestReplayIsTheGate(t *testing.T) {
	seen := map[policy.Outcome]int{}
	for _, n := range noises {
		rec := n.record(10, 300)
		p, err := newReplay(rec)
		require.NoError(t, err)
		r := rand.New(rand.NewPCG(10, 6))
		for _, effect := range []float64{0, 0.5, 1, 1.2, 1.5, 2} {
			launches := p.draw(r)
			var baseline, candidate []float64
			for _, d := range launches {
				for i := range d.rounds {
					var ns [2][]int64
					for _, turns := range rec.launches[d.launch][requestsPerRound*i : requestsPerRound*(i+1)] {
						if d.swapped {
							turns.ns[0], turns.ns[1] = turns.ns[1], turns.ns[0]
						}
						ns[0] = append(ns[0], turns.ns[0])
						ns[1] = append(ns[1], int64(math.Round(float64(turns.ns[1])*(1+0.1*effect))))
					}
					baseline, candidate = append(baseline, float64(p95(ns[0]))), append(candidate, float64(p95(ns[1])))
				}
			}
			want := roundByRound(baseline, candidate)
			assert.Equal(t, want, newJudging().run(p.values(launches, effect)), "%s at effect %v", n.name, effect)
			seen[want.outcome]++
		}
	}
	assert.Greater(t, min(seen[policy.OK], seen[policy.Regressed]), 5, "both were seen: %v", seen)
}

// roundByRound judges after every round at which the plan has a look.
func roundByRound(baseline, candidate []float64) result {
	for n := 1; ; n++ {
		look, planned := gateJudge.Plan(1).Look(n)
		if !planned {
			continue
		}
		pair := gateJudge.Pairs(results(baseline[:n]), results(candidate[:n]))[0]
		if v := gateJudge.Verdicts(pair, nil, nil, look)[0]; v.Outcome != policy.Unsettled {
			return result{v.Outcome, n}
		}
	}
}
