package judge

import (
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// minRequests is how many requests one run needs for a quantile: 5 of them beyond it, 5/(1-q).
func minRequests(unit string) int {
	percent, ok := percentile(unit)
	if !ok || percent >= 100 {
		return 0
	}
	// In tenths of a percent or finer: 5/(1-0.95) is 100, not 99.99999.
	scale := 1
	for percent != float64(int(percent)) && scale < 1e6 {
		percent *= 10
		scale *= 10
	}
	rest := 100*scale - int(percent)
	return (5*100*scale + rest - 1) / rest
}

// percentile tells that "p99.9-model-ns" is the 99.9th percentile.
func percentile(unit string) (percent float64, ok bool) {
	head, _, found := strings.Cut(unit, "-")
	if !found || !strings.HasPrefix(head, "p") || !policy.IsTime(unit) {
		return 0, false
	}
	percent, err := strconv.ParseFloat(head[1:], 64)
	return percent, err == nil && percent > 0 && percent <= 100
}

// Requests is how many requests a run must have for every quantile that is judged: 100 for p95, 500 for p99; at least 100.
func (j Judge) Requests() int {
	requests := 100
	for _, r := range j.policy.Rules {
		requests = max(requests, minRequests(r.Unit()))
	}
	return requests
}
