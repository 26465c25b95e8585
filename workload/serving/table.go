package serving

import (
	"fmt"
	"strings"

	"github.com/tailgate-go/tailgate/internal/latency"
)

// table is what a person reads of a point: the times of all its runs together, in milliseconds. It is empty where nothing
// succeeded, or one request is all there was, as in a run that only tries. Its lines are comments to those who read results.
//
//	# case=chat/rate=20, 600 of 600 requests succeeded, 19.8 req/s
//	#   ms          mean       p50       p90       p95       p99       max
//	#   TTFT       41.32     38.50     60.11     72.90     98.71     120.4
func table(name string, runs []outcome) string {
	var all timings
	requests, succeeded, perSecond := 0, 0, 0.0
	for _, o := range runs {
		all.plus(o.times)
		requests += o.Requests
		succeeded += o.Succeeded
		perSecond += o.PerSecond / float64(len(runs))
	}
	if succeeded == 0 || requests < 2 {
		return ""
	}
	var text strings.Builder
	fmt.Fprintf(&text, "# %s, %d of %d requests succeeded, %.4g req/s\n", name, succeeded, requests, perSecond)
	row := func(name string, cells ...string) {
		fmt.Fprintf(&text, "#   %-7s", name)
		for _, cell := range cells {
			fmt.Fprintf(&text, " %9s", cell)
		}
		text.WriteByte('\n')
	}
	row("ms", "mean", "p50", "p90", "p95", "p99", "max")
	for _, r := range []struct {
		name  string
		times *latency.Distribution
	}{{"TTFT", &all.ttft}, {"TPOT", &all.tpot}, {"ITL", &all.itl}, {"latency", &all.latency}} {
		if q := quantilesOf(r.times); q != nil {
			row(r.name, inMS(q.Mean), inMS(float64(q.P50)), inMS(float64(q.P90)), inMS(float64(q.P95)), inMS(float64(q.P99)),
				inMS(float64(q.Max)))
		}
	}
	return text.String()
}

// table is that of a point's runs but for those that say nothing of the server. Their times are not needed here any more.
func (c *course) table(name string) string {
	var runs []outcome
	for i, o := range c.kept {
		if o.Name != name || len(o.Invalid) > 0 {
			continue
		}
		if o.times == nil {
			o.times, _ = o.written.read() // as they were written
		}
		if o.times != nil {
			runs = append(runs, o)
		}
		c.kept[i].times = nil
	}
	return table("case="+c.scenario.Name+"/"+name, runs)
}

// inMS is so many nanoseconds in milliseconds, with four digits.
func inMS(ns float64) string {
	ms := ns / 1e6
	switch {
	case ms >= 1000:
		return fmt.Sprintf("%.0f", ms)
	case ms >= 100:
		return fmt.Sprintf("%.1f", ms)
	case ms >= 10:
		return fmt.Sprintf("%.2f", ms)
	}
	return fmt.Sprintf("%.3f", ms)
}
