package report

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// row is one metric of both sides as a reader sees it: all its values in one unit.
type row struct {
	stage, metric       string
	unit                string // empty when the metric's name says it, as that of "allocs/op" does
	baseline, candidate string
	change, percent     string // candidate less baseline, in unit and in percent
}

// missing stands for what one side does not have.
const missing = "-"

// newRow shows a metric. changePercent counts only when both sides have it.
func newRow(unit string, baseline, candidate policy.Summary, changePercent float64) row {
	r := row{baseline: missing, candidate: missing, change: missing, percent: missing}
	r.stage, r.metric = stageAndMetric(unit)
	s := scaleOf(unit, baseline.Median, candidate.Median)
	if s.unit != r.metric {
		r.unit = s.unit
	}
	if baseline.N > 0 {
		r.baseline = s.number(baseline.Median)
	}
	if candidate.N > 0 {
		r.candidate = s.number(candidate.Median)
	}
	if baseline.N > 0 && candidate.N > 0 {
		r.change = s.signed(candidate.Median - baseline.Median)
		if baseline.Median != 0 || !math.IsInf(changePercent, 0) {
			r.percent = percent(changePercent)
		}
	}
	return r
}

// endToEnd is the original tool's name for the whole request.
const endToEnd = "end_to_end"

var statistic = regexp.MustCompile(`^(p\d+(\.\d+)?|mean|min|max)(-(.+))?-ns$`)

// ofProcess are readable names of units: what a benchmark's process uses, and what the benchmark leaves.
var ofProcess = map[string]string{
	"peak-rss-B": "peak RSS", "live-heap-B": "live heap", "gc-pause-p99-ns": "p99 of GC pauses",
}

// stageAndMetric names a unit as the original tool did: "p95-model-ns" is p95 of stage model, "req/s" is throughput.
func stageAndMetric(unit string) (stage, metric string) {
	if m := statistic.FindStringSubmatch(unit); m != nil {
		if m[4] == "" {
			return endToEnd, m[1]
		}
		return m[4], m[1]
	}
	switch {
	case unit == "req/s", unit == "tok/s":
		return endToEnd, "throughput"
	case unit == "cpu-ns": // of a request, as a duet counts it
		return endToEnd, "CPU time"
	case ofProcess[unit] != "":
		return endToEnd, ofProcess[unit]
	case unit == "ns/op":
		return endToEnd, "time/op"
	case unit == "mean-ns/op":
		return endToEnd, "mean time/op"
	}
	return endToEnd, strings.TrimSuffix(unit, "-ns")
}

// title names a unit in running text: "p95 of model".
func title(unit string) string {
	stage, metric := stageAndMetric(unit)
	if stage == endToEnd && !statistic.MatchString(unit) {
		return metric
	}
	return metric + " of " + stage
}

// brief is title where there is little room: "p95", "p95 of stage model".
func brief(unit string) string {
	stage, metric := stageAndMetric(unit)
	if stage == endToEnd {
		return metric
	}
	return metric + " of stage " + stage
}

// tracked are the metrics that are shown first, whether judged or not.
var tracked = []string{
	"req/s", "tok/s", "p50-ns", "p95-ns", "p99-ns", "cpu-ns", "p50-ttft-ns", "p95-ttft-ns", "p50-tpot-ns", "p95-tpot-ns",
}

// rows are the tracked metrics of m, then the p95 of each stage and tier and what the verdicts are on. A benchmark without
// a Recorder shows all amounts that it has, without a stage where none is of requests.
func rows(m policy.Measured, verdicts []policy.Verdict) []row {
	var shown []row
	recorded, staged := recorded(m), ofRequests(m)
	add := func(metric policy.Metric) {
		if metric.Baseline.N > 0 || metric.Candidate.N > 0 {
			r := newRow(metric.Unit, metric.Baseline, metric.Candidate, metric.ChangePercent)
			if !staged && r.stage == endToEnd {
				r.stage = ""
			}
			shown = append(shown, r)
		}
	}
	for _, unit := range tracked {
		add(m.Metric(unit))
	}
	for _, metric := range m.Metrics {
		judged := slices.ContainsFunc(verdicts, func(v policy.Verdict) bool { return v.Unit == metric.Unit })
		// there may be many: they are compared rate by rate; that is no amount
		if !judged && (ofAdapter(metric.Unit) || metric.Unit == selection) {
			continue
		}
		if !slices.Contains(tracked, metric.Unit) && (judged || !recorded || strings.HasPrefix(metric.Unit, "p95-")) {
			add(metric)
		}
	}
	return shown
}
