package judge

import "github.com/tailgate-go/tailgate/policy"

// firstLinks is the change of the first pair of links alone in percent, if it was beyond both limits and all of them together were
// not found to be; else 0. It is the luck of a layout, or of a launch.
func firstLinks(v policy.Verdict, pair Pair) float64 {
	baseline, candidate := pair.Baseline, pair.Candidate
	if !pair.Linked || pair.Unchanged || baseline == nil || candidate == nil ||
		v.Outcome == policy.Regressed || v.Outcome == policy.Invalid ||
		len(baseline.Metrics[v.Unit]) == 0 || len(candidate.Metrics[v.Unit]) == 0 {
		return 0
	}
	b, c := baseline.Metrics[v.Unit][0], candidate.Metrics[v.Unit][0]
	percent := policy.PercentOf(c-b, b)
	if !beyond(v, c-b, percent) {
		return 0
	}
	return percent
}
