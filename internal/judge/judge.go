package judge

import (
	"slices"

	"github.com/tailgate-go/tailgate/policy"
)

// Judge judges by one policy. Make one with By: the zero Judge has no rules. It is not altered by its methods and may
// be used concurrently.
type Judge struct {
	policy policy.Policy
	rules  []rule // of the policy

	byDefault bool             // the rules are the default policy's
	trailers  []policy.Trailer // of commits, the widest first
}

// By is the judge by p, with what p leaves to the default filled in.
func By(p policy.Policy) Judge {
	d := policy.Default()
	if p.Alpha == 0 {
		p.Alpha = d.Alpha
	}
	if p.OnInconclusive == "" {
		p.OnInconclusive = d.OnInconclusive
	}
	if p.OnBlind == "" {
		p.OnBlind = d.OnBlind
	}
	if p.OnRemoved == "" {
		p.OnRemoved = d.OnRemoved
	}
	if p.OnDrifted == "" {
		p.OnDrifted = d.OnDrifted
	}
	byDefault := len(p.Rules) == 0
	if byDefault {
		p.Rules = d.Rules
	}
	p.Rules = slices.Clone(p.Rules) // they are the caller's to alter
	return Judge{policy: p, rules: compiled(p), byDefault: byDefault}
}

// Policy is the policy as applied, defaults filled in.
func (j Judge) Policy() policy.Policy { return j.policy }

// WithAlpha is the same judge with another alpha, in (0, 0.5].
func (j Judge) WithAlpha(alpha float64) Judge {
	j.policy.Alpha = alpha
	return j
}

// Needs reports whether values of the unit count, whatever reports them: a rule names it, or it says how to judge or to measure.
func (j Judge) Needs(unit string) bool {
	switch unit {
	case selectionUnit, saturatedUnit, sweptOutUnit, coldUnit, cachedUnit, lengthUnit, "ns/op":
		return true
	}
	_, _, quantile := policy.Percentile(unit)
	return quantile || slices.Contains(shareUnits, unit) || j.Names(unit)
}

// Names reports whether a rule of the policy is on the unit, whatever it is of.
func (j Judge) Names(unit string) bool {
	return slices.ContainsFunc(j.policy.Rules, func(r policy.Rule) bool { return r.Unit() == unit })
}

// verdicts applies the pair's rules. The directions that each side declares win over what is known of a unit, and a rule's own
// direction over both.
func (j Judge) verdicts(pair Pair, baselineBetter, candidateBetter map[string]policy.Direction, look policy.Look) []policy.Verdict {
	verdicts := make([]policy.Verdict, 0, len(pair.rules))
	for _, rule := range pair.rules {
		unit := rule.Unit()
		v := policy.Verdict{Rule: *rule, Unit: unit, Alpha: look.Alpha}
		v.Outcome, v.Reason = j.standing(pair, unit)
		if v.Outcome == policy.Unsettled {
			v.Outcome, v.Reason = undirected(*rule, baselineBetter, candidateBetter)
		}
		if v.Outcome == policy.Unsettled {
			directed := *rule
			directed.Direction, _ = declared(*rule, baselineBetter[unit], candidateBetter[unit])
			v = pair.judge(directed, look)
			v.Rule = *rule
			if v.Outcome != policy.Invalid {
				v = underLoad(v, pair, look)
			}
		}
		v.ID = pair.ID()
		verdicts = append(verdicts, j.effect(v))
	}
	return verdicts
}

// effect decides whether v fails the test run. What was not measured fails, whatever the policy says of noise.
func (j Judge) effect(v policy.Verdict) policy.Verdict {
	v.Fails = v.Outcome == policy.Regressed || v.Outcome == policy.Invalid ||
		v.Outcome == policy.Inconclusive && (j.policy.OnInconclusive != policy.Warn || v.Reason.Code == policy.NotMeasured) ||
		v.Outcome == policy.Blind && j.policy.OnBlind == policy.Fail ||
		v.Outcome == policy.Drifted && j.policy.OnDrifted != policy.Warn
	return v
}

// Compare judges saved results: every rule, once, with what there is.
func (j Judge) Compare(baseline, candidate Results) policy.Report {
	pairs := j.Pairs(baseline, candidate)
	look := policy.Look{Alpha: j.policy.Alpha / float64(Family(pairs)), Miss: j.policy.Alpha, Last: true}
	r := j.begin(pairs)
	for _, pair := range pairs {
		r.add(pair, j.verdicts(pair, baseline.Better, candidate.Better, look))
	}
	return r.end(pairs)
}
