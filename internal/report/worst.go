package report

import (
	"math"
	"slices"

	"github.com/tailgate-go/tailgate/policy"
)

// failing counts the verdicts that fail, and finds the one to speak of: a regression before one that is not sure, what could be
// measured before what could not, and of equals the one furthest beyond its limit.
func (d Document) failing() (count int, worst policy.Verdict) {
	for _, v := range d.Report.Verdicts {
		if !v.Fails {
			continue
		}
		count++
		if count == 1 || overtakes(v, worst) {
			worst = v
		}
	}
	return count, worst
}

// overtakes reports whether v is the one to speak of in place of another that fails.
func overtakes(v, other policy.Verdict) bool {
	order := []policy.Outcome{policy.Regressed, policy.Drifted, policy.Inconclusive, policy.Blind, policy.Invalid}
	rank, best := slices.Index(order, v.Outcome), slices.Index(order, other.Outcome)
	return rank < best || rank == best && excess(v) > excess(other)
}

// excess is how many times its limit a change for the worse is, since the anchor where that is what counts.
func excess(v policy.Verdict) float64 {
	if v.Outcome == policy.Drifted && v.Anchor != nil {
		v = *v.Anchor
	}
	limit := limitPercent(v)
	switch worse := worsening(v, v.ChangePercent); {
	case math.IsNaN(worse):
		return 0
	case limit == 0 || math.IsNaN(limit):
		return worse
	default:
		return worse / limit
	}
}

// worsening is a change for the worse of the verdict's metric, whichever direction that is.
func worsening(v policy.Verdict, change float64) float64 {
	if v.Direction == policy.Higher {
		return -change
	}
	return change
}

// limitPercent is the change for the worse, in percent, at which both of a rule's limits are met.
func limitPercent(v policy.Verdict) float64 {
	limit := v.Rule.MaxRegressionPercent
	if v.Rule.MinRegression > 0 && v.Baseline.Median > 0 {
		limit = max(limit, 100*v.Rule.MinRegression/v.Baseline.Median)
	}
	return limit
}
