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
	one := judge.Results{Benchmarks: []judge.Benchmark{{
		ID: policy.ID{Name: "Chat"}, Requests: 100, Metrics: map[string][]float64{"p95-ns": {1}},
	}}}
	j := judge.By(policy.Policy{})
	g := &gate{order: Order{Judge: j}, sides: []*side{{}, {}}}
	m := newMeasurement(g, j.Pairs(one, one)[0], j.Plan(1))
	for r := range rounds {
		round := round{noise: policy.Noise{Load: float64(r), Stalls: float64(r) / 2, Seconds: 2}}
		var runs [2]judge.Run
		for i := range runs {
			d := &latency.Distribution{}
			for n := range int64(100) {
				d.Append(1_000_000 + n*n*100 + int64(i)*(200_000+n*1000) + int64((r*37+i*11)%20)*3000)
			}
			round.latencies[i] = d
			runs[i] = judge.Run{Requests: 100, Values: map[string]float64{"p95-ns": float64(d.Quantiles(0.95)[0])}}
		}
		m.charted.add(round)
		m.judging.Add(judge.Round{Baseline: runs[0], Candidate: runs[1]})
	}
	require.True(t, m.judging.Look(false), "the plan has a look then")
	v := m.judging.Verdicts()[0]

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
