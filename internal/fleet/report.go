package fleet

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/internal/latency"
)

// Names of distributions that have units of their own; every other is a stage.
const (
	Latency = "latency"
	TTFT    = "ttft"
	TPOT    = "tpot"
	ITL     = "itl"
	Lag     = "lag"

	Normalized = "normalized" // a stage, with a mean of its own
)

// Report hands over each metric with its unit, as package workload's Recorder has them, of one shard or of all.
func (s Share) Report(metrics map[string]*latency.Distribution, report func(value float64, unit string)) {
	var r latency.Requests
	for name, into := range map[string]*latency.Distribution{Latency: &r.Latency, TTFT: &r.TTFT, TPOT: &r.TPOT, ITL: &r.Gap} {
		if d := metrics[name]; d != nil {
			into.Add(d)
		}
	}
	if r.TTFT.Len() > 0 { // without a stream tokens have no times
		r.Tokens = s.Replies.OutputTokens
	}
	for _, name := range s.Metrics {
		switch name {
		case Latency, TTFT, TPOT, ITL, Lag:
		default:
			r.Stage(name).Add(metrics[name])
		}
	}
	r.Report(s.Elapsed, report)
	for _, name := range []string{TTFT, TPOT, ITL, Normalized} { // that a Recorder does not report
		if d := metrics[name]; d != nil && d.Len() > 0 {
			report(d.Mean(), "mean-"+name+"-ns")
		}
	}
	if r.Tokens == 0 && s.Replies.OutputTokens > 0 && s.Elapsed > 0 {
		report(float64(s.Replies.OutputTokens)/s.Elapsed.Seconds(), "tok/s")
	}
	report(float64(s.Attempted), "attempted")
	report(float64(s.Succeeded), "succeeded")
	s.reportFaults(report)
	s.Replies.Report(s.Attempted, s.Elapsed, report)
	report(float64(s.Selection), "selection")
	if s.Cold {
		report(1, "cold")
	}
	if s.Insecure {
		report(1, "insecure-tls")
	}
	if lag := metrics[Lag]; lag != nil && lag.Len() > 0 {
		q := lag.Quantiles(0.5, 0.99)
		report(float64(q[0]), "p50-lag-ns")
		report(float64(q[1]), "p99-lag-ns")
	}
	if s.CPU > 0 && s.Attempted > 0 {
		report(float64(s.CPU)/float64(s.Attempted), "cpu-ns/req")
	}
	report(s.Rate*float64(s.Attempted)/float64(s.Requests), "offered-req/s") // a shard's part of the rate
	if s.LastSent > 0 {
		report(float64(s.Attempted)/s.LastSent.Seconds(), "sent-req/s")
	}
	if s.LastEnd > s.FirstEnd {
		report(float64(s.Succeeded-1)/(s.LastEnd-s.FirstEnd).Seconds(), "achieved-req/s")
	}
}

// reportFaults tells how many requests failed, of which kinds, and whether the server fell behind.
func (s Share) reportFaults(report func(value float64, unit string)) {
	if s.Attempted > 0 {
		report(100*float64(s.Failed)/float64(s.Attempted), "errors-percent")
	}
	for _, label := range slices.Sorted(maps.Keys(s.Faults)) {
		report(float64(s.Faults[label]), "errors-"+strings.ReplaceAll(label, " ", "-"))
	}
	saturated := 0.0
	if s.InTime.Saturated() {
		saturated = 1
	}
	report(saturated, "saturated")
}

// WriteBenchmarks writes what one load generator would have printed, in the format that benchstat reads. Whatever is invalid
// is written as a failure, which benchstat passes over and a gate refuses.
func WriteBenchmarks(w io.Writer, wholes []Whole) error {
	var text strings.Builder
	failed := false
	for i, whole := range wholes {
		if i == 0 && len(whole.Config) > 0 {
			text.WriteString(strings.Join(whole.Config, "\n") + "\n")
		}
		fmt.Fprintf(&text, "# %s: %d shards, ", whole.Benchmark, whole.Of)
		if whole.Measured {
			fmt.Fprintf(&text, "begun within %.1f ms of each other", ms(whole.Apart))
		} else {
			text.WriteString("clocks not measured")
		}
		fmt.Fprintf(&text, ", schedule %s\n", whole.Schedule)
		if len(whole.Invalid) > 0 {
			failed = true
			fmt.Fprintf(&text, "--- FAIL: Benchmark%s\n", whole.Benchmark)
			for _, reason := range whole.Invalid {
				fmt.Fprintf(&text, "    invalid: %s\n", reason)
			}
			continue
		}
		fmt.Fprintf(&text, "Benchmark%s \t%8d\t%d ns/op", whole.Benchmark, whole.Succeeded,
			int64(whole.Elapsed)/max(1, int64(whole.Succeeded)))
		whole.Report(whole.Distributions, func(value float64, unit string) {
			text.WriteString("\t" + strconv.FormatFloat(value, 'f', -1, 64) + " " + unit)
		})
		text.WriteByte('\n')
	}
	if failed {
		text.WriteString("FAIL\n")
	} else {
		text.WriteString("PASS\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}
