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
	type rule struct {
		Metric               string           `json:"metric"`
		Stage                string           `json:"stage,omitempty"`
		Benchmark            string           `json:"benchmark,omitempty"`
		MaxRegressionPercent number           `json:"max_regression_percent"`
		MinRegression        any              `json:"min_regression,omitempty"`
		Direction            policy.Direction `json:"direction,omitempty"`
		Plain                bool             `json:"plain,omitempty"`
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
		Rules          []rule        `json:"rules"`
	}{1, number(p.Alpha), p.OnInconclusive, p.OnBlind, p.OnRemoved, nil}
	for _, r := range p.Rules {
		written := rule{r.Metric, r.Stage, r.Benchmark, number(r.MaxRegressionPercent), nil, r.Direction, r.Plain}
		switch {
		case r.MinRegression == 0:
		case r.IsTime():
			written.MinRegression = durationText(r.MinRegression)
		default:
			written.MinRegression = number(r.MinRegression)
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

// durationText is so many nanoseconds as a policy has them: "1ms".
func durationText(ns float64) string {
	if ns == math.Trunc(ns) && math.Abs(ns) < 1<<62 {
		return time.Duration(ns).String()
	}
	return strconv.FormatFloat(ns, 'f', -1, 64) + "ns"
}
