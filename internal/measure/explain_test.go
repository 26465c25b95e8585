package measure

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

func TestTheGravestRegressionIsExplained(t *testing.T) {
	b := judge.Benchmark{ID: policy.ID{Package: "example.com/shop", Name: "Serve", Procs: 2}}
	pair := judge.Pair{Baseline: &b, Candidate: &b}
	verdict := func(unit string, o policy.Outcome, change float64) policy.Verdict {
		return policy.Verdict{ID: b.ID, Unit: unit, Outcome: o, ChangePercent: change}
	}
	for _, c := range []struct {
		name     string
		verdicts []policy.Verdict
		want     string // the unit
	}{
		{"none is", []policy.Verdict{verdict("p95-ns", policy.OK, 60)}, ""},
		{"the largest of several", []policy.Verdict{
			verdict("p50-ns", policy.Regressed, 20), verdict("p95-ns", policy.Regressed, 30), verdict("p99-ns", policy.Regressed, 25),
		}, "p95-ns"},
		{"a throughput falls when it regresses", []policy.Verdict{verdict("req/s", policy.Regressed, -30)}, "req/s"},
		{"and by more than a latency rises",
			[]policy.Verdict{verdict("p95-ns", policy.Regressed, 20), verdict("req/s", policy.Regressed, -30)}, "req/s"},
		{"not another benchmark's",
			[]policy.Verdict{{
				ID: policy.ID{Package: b.Package, Name: "Other", Procs: 2}, Unit: "p95-ns", Outcome: policy.Regressed, ChangePercent: 50,
			}}, ""},
		{"nor that of another GOMAXPROCS",
			[]policy.Verdict{{
				ID: policy.ID{Package: b.Package, Name: b.Name, Procs: 4}, Unit: "p95-ns", Outcome: policy.Regressed, ChangePercent: 50,
			}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := &gate{order: Order{Doc: &report.Document{Report: policy.Report{Verdicts: c.verdicts}}}}
			assert.Equal(t, c.want, g.regression(pair).Unit)
		})
	}
}
