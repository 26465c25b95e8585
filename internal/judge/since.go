package judge

import "github.com/tailgate-go/tailgate/policy"

// Anchored gives each pair whose benchmark the candidate has its Since, by what was found of the anchor. The rules are the pair's,
// with their limits for the anchor.
func Anchored(pairs []Pair, anchor Results) {
	at := map[policy.ID]*Benchmark{}
	for i := range anchor.Benchmarks {
		b := &anchor.Benchmarks[i]
		at[b.ID] = b
	}
	for i, pair := range pairs {
		if pair.Candidate == nil {
			continue
		}
		since := &Pair{Baseline: at[pair.ID()], Candidate: pair.Candidate, recorded: pair.recorded}
		for _, rule := range pair.rules {
			limits := rule.SinceAnchor()
			since.rules = append(since.rules, &limits)
		}
		pairs[i].Since = since
	}
}

// sinceAnchor is what a verdict comes to with its Anchor. What fails since the baseline stays as it is. Else what regressed since
// the anchor has drifted, what is invalid since then is invalid, and what was not measured since then fails as inconclusive. What
// is inconclusive otherwise, or blind, since then is said beside, unless the limits for the anchor have it fail. What a trailer
// accepts stays accepted where it regressed since the anchor, or none would help beside one: a change that is meant is in both. A
// trailer accepts nothing else since the anchor.
func (j Judge) sinceAnchor(v policy.Verdict) policy.Verdict {
	a := v.Anchor
	if a == nil || v.Fails {
		return v
	}
	limits := policy.AnchorLimits{}
	if v.Rule.Anchor != nil {
		limits = *v.Rule.Anchor
	}
	outcome := a.Outcome
	switch {
	case outcome == policy.Regressed && v.Outcome == policy.Accepted:
		return v
	case outcome == policy.Regressed:
		outcome = policy.Drifted
	case outcome == policy.Invalid:
	case outcome == policy.Inconclusive && (limits.OnInconclusive == policy.Fail || a.Reason.Code == policy.NotMeasured):
	case outcome == policy.Blind && limits.OnBlind == policy.Fail:
	default:
		return v
	}
	own := v.SinceBaseline()
	v.Reason = policy.Reason{Code: policy.SinceAnchor, Facts: policy.Facts{Baseline: &own}, Advice: a.Reason.Advice}
	v.Outcome = outcome
	v.Fails = outcome != policy.Drifted || j.effect(v).Fails
	return v
}

// ofAnchor is a verdict on the change since the anchor, as that of another has it: it fails nothing by itself.
func ofAnchor(v policy.Verdict) *policy.Verdict {
	v.Fails = false
	if v.Reason.Facts.Side == "baseline" {
		v.Reason.Facts.Side = "anchor"
	}
	return &v
}
