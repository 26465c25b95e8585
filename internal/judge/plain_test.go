package judge

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/policy"
)

// units are those of a side's verdicts on itself by the default policy, with their outcomes.
func units(sides Results) map[string]policy.Outcome {
	found := map[string]policy.Outcome{}
	for _, v := range byDefault.Compare(sides, sides).Verdicts {
		found[v.Name+" "+v.Unit] = v.Outcome
	}
	return found
}

func benchmark(name string, metrics map[string]float64) Benchmark {
	b := Benchmark{ID: policy.ID{Name: name}, Requests: 100, Metrics: map[string][]float64{}}
	for unit, value := range metrics {
		b.Metrics[unit] = slices.Repeat([]float64{value}, 6)
	}
	return b
}

// served are a benchmark's metrics, and what a Recorder reports of its requests.
func served(metrics map[string]float64) map[string]float64 {
	for _, unit := range recorderUnits {
		metrics[unit] = 5e6
	}
	return metrics
}

func TestWhatARecorderAlwaysReportsTellsThatThereIsOne(t *testing.T) {
	var units []string
	var one latency.Requests
	one.Latency.Record(5e6)
	one.Report(0, func(_ float64, unit string) { units = append(units, unit) })
	assert.ElementsMatch(t, units, recorderUnits)

	b := benchmark("Served", served(map[string]float64{"ns/op": 5e6}))
	assert.True(t, b.Recorded())
	for _, unit := range recorderUnits {
		values := b.Metrics[unit]
		delete(b.Metrics, unit)
		assert.False(t, b.Recorded(), "without %s", unit)
		b.Metrics[unit] = values
	}
	assert.False(t, (*Benchmark)(nil).Recorded(), "a side that lacks it")
}

// A plain benchmark may report quantiles itself, by b.ReportMetric, and is judged by its operations all the same.
func TestAPlainBenchmarkThatReportsQuantilesIsPlain(t *testing.T) {
	for _, own := range []string{"p99-ns", "p50-ns", "p50-parse-ns"} {
		side := func(ns float64) Results {
			return Results{Benchmarks: []Benchmark{
				benchmark("Served", served(map[string]float64{"ns/op": 5e6})), benchmark("Sum", map[string]float64{"ns/op": ns, own: 200}),
			}}
		}
		found := map[string]policy.Outcome{}
		for _, v := range byDefault.Compare(side(100), side(200)).Verdicts {
			found[v.Name+" "+v.Unit] = v.Outcome
		}
		assert.Equal(t, map[string]policy.Outcome{"Served p95-ns": policy.OK, "Sum ns/op": policy.Regressed}, found, own)
	}
}

func TestWithoutAPolicyPlainBenchmarksAreJudgedByTheirOperations(t *testing.T) {
	recorded := benchmark("Served", served(map[string]float64{"ns/op": 5e6, "allocs/op": 3}))
	plain := benchmark("Sum", map[string]float64{"ns/op": 100, "allocs/op": 2, "B/op": 64})
	alone := benchmark("Short", map[string]float64{"ns/op": 100})
	odd := benchmark("Odd", map[string]float64{"score": 7})
	failed := Benchmark{ID: policy.ID{Name: "Broken"}, Problem: policy.Reason{Code: policy.Failed}}
	for _, c := range []struct {
		name string
		of   []Benchmark
		want map[string]policy.Outcome
	}{
		{"all kinds", []Benchmark{recorded, plain, alone, odd}, map[string]policy.Outcome{
			"Served p95-ns": policy.OK, "Sum ns/op": policy.OK, "Sum allocs/op": policy.OK, "Sum B/op": policy.OK, "Short ns/op": policy.OK,
		}},
		{"no Recorder", []Benchmark{alone}, map[string]policy.Outcome{"Short ns/op": policy.OK}},
		{"nothing that a rule speaks of", []Benchmark{odd}, map[string]policy.Outcome{" p95-ns": policy.Invalid}},
		{"nothing", nil, map[string]policy.Outcome{" p95-ns": policy.Invalid}},
		{"what failed before it could tell, once", []Benchmark{failed}, map[string]policy.Outcome{"Broken p95-ns": policy.Invalid}},
	} {
		assert.Equal(t, c.want, units(Results{Benchmarks: c.of}), c.name)
	}
}

// A rule for plain benchmarks alone is more specific than one for all, wherever it stands; one that names a benchmark is more so.
func TestARuleForPlainBenchmarksWinsOverOneForAll(t *testing.T) {
	all := policy.Rule{Metric: "ns/op", MaxRegressionPercent: 50}
	plain := policy.Rule{Metric: "ns/op", MaxRegressionPercent: 5, Plain: true}
	named := policy.Rule{Metric: "ns/op", MaxRegressionPercent: 20, Benchmark: "Sum"}
	sum := Results{Benchmarks: []Benchmark{benchmark("Sum", map[string]float64{"ns/op": 100})}}
	for _, c := range []struct {
		rules []policy.Rule
		want  float64
	}{{[]policy.Rule{plain, all}, 5}, {[]policy.Rule{all, plain}, 5}, {[]policy.Rule{named, plain, all}, 20}} {
		j := By(policy.Policy{Rules: c.rules})
		rules := j.rulesFor(j.Pairs(sum, sum)[0])
		require.Len(t, rules, 1)
		assert.InDelta(t, c.want, rules[0].MaxRegressionPercent, 0)
	}
}

func TestPlainRulesThatAreWrittenMustMatch(t *testing.T) {
	j := By(policy.Policy{Rules: []policy.Rule{{Metric: "ns/op", MaxRegressionPercent: 10, Plain: true}}})
	all := Results{Benchmarks: []Benchmark{benchmark("Served", served(map[string]float64{"ns/op": 5e6}))}}
	report := j.Compare(all, all)
	assert.Len(t, report.Verdicts, 1)
	assert.Equal(t, policy.Invalid, report.Verdicts[0].Outcome)
	assert.Equal(t, policy.RuleMatchesNoMetric, report.Verdicts[0].Reason.Code)
}

// The boundaries of the default rules on plain benchmarks, in six runs a side that are all alike.
func TestTheDefaultOfPlainBenchmarks(t *testing.T) {
	for _, c := range []struct {
		unit                string
		baseline, candidate float64
		want                policy.Outcome
	}{
		{"ns/op", 100, 110, policy.OK},
		{"ns/op", 100, 110.1, policy.Regressed},
		{"allocs/op", 9, 9.985, policy.OK},
		{"allocs/op", 9, 10, policy.Regressed},
		{"allocs/op", 0, 1, policy.Regressed},
		{"allocs/op", 1000, 1001, policy.Regressed},
		{"B/op", 64, 127, policy.OK},
		{"B/op", 64, 128, policy.Regressed},
		{"B/op", 1000, 1100, policy.OK},
	} {
		side := func(value float64) Results {
			return Results{Benchmarks: []Benchmark{benchmark("Sum", map[string]float64{c.unit: value})}}
		}
		v := only(t, byDefault.Compare(side(c.baseline), side(c.candidate)))
		assert.Equal(t, c.want, v.Outcome, "%s from %v to %v", c.unit, c.baseline, c.candidate)
	}
}
