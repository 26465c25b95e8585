package measure

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// A metric that is new to the candidate does not cost the others their duet.
func TestARoundHasWhatEachSideReports(t *testing.T) {
	g := newGate(Order{Doc: &report.Document{}, Judge: judge.By(policy.Policy{Rules: []policy.Rule{
		{Metric: "p95-ns", MaxRegressionPercent: 10}, {Metric: "p95-rerank-ns", MaxRegressionPercent: 10},
	}})})
	side := func(units ...string) judge.Results {
		b := judge.Benchmark{ID: policy.ID{Name: "Serve"}, Metrics: map[string][]float64{}}
		for _, unit := range units {
			b.Metrics[unit] = []float64{1}
		}
		return judge.Results{Benchmarks: []judge.Benchmark{b}}
	}
	run := func(units ...string) (r benchdata.Run) {
		for _, unit := range units {
			r.Values = append(r.Values, benchdata.Value{Unit: unit, Value: 1})
		}
		return r
	}
	m := newMeasurement(g, g.order.Judge.Pairs(side("p95-ns"), side("p95-ns", "p95-rerank-ns"))[0], g.order.Judge.Plan(2))
	of := func(baseline, candidate benchdata.Run) bool {
		var r round
		r.runs[baselineSide], r.runs[candidateSide] = baseline, candidate
		return m.reports(r)
	}
	assert.True(t, of(run("p95-ns"), run("p95-ns", "p95-rerank-ns")), "the baseline never reports it")
	assert.False(t, of(run("p95-ns"), run("p95-ns")), "the candidate does once it ends")
	assert.False(t, of(run(), run("p95-ns", "p95-rerank-ns")))
}
