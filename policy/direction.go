package policy

import (
	"slices"
	"strings"
)

// Direction tells which way a metric is better. Where a rule names none it is what the results declare, in Unit lines,
// or what is known of the unit: see DirectionOf.
type Direction string

const (
	Lower  Direction = "lower"
	Higher Direction = "higher"
)

// ours are units that benchmarks and gates of tailgate report, and go test, whose names do not tell their direction.
var ours = map[string]Direction{
	"B/op": Lower, "allocs/op": Lower,
	"peak-rss-B": Lower, "live-heap-B": Lower, "goroutines": Lower, // see FloorOf
	"saturated": Lower, "server-preemptions": Lower, "trials": Lower, "held-open-percent": Lower,
	"empty-percent": Lower, "no-usage-percent": Lower, "late": Lower,
	"resent-percent": Lower, "late-end-percent": Lower,
	"attempted": Higher, "succeeded": Higher, "goodput-percent": Higher, "swept-out": Higher, "cached-percent": Higher,
	"server-cached-percent": Higher,
}

// noAmount are units that say what was run, and not how well: no rule may name them.
var noAmount = map[string]string{
	"selection":      "tells which prompts were drawn",
	"output-tok/req": "tells how long replies were",
	"round-requests": "tells how many requests a run is to have",
	"cold":           "tells that no cache is to know the prompts",
	"insecure-tls":   "tells that any certificate of a server was accepted",
	"targets":        "tells that a benchmark measures the server that its gate names",
}

var (
	times  = []string{"ns", "us", "\u00b5s", "\u03bcs", "ms", "sec"}
	spans  = append([]string{"s", "min"}, times...)
	faults = []string{
		"error", "errors", "failure", "failures", "failed", "fault", "faults", "timeout", "timeouts", "drop", "drops", "dropped",
		"retry", "retries", "miss", "misses", "missed", "reject", "rejected", "rejections", "shed", "abort", "aborts", "aborted",
		"evicted", "evictions", "conflicts", "collisions", "stalls", "preemptions", "lost", "gc", "gcs", "allocs", "alloc", "allocated",
	}
)

// DirectionOf tells which way a unit is better; empty when nothing is known of it. Known are all that tailgate reports. Of others
// their names tell: times are better when lower ("p95-ns", "ns/tok", "p95_ms"), and so are "B/op", "allocs/op" and counts of what
// went wrong or costs ("errors", "timeouts/s", "cache-misses/op", "gc-cycles/s"); rates are better when higher ("req/s",
// "tok/min").
func DirectionOf(unit string) Direction {
	if d, ok := ours[unit]; ok {
		return d
	}
	what, per := unit, ""
	if at := strings.LastIndexByte(unit, '/'); at >= 0 {
		what, per = unit[:at], unit[at+1:]
	}
	words := strings.FieldsFunc(what, func(c rune) bool { return c == '-' || c == '_' || c == '/' })
	switch {
	case IsTime(unit), slices.ContainsFunc(words, func(w string) bool { return slices.Contains(faults, w) }):
		return Lower
	case slices.Contains(words, "per"): // "ops_per_ms" is no time
		return ""
	case len(words) > 0 && (slices.Contains(times, words[len(words)-1]) || what == "s"):
		return Lower
	case slices.Contains(spans, per):
		return Higher
	}
	return ""
}

// opposite is the other direction.
func opposite(d Direction) Direction {
	if d == Higher {
		return Lower
	}
	return Higher
}
