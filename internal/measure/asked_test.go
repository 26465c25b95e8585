package measure

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

func TestAWholeRunIsWhatTheBenchmarkAsksFor(t *testing.T) {
	for _, c := range []struct {
		name         string
		metric       string
		requests, ns []float64 // said by the baseline and the candidate; NaN: nothing
		want         int
		takes        time.Duration
		noted        bool
	}{
		{"nothing said", "p95-ns", nil, nil, 100, 0, false},
		{"more than the quantile needs", "p95-ns", []float64{3000, 3000}, []float64{1e10, 1e10}, 3000, 10 * time.Second, false},
		{"exactly as many", "p95-ns", []float64{60, 60}, []float64{1e9, 1e9}, 60, time.Second, false},
		{"one fewer", "p95-ns", []float64{59, 59}, []float64{59e8, 59e8}, 60, 6 * time.Second, true},
		{"fewer than 60", "p50-ns", []float64{40, 40}, nil, 40, 0, false},
		{"sides that differ", "p95-ns", []float64{100, 300}, []float64{1e9, 3e9}, 300, 3 * time.Second, false},
		{"a baseline that does not say", "p95-ns", []float64{math.NaN(), 300}, []float64{math.NaN(), 3e9}, 300, 3 * time.Second, false},
		{"no number that makes sense", "p95-ns", []float64{-5, math.Inf(-1)}, []float64{-1, -1}, 100, 0, false},
		{"more than there can be", "p95-ns", []float64{1e300, 1}, []float64{math.Inf(1), 1}, mostAsked, longestAsked, false},
	} {
		rule := policy.Rule{Metric: c.metric, MaxRegressionPercent: 10}
		g := newGate(Order{Judge: judge.By(policy.Policy{Rules: []policy.Rule{rule}}), Doc: &report.Document{}})
		side := func(i int) judge.Results {
			b := judge.Benchmark{ID: policy.ID{Name: "Serve"}, Metrics: map[string][]float64{"p50-ns": {1}, "p95-ns": {1}}}
			for unit, said := range map[string][]float64{duet.RoundUnit: c.requests, duet.RoundTimeUnit: c.ns} {
				if said != nil && !math.IsNaN(said[i]) {
					b.Metrics[unit] = []float64{said[i]}
				}
			}
			return judge.Results{Benchmarks: []judge.Benchmark{b}}
		}
		m := newMeasurement(g, g.order.Judge.Pairs(side(0), side(1))[0], g.order.Judge.Plan(1))
		requests, takes := m.wholeSize()
		assert.Equal(t, c.want, requests, c.name)
		assert.Equal(t, c.takes, takes, c.name)
		assert.Equal(t, c.noted, len(g.order.Doc.Notes) == 1, c.name)

		pairs := g.order.Judge.Pairs(judge.Results{}, side(1))
		judge.Anchored(pairs, side(0))
		require.Equal(t, []int{candidateSide, anchorSide}, partakers(pairs[0]))
		m = newMeasurement(g, pairs[0], g.order.Judge.Plan(1))
		requests, takes = m.wholeSize()
		assert.Equal(t, c.want, requests, "%s, of the anchor in the place of the baseline", c.name)
		assert.Equal(t, c.takes, takes, c.name)
	}
}
