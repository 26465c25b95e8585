package measure

import (
	"testing"
	"time"

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

func TestWhatAccountsForAGrowthNeedsNoOther(t *testing.T) {
	for _, c := range []struct {
		profiled, measured float64
		want               bool
	}{
		{50, 100, true}, {49, 100, false}, {150, 100, true}, {-1, -1, false}, {1, 0, false}, {-50, 100, false},
	} {
		assert.Equal(t, c.want, accounts(report.Cause{
			Baseline: 1000, Candidate: 1000 + c.profiled, Measured: report.Costs{Baseline: 500, Candidate: 500 + c.measured},
		}), "%v", c)
	}
}

func TestDoubts(t *testing.T) {
	cause := func(candidate, measured float64, functions ...float64) report.Cause {
		c := report.Cause{Baseline: 100, Candidate: candidate, Measured: report.Costs{Baseline: 200, Candidate: measured}}
		for _, growth := range functions {
			c.Functions = append(c.Functions, report.CostlyFunction{Baseline: 10, Candidate: 10 + growth})
		}
		return c
	}
	unknown := cause(120, 0, 21)
	unknown.Measured = report.Costs{}
	for _, c := range []struct {
		name  string
		cause report.Cause
		leads bool
		want  []report.Doubt
	}{
		{"a function explains all of it", cause(120, 220, 20), true, nil},
		{"one nanosecond more than all functions together", cause(120, 230, 21), true, []report.Doubt{report.Outgrew}},
		{"one nanosecond more than what was measured", cause(130, 220, 21), true, []report.Doubt{report.Outgrew}},
		{"it is not known what was measured", unknown, true, []report.Doubt{report.Outgrew}},
		{"none leads, and the first has outgrown the whole", cause(120, 220, 21, 20), false,
			[]report.Doubt{report.NoneLeads, report.Outgrew}},
		{"none grew", cause(120, 220), false, []report.Doubt{report.NoneGrew}},
		{"the profiles fell by one nanosecond", cause(99, 256, 20), true, []report.Doubt{report.OtherWay}},
		{"and none grew", cause(99, 256), false, []report.Doubt{report.OtherWay, report.NoneGrew}},
		{"the profiles are the same", cause(100, 256), false, []report.Doubt{report.NoneGrew}},
		{"what was measured is the same", cause(120, 200, 20), true, []report.Doubt{report.NotAgain}},
		{"both fell", cause(99, 199), false, []report.Doubt{report.NotAgain, report.NoneGrew}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := doubts(c.cause, c.leads)
			assert.Equal(t, c.want, got)
			c.cause.Doubts = got
			explained := len(c.cause.Functions) > 0 && (got == nil || got[0] == report.Outgrew || got[0] == report.NoneLeads)
			assert.Equal(t, explained, explains(c.cause))
		})
	}
}

func TestIterationsOfAWholeRun(t *testing.T) {
	of := func(took ...float64) *judge.Benchmark {
		return &judge.Benchmark{Metrics: map[string][]float64{"ns/op": took}}
	}
	for _, c := range []struct {
		name                string
		baseline, candidate *judge.Benchmark
		long                time.Duration
		want                int
	}{
		{"the slower side takes so long", of(1e6), of(2e6, 9e6, 1e6), time.Second, 500},
		{"one at least", of(3e9), of(1e6), time.Second, 1},
		{"as many as package testing runs at most", of(0.2), of(0.3), 2 * time.Second, 1_000_000_000},
		{"a nanosecond each where it is not known", of(), of(), time.Microsecond, 1000},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &measurement{pair: judge.Pair{Baseline: c.baseline, Candidate: c.candidate}, sides: []int{baselineSide, candidateSide}}
			assert.Equal(t, c.want, m.iterationsIn(c.long))
		})
	}
}

func TestWhatWasMeasuredWhileProfiled(t *testing.T) {
	p := &profiler{}
	assert.Zero(t, p.measured(), "nothing yet")
	p.profiled[baselineSide] = profiled{measured: 3000, n: 20}
	assert.Zero(t, p.measured(), "of one side only")
	p.profiled[candidateSide] = profiled{measured: 4000, n: 16}
	assert.Equal(t, report.Costs{Baseline: 150, Candidate: 250}, p.measured())
}
