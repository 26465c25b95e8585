package measure

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// TestTheBandOfAJudgedQuantileIsItsVerdict holds the chart against the table: at p95 they must say the same.
func TestTheBandOfAJudgedQuantileIsItsVerdict(t *testing.T) {
	const rounds = 18
	var sides [2]judge.Benchmark
	for i := range sides {
		sides[i] = judge.Benchmark{Name: "Chat", Requests: 100, Metrics: map[string][]float64{}}
	}
	m := &measurement{gate: &gate{order: Order{Judge: judge.By(policy.Policy{})}}}
	for r := range rounds {
		round := round{machine: policy.Noise{Load: float64(r)}, noise: noise{stalls: r, measured: 2e9}}
		for i := range sides {
			d := &latency.Distribution{}
			for n := range int64(100) {
				d.Append(1_000_000 + n*n*100 + int64(i)*(200_000+n*1000) + int64((r*37+i*11)%20)*3000)
			}
			round.latencies[i] = d
			sides[i].Metrics["p95-ns"] = append(sides[i].Metrics["p95-ns"], float64(d.Quantiles(0.95)[0]))
		}
		m.charted.add(round)
	}
	m.pair = m.gate.order.Judge.Pairs(judge.Results{Benchmarks: sides[:1]}, judge.Results{Benchmarks: sides[1:]})[0]
	m.plan, m.rounds = m.gate.order.Judge.Plan(1), rounds
	look, planned := m.plan.Look(rounds)
	require.True(t, planned)
	v := m.gate.order.Judge.Verdicts(m.pair, nil, nil, look)[0]
	m.verdicts.Keep([]policy.Verdict{v})

	d := m.detail()
	levels := report.Levels()
	at := -1
	for i, q := range levels {
		if q == 0.95 {
			at = i
		}
	}
	require.GreaterOrEqual(t, at, 0, "p95 has a level of its own")
	assert.InDelta(t, v.ChangePercent, d.Shift[at].Change, 1e-9)
	assert.InDelta(t, v.Percent.Lo, d.Shift[at].Bounds.Lo, 1e-9)
	assert.InDelta(t, v.Percent.Hi, d.Shift[at].Bounds.Hi, 1e-9)
	assert.Equal(t, []report.Estimate{{Rounds: rounds, Change: v.ChangePercent, Bounds: v.Percent}}, d.Series[0].Looks)
	assert.Less(t, levels[len(d.Shift)-1], 0.99+1e-9, "one round of 100 requests tells no more")
	assert.Greater(t, levels[len(d.Baseline)-1], 0.999, "all of them do")
	assert.Len(t, d.Rounds, rounds)
	assert.Equal(t, 17.0/2, d.Rounds[17].Stalls)
	assert.Equal(t, 17.0, d.Rounds[17].Load)
}

func TestLevelsTellApart(t *testing.T) {
	levels := report.Levels()
	for _, n := range []int64{0, 1} {
		assert.Zero(t, telling(levels, n))
	}
	for _, n := range []int64{2, 100, 101, 6000, math.MaxInt32} {
		last := telling(levels, n)
		assert.Positive(t, last)
		if last < len(levels) {
			assert.Equal(t, int(n), stats.Rank(int(n), levels[last]))
		}
	}
}
