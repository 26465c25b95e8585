package report

import (
	"fmt"
	"math"

	"github.com/tailgate-go/tailgate/policy"
)

// tooNoisyToSee says what a blind verdict could not see, and what it could have.
func tooNoisyToSee(v policy.Verdict) string {
	return fmt.Sprintf("too noisy to see %s: %s", unseen(v), found(v))
}

// unseen is the change that a rule is to find: "a change of 10 %".
func unseen(v policy.Verdict) string {
	switch from := v.RedFrom(); {
	case !isFinite(from):
		return "a change of the limits"
	case from == v.Rule.MaxRegressionPercent:
		return "a change of " + exact(from) + " %"
	default:
		return "a change of " + share(from)
	}
}

// found is the change that the rule would have found: "a change of 34.12 % would have been found".
func found(v policy.Verdict) string {
	switch {
	case v.Baseline.Median == 0 || math.IsNaN(v.Detectable):
		return "it is not known which change would have been found"
	case math.IsInf(v.Detectable, 0):
		return "no change would have been found"
	}
	return "a change of " + share(v.Detectable) + " would have been found"
}

// blind counts the blind verdicts, and finds the one that saw least.
func (d Document) blind() (count int, least policy.Verdict) {
	for _, v := range d.Report.Verdicts {
		if v.Outcome != policy.Blind {
			continue
		}
		count++
		if count == 1 || v.Detectable > least.Detectable {
			least = v
		}
	}
	return count, least
}

// saysBlind says what the blind verdicts could not see; empty when there are none.
func (d Document) saysBlind() string {
	n, v := d.blind()
	name := cell(brief(v.Unit)) + " of " + cell(d.labels()(v))
	switch n {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("1 rule is blind: %s was %s", name, tooNoisyToSee(v))
	}
	return fmt.Sprintf("%d rules are blind, of which %s saw least: it was %s", n, name, tooNoisyToSee(v))
}

// settlesBlind says what would settle the blind verdict that saw least; empty when there is none, or nothing is known.
func (d Document) settlesBlind() string {
	n, v := d.blind()
	if n == 0 || len(v.Reason.Advice) == 0 {
		return ""
	}
	return sentence(toSettle(v.Reason))
}
