package measure

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

// plainGates are gates by the default policy on a plain benchmark, replayed from the launches of a recording: each round is one of
// them, drawn with replacement, its sides in an order that a coin decides.
type plainGates struct {
	most, mean []float64 // of each launch, the logarithms of what is judged: most turns, and all of them
	random     *rand.Rand
}

func newPlainGates(r plainRecording) plainGates {
	g := plainGates{random: rand.New(rand.NewPCG(17, 3))}
	for _, l := range r.launches {
		g.most, g.mean = append(g.most, medianOfRatios(l.turns)), append(g.mean, logRatio(sum(l.turns)))
	}
	return g
}

// plainCase is what is planted into a recording.
type plainCase struct {
	effect float64 // by which the candidate is slower
	layout float64 // by which one of two links is slower; each round has links of its own
	launch float64 // standard deviation of the logarithm of a factor, drawn for each side of a round
	family int     // of verdicts that share alpha, of which it is one; 0: those of one benchmark
}

// run is what a gate says of ns/op, and after how many rounds.
func (g plainGates) run(c plainCase) (policy.Outcome, int) {
	j := judge.By(policy.Policy{})
	both := judge.Results{Benchmarks: []judge.Benchmark{{
		ID:      policy.ID{Package: "recorded", Name: "X", Procs: runtime.GOMAXPROCS(0)},
		Metrics: map[string][]float64{"ns/op": {1}, "B/op": {0}, "allocs/op": {0}},
	}}}
	pair := j.Pairs(both, both)[0]
	s := j.Sequence(pair, j.Plan(max(c.family, judge.Family([]judge.Pair{pair}))).Linked(), judge.Declared{})
	side := func() float64 {
		return 100 * (1 + c.layout*float64(g.random.IntN(2))) * math.Exp(c.launch*g.random.NormFloat64())
	}
	for !s.Settled() {
		launch, sign := g.random.IntN(len(g.most)), float64(2*g.random.IntN(2)-1)
		baseline, candidate := side(), (1+c.effect)*side()
		run := func(most, mean float64) judge.Run {
			return judge.Run{Values: map[string]float64{"ns/op": most, judge.MeanUnit: mean, "B/op": 0, "allocs/op": 0}}
		}
		s.Add(judge.Round{
			Baseline:  run(baseline, baseline),
			Candidate: run(candidate*math.Exp(sign*g.most[launch]), candidate*math.Exp(sign*g.mean[launch])),
		})
		s.Look(false)
	}
	for _, v := range s.Verdicts() {
		if v.Unit == "ns/op" {
			return v.Outcome, v.Baseline.N
		}
	}
	return policy.Invalid, 0
}

// percent are the outcomes of so many gates in percent, and the median of their rounds.
func (g plainGates) percent(gates int, c plainCase) (outcomes map[policy.Outcome]float64, rounds int) {
	outcomes = map[policy.Outcome]float64{}
	var each []int
	for range gates {
		outcome, n := g.run(c)
		outcomes[outcome] += 100 / float64(gates)
		each = append(each, n)
	}
	slices.Sort(each)
	return outcomes, each[len(each)/2]
}

// plainCases are those of TestPlainGates.
var plainCases = []plainCase{
	{}, {effect: 0.12}, {effect: 0.15}, {layout: 0.18}, {effect: 0.15, layout: 0.18}, {effect: 0.30, layout: 0.18},
}

// TestPlainGates prints the table of docs/accuracy-plain.md: what gates on plain benchmarks by the default policy say on the
// machines of the recordings. Each round has links of its own, as where the code differs, and is as short as the first: a gate's
// later ones are longer. It holds that identical code is not red, and that what is beyond the limit is not ok.
func TestPlainGates(t *testing.T) {
	gates := 1000
	if testing.Short() {
		gates = 50
	}
	head := "| machine, benchmark |"
	for _, c := range plainCases {
		head += fmt.Sprintf(" +%.0f %%, links +%.0f %% |", 100*c.effect, 100*c.layout)
	}
	t.Log(head + " red / ok / blind, percent; median of rounds")
	for _, r := range plainRecordings(t) {
		g := newPlainGates(r)
		machine, benchmark, _ := strings.Cut(r.name, "-")
		row := fmt.Sprintf("| %s, %s |", machine, benchmark)
		for _, c := range plainCases {
			outcomes, rounds := g.percent(gates, c)
			passes := outcomes[policy.OK] + outcomes[policy.Improved]
			row += fmt.Sprintf(" %.3g / %.3g / %.3g; %d |", outcomes[policy.Regressed], passes, outcomes[policy.Blind], rounds)
			if c.effect == 0 {
				assert.LessOrEqual(t, outcomes[policy.Regressed], 0.2, "%s: identical code, links of %v", r.name, c.layout)
			}
			if c.effect >= 0.15 && !testing.Short() {
				assert.LessOrEqual(t, passes, 1., "%s: slower by %v, links of %v", r.name, c.effect, c.layout)
			}
		}
		t.Log(row)
	}
}
