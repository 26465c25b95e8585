package report

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// policyText is a policy in the form of policy.schema.json, to be kept or changed; empty for one without rules, as where nothing
// was judged.
func policyText(p policy.Policy) string {
	type anchor struct {
		MaxRegressionPercent number        `json:"max_regression_percent"`
		MinRegression        any           `json:"min_regression"`
		OnInconclusive       policy.Effect `json:"on_inconclusive,omitempty"`
		OnBlind              policy.Effect `json:"on_blind,omitempty"`
	}
	type rule struct {
		Metric               string           `json:"metric"`
		Stage                string           `json:"stage,omitempty"`
		Benchmark            string           `json:"benchmark,omitempty"`
		MaxRegressionPercent number           `json:"max_regression_percent"`
		MinRegression        any              `json:"min_regression,omitempty"`
		Direction            policy.Direction `json:"direction,omitempty"`
		Plain                bool             `json:"plain,omitempty"`
		Anchor               *anchor          `json:"anchor,omitempty"`
	}
	if len(p.Rules) == 0 {
		return ""
	}
	out := struct {
		Version        int           `json:"version"`
		Alpha          number        `json:"alpha"`
		OnInconclusive policy.Effect `json:"on_inconclusive"`
		OnBlind        policy.Effect `json:"on_blind"`
		OnRemoved      policy.Effect `json:"on_removed"`
		OnDrifted      policy.Effect `json:"on_drifted"`
		Rules          []rule        `json:"rules"`
	}{1, number(p.Alpha), p.OnInconclusive, p.OnBlind, p.OnRemoved, p.OnDrifted, nil}
	for _, r := range p.Rules {
		written := rule{r.Metric, r.Stage, r.Benchmark, number(r.MaxRegressionPercent), nil, r.Direction, r.Plain, nil}
		if r.MinRegression != 0 {
			written.MinRegression = floorText(r, r.MinRegression)
		}
		if a := r.Anchor; a != nil {
			written.Anchor = &anchor{number(a.MaxRegressionPercent), floorText(r, a.MinRegression), a.OnInconclusive, a.OnBlind}
		}
		out.Rules = append(out.Rules, written)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(out); err != nil { // of strings and numbers it cannot fail
		return err.Error()
	}
	return plain(cut(b.String(), mostOfError))
}

// floorText is a floor of a rule as a policy has it: of a time a duration.
func floorText(r policy.Rule, floor float64) any {
	if r.IsTime() {
		return durationText(floor)
	}
	return number(floor)
}

// durationText is so many nanoseconds as a policy has them: "1ms".
func durationText(ns float64) string {
	if ns == math.Trunc(ns) && math.Abs(ns) < 1<<62 {
		return time.Duration(ns).String()
	}
	return strconv.FormatFloat(ns, 'f', -1, 64) + "ns"
}
