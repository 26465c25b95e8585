package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

func TestRowIsInOneUnit(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name                string
		unit                string
		baseline, candidate float64
		want                row
	}{
		{"milliseconds",
			"p95-ns", 28.9e6, 33.25e6, row{unit: "ms", baseline: "28.90", candidate: "33.25", change: "+4.35", percent: "+15.05"}},
		{"whole milliseconds", "p95-ns", 20e6, 22e6, row{unit: "ms", baseline: "20", candidate: "22", change: "+2", percent: "+10.00"}},
		{"never seconds",
			"p95-ns", 1.25e9, 2.5e9, row{unit: "ms", baseline: "1250", candidate: "2500", change: "+1250", percent: "+100.00"}},
		{"down to 0.1 ms",
			"p95-ns", 50_001, 100_000, row{unit: "ms", baseline: "0.0500", candidate: "0.1000", change: "+0.0500", percent: "+100.00"}},
		{"one nanosecond under it",
			"p95-ns", 50_001, 99_999, row{unit: "us", baseline: "50.00", candidate: "100.00", change: "+50.00", percent: "+99.99"}},
		{"nanoseconds", "ns/op", 12.5, 13, row{unit: "ns", baseline: "12.50", candidate: "13.00", change: "+0.50", percent: "+4.00"}},
		{"a rate", "req/s", 37.1, 24.6, row{unit: "req/s", baseline: "37.10", candidate: "24.60", change: "-12.50", percent: "-33.69"}},
		{"a count, whose name is its unit", "allocs/op", 0, 1, row{baseline: "0", candidate: "1", change: "+1", percent: "-"}},
		{"no change", "B/op", 4096, 4096, row{baseline: "4096", candidate: "4096", change: "0", percent: "0.00"}},
		{"many", "B/op", 123456789, 123456790, row{baseline: "123456789", candidate: "123456790", change: "+1", percent: "0.00"}},
		{"bytes of a process", "peak-rss-B", 12 << 20, 13<<20 + 1<<19,
			row{unit: "MiB", baseline: "12.00", candidate: "13.50", change: "+1.50", percent: "+12.50"}},
		{"half a MiB", "live-heap-B", 1 << 18, 1 << 19,
			row{unit: "MiB", baseline: "0.2500", candidate: "0.5000", change: "+0.2500", percent: "+100.00"}},
		{"one byte less", "live-heap-B", 1 << 18, 1<<19 - 1,
			row{unit: "KiB", baseline: "256.0", candidate: "512.0", change: "+256.0", percent: "+100.00"}},
		{"goroutines, whose name is their unit", "goroutines", 0, 3, row{baseline: "0", candidate: "3", change: "+3", percent: "-"}},
		{"too many for decimals",
			"x", 1.5e12, 3e12, row{baseline: "1.500e+12", candidate: "3.000e+12", change: "+1.500e+12", percent: "+100.00"}},
		{"what is no amount, which a rule is on", "selection", 235_231_973_034_225, 235_231_973_034_226,
			row{baseline: "235231973034225", candidate: "235231973034226", change: "+1", percent: "0.00"}},
		{"too few", "x", 1.5e-9, 3e-9, row{baseline: "1.500e-09", candidate: "3.000e-09", change: "+1.500e-09", percent: "+100.00"}},
		{"an infinity", "x", 1, inf, row{baseline: "1", candidate: "+inf", change: "+inf", percent: "+inf"}},
		{"not a number", "x", 1, math.NaN(), row{baseline: "1", candidate: "?", change: "?", percent: "?"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRow(c.unit, policy.Summary{Median: c.baseline, N: 5}, policy.Summary{Median: c.candidate, N: 5},
				100*(c.candidate-c.baseline)/c.baseline)
			c.want.stage, c.want.metric = stageAndMetric(c.unit)
			assert.Equal(t, c.want, r)
		})
	}
}

func TestRowsLeaveOutWhatIsNoAmount(t *testing.T) {
	drawn := policy.Summary{Median: 235_231_973_034_225, N: 5}
	rate := policy.Summary{Median: 12.5, N: 5}
	m := policy.Measured{Metrics: []policy.Metric{
		{Unit: "max-rate-req/s", Baseline: rate, Candidate: rate}, {Unit: "selection", Baseline: drawn, Candidate: drawn},
	}}
	shown := rows(m, nil)
	require.Len(t, shown, 1)
	assert.Equal(t, "max-rate-req/s", shown[0].metric)
	shown = rows(m, []policy.Verdict{{Unit: "selection"}})
	require.Len(t, shown, 2)
	assert.Equal(t, "235231973034225", shown[1].candidate)
}

func TestStageAndMetric(t *testing.T) {
	for unit, want := range map[string][3]string{
		"p95-ns":            {"end_to_end", "p95", "p95 of end_to_end"},
		"p99.9-ns":          {"end_to_end", "p99.9", "p99.9 of end_to_end"},
		"mean-ns":           {"end_to_end", "mean", "mean of end_to_end"},
		"p95-model-ns":      {"model", "p95", "p95 of model"},
		"p95-pre-warm-ns":   {"pre-warm", "p95", "p95 of pre-warm"},
		"p50-ttft-ns":       {"ttft", "p50", "p50 of ttft"},
		"req/s":             {"end_to_end", "throughput", "throughput"},
		"ns/op":             {"end_to_end", "time/op", "time/op"},
		"allocs/op":         {"end_to_end", "allocs/op", "allocs/op"},
		"gc-pause-ns":       {"end_to_end", "gc-pause", "gc-pause"},
		"max-queue-wait-ns": {"queue-wait", "max", "max of queue-wait"},
	} {
		stage, metric := stageAndMetric(unit)
		assert.Equal(t, want, [3]string{stage, metric, title(unit)}, unit)
	}
}

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		rule        policy.Rule
		long, short string
	}{
		{policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1e6},
			"worse by more than 10 % (percent threshold) and by at least 1 ms (minimum floor)", "10 %, 1 ms"},
		{policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 2.5, MinRegression: 50e3},
			"worse by more than 2.5 % (percent threshold) and by at least 50 us (minimum floor)", "2.5 %, 50 us"},
		{policy.Rule{Metric: "req/s", MaxRegressionPercent: 10}, "worse by more than 10 % (percent threshold), no minimum floor", "10 %"},
		{policy.Rule{Metric: "allocs/op", MinRegression: 1},
			"worse by more than 0 % (percent threshold) and by at least 1 allocs/op (minimum floor)", "1 allocs/op"},
	} {
		assert.Equal(t, c.long, limits(c.rule))
		assert.Equal(t, c.short, shortLimits(c.rule))
	}
}
