package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// sinceAnchor says what a verdict says of the change since the anchor: "+12.30 %, +1.20 ms; interval +11.02 % to +13.40 %; p=0.008
// over 8 rounds; limit 10 %; regressed: the whole interval is beyond both limits". It is empty where there is no anchor.
func sinceAnchor(v policy.Verdict) string {
	a := v.Anchor
	if a == nil {
		return ""
	}
	text := ""
	if s := newStatement(*a); s.percent != "" {
		text = fmt.Sprintf("%s; interval %s; %s; limit %s; ", s.change(), s.interval, s.p, shortLimits(a.Rule))
	}
	return text + string(a.Outcome) + ": " + whySinceAnchor(*a)
}

// shortSinceAnchor is the same where there is little room: "+12.30 %"; where nothing was measured the outcome.
func shortSinceAnchor(v policy.Verdict) string {
	switch a := v.Anchor; {
	case a == nil:
		return ""
	case measured(*a):
		return relative(a.Unit, a.ChangePercent, a.Change)
	default:
		return string(a.Outcome)
	}
}

// whySinceAnchor is the reason of a verdict on the change since the anchor: where reason would speak of the baseline, it speaks of
// the anchor.
func whySinceAnchor(a policy.Verdict) string {
	switch a.Reason.Code {
	case policy.NewBenchmark:
		return "not in the anchor yet"
	case policy.NewMetric:
		return "the anchor does not report " + a.Unit + " yet"
	case policy.MetricRemoved:
		return fmt.Sprintf("the anchor reports %s, the candidate does not: report it again, or take it out of the policy", a.Unit)
	case policy.DirectionsContradict:
		return fmt.Sprintf("the anchor declares %s better when %s, the candidate when %s: set the rule's direction",
			a.Unit, word(a.Reason.Facts, 0), word(a.Reason.Facts, 1))
	}
	return reason(a)
}

// because explains a verdict whose outcome comes from the change since the anchor.
func because(v policy.Verdict) string {
	switch a := v.Anchor; {
	case a == nil: // JSON may have none
		return "beyond the limits since the anchor"
	case v.Outcome == policy.Drifted:
		beyond := "beyond the limits"
		switch before := sinceBaseline(v); before {
		case "":
		case withinLimits:
			beyond = before + ", and beyond them"
		default:
			beyond = before + ", and " + beyond
		}
		return fmt.Sprintf("%s since the anchor: %s, with an interval of %s, and the limit is %s", beyond,
			relative(a.Unit, a.ChangePercent, a.Change), newStatement(*a).interval, limitsWith(a.Rule, " and "))
	default:
		return "since the anchor: " + whySinceAnchor(*a)
	}
}

const withinLimits = "not beyond the limits since the baseline"

// sinceBaseline says how a verdict stands since the baseline when its outcome comes from the anchor; empty if the JSON does not
// tell.
func sinceBaseline(v policy.Verdict) string {
	own := v.Reason.Facts.Baseline
	switch {
	case own == nil:
		return ""
	case own.Code == policy.SameCode:
		return "the same code since the baseline"
	case own.Code == policy.Unchanged, own.Code == policy.Saturated:
		return string(own.Code) + " since the baseline"
	}
	switch own.Outcome {
	case policy.OK, policy.Improved:
		return withinLimits
	case policy.Added:
		return "not in the baseline yet"
	case policy.Blind, policy.Inconclusive, policy.Accepted:
		return string(own.Outcome) + " since the baseline"
	}
	return ""
}

// saysAnchor counts what the rules say of the changes since the anchor: "1 regressed, 3 ok, 2 unchanged"; empty where there is
// none.
func (d Document) saysAnchor() string {
	counts := map[policy.Outcome]int{}
	unchanged := 0
	for _, v := range d.Report.Verdicts {
		switch {
		case v.Anchor == nil:
		case isUnchanged(*v.Anchor):
			unchanged++
		default:
			counts[v.Anchor.Outcome]++
		}
	}
	var parts []string
	for _, o := range byConcern {
		if counts[o] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[o], o))
		}
	}
	if unchanged > 0 {
		parts = append(parts, fmt.Sprintf("%d unchanged", unchanged))
	}
	return strings.Join(parts, ", ")
}

// drifted is what is said of a verdict that has drifted: "p95 rose by 12.30 % since the anchor".
func drifted(v policy.Verdict) string {
	if v.Anchor == nil {
		return cell(brief(v.Unit)) + " is beyond its limits since the anchor"
	}
	return movement(*v.Anchor) + " since the anchor"
}

// hasAnchor reports whether any of the verdicts has one.
func hasAnchor(verdicts []policy.Verdict) bool {
	return slices.ContainsFunc(verdicts, func(v policy.Verdict) bool { return v.Anchor != nil })
}

// anchorJSON is what a rule says of the change since the anchor.
type anchorJSON struct {
	Outcome policy.Outcome `json:"outcome"`
	Reason  string         `json:"reason"`
	ReasonJSON
	MaxRegressionPercent number      `json:"max_regression_percent"`
	MinRegression        number      `json:"min_regression"`
	Anchor               summaryJSON `json:"anchor"`
	Candidate            summaryJSON `json:"candidate"`
	Change               number      `json:"change"`
	ChangePercent        number      `json:"change_percent"`
	Interval             [2]number   `json:"interval"`
	IntervalPercent      [2]number   `json:"interval_percent"`
	P                    number      `json:"p"`
	Alpha                number      `json:"alpha"`
	DetectablePercent    number      `json:"detectable_percent"`
}

// newAnchorJSON is nil where there is no anchor.
func newAnchorJSON(a *policy.Verdict) *anchorJSON {
	if a == nil {
		return nil
	}
	v := newVerdictJSON(*a, "")
	return &anchorJSON{
		a.Outcome, whySinceAnchor(*a), v.ReasonJSON, v.Rule.MaxRegressionPercent, v.Rule.MinRegression, v.Baseline, v.Candidate,
		v.Change, v.ChangePercent, v.Interval, v.IntervalPercent, v.P, v.Alpha, v.DetectablePercent,
	}
}

// verdict is what the JSON says beside the verdict on the change since the baseline.
func (a *anchorJSON) verdict(beside verdictJSON) *policy.Verdict {
	if a == nil {
		return nil
	}
	beside.Outcome, beside.Fails, beside.ReasonJSON, beside.Anchor = a.Outcome, false, a.ReasonJSON, nil
	beside.Rule.MaxRegressionPercent, beside.Rule.MinRegression = a.MaxRegressionPercent, a.MinRegression
	beside.Baseline, beside.Candidate, beside.Paired = a.Anchor, a.Candidate, a.Anchor.Runs > 0 && a.Candidate.Runs > 0
	beside.Change, beside.ChangePercent = a.Change, a.ChangePercent
	beside.Interval, beside.IntervalPercent = a.Interval, a.IntervalPercent
	beside.P, beside.Alpha, beside.DetectablePercent = a.P, a.Alpha, a.DetectablePercent
	v := beside.verdict()
	return &v
}
