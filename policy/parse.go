package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tailgate-go/tailgate/internal/strictjson"
)

// file is a policy as JSON has it. Pointers tell what is missing from what is zero.
type file struct {
	Version        *int        `json:"version"`
	Schema         string      `json:"$schema"`
	Alpha          *float64    `json:"alpha"`
	OnInconclusive *Effect     `json:"on_inconclusive"`
	OnBlind        *Effect     `json:"on_blind"`
	OnRemoved      *Effect     `json:"on_removed"`
	OnDrifted      *Effect     `json:"on_drifted"`
	Rules          *[]fileRule `json:"rules"`
}

type fileRule struct {
	Metric               string          `json:"metric"`
	Stage                string          `json:"stage"`
	Benchmark            string          `json:"benchmark"`
	MaxRegressionPercent *float64        `json:"max_regression_percent"`
	MinRegression        json.RawMessage `json:"min_regression"`
	Direction            Direction       `json:"direction"`
	Plain                bool            `json:"plain"`
	Anchor               *fileAnchor     `json:"anchor"`
}

// fileAnchor has the rule's own limits where it has none.
type fileAnchor struct {
	MaxRegressionPercent *float64        `json:"max_regression_percent"`
	MinRegression        json.RawMessage `json:"min_regression"`
	OnInconclusive       Effect          `json:"on_inconclusive"`
	OnBlind              Effect          `json:"on_blind"`
}

// Parse reads a policy from JSON: the form of policy.schema.json, or the configuration file of the original tool. name is the
// file's, for messages. Decoding is strict: what is unknown, doubled, of the wrong type or after the end is refused, with
// its line and column.
func Parse(name string, data []byte) (Policy, error) {
	at, err := strictjson.Read("policy", data)
	if err != nil {
		return Policy{}, fmt.Errorf("%s:%w", name, err)
	}
	fail := func(path string, err error) (Policy, error) {
		return Policy{}, fmt.Errorf("%s:%s: %w", name, at.Position(path), err)
	}
	if at.Has("metric") || at.Has("min_regression_ms") {
		return parseOriginal(at, fail)
	}
	var f file
	if path, err := at.Decode(&f); err != nil {
		return fail(path, err)
	}
	if f.Rules == nil && at.Has("rules") { // null
		return fail("rules", errNoRules)
	}
	p, path, err := f.policy()
	if err != nil {
		return fail(path, err)
	}
	if path, err := p.validate(); err != nil {
		return fail(path, err)
	}
	return p, nil
}

var errNoRules = errors.New(`rules: there are none; add one, such as ` +
	`{"metric": "p95-ns", "max_regression_percent": 10, "min_regression": "1ms"}, or leave the field out beside others`)

func (f file) policy() (p Policy, path string, err error) {
	if f.Version == nil || *f.Version != 1 {
		return p, "version", errors.New(`version: write "version": 1`)
	}
	others := f.Alpha != nil || f.OnInconclusive != nil || f.OnBlind != nil || f.OnRemoved != nil || f.OnDrifted != nil
	if f.Rules == nil && !others || f.Rules != nil && len(*f.Rules) == 0 {
		return p, "rules", errNoRules
	}
	p = Default()
	p.Rules = nil // where the file leaves them out, too: the default ones hold then, as of the zero Policy
	if f.Alpha != nil {
		p.Alpha = *f.Alpha
		if p.Alpha == 0 {
			return p, "alpha", errors.New("alpha is 0; write a probability above 0 and up to 0.5, such as 0.05")
		}
	}
	if f.OnInconclusive != nil {
		p.OnInconclusive = *f.OnInconclusive
	}
	if f.OnBlind != nil {
		p.OnBlind = *f.OnBlind
	}
	if f.OnRemoved != nil {
		p.OnRemoved = *f.OnRemoved
	}
	if f.OnDrifted != nil {
		p.OnDrifted = *f.OnDrifted
	}
	if f.Rules == nil {
		return p, "", nil
	}
	for i, r := range *f.Rules {
		path := fmt.Sprintf("rules[%d]", i)
		if r.MaxRegressionPercent == nil {
			return p, path, fmt.Errorf("%s: max_regression_percent is missing; write a percentage, such as 10", path)
		}
		rule := Rule{
			Metric: r.Metric, Stage: r.Stage, Benchmark: r.Benchmark, Direction: r.Direction,
			MaxRegressionPercent: *r.MaxRegressionPercent, Plain: r.Plain,
		}
		rule.MinRegression, err = parseAmount(rule, r.MinRegression)
		if err != nil {
			return p, path + ".min_regression", fmt.Errorf("%s: %w", path, err)
		}
		if rule.Anchor, err = r.Anchor.limits(rule); err != nil {
			return p, path + ".anchor.min_regression", fmt.Errorf("%s: anchor: %w", path, err)
		}
		p.Rules = append(p.Rules, rule)
	}
	return p, "", nil
}

// limits are those of a rule for the change since the anchor; nil where the file has none.
func (a *fileAnchor) limits(r Rule) (*AnchorLimits, error) {
	if a == nil {
		return nil, nil
	}
	out := &AnchorLimits{
		MaxRegressionPercent: r.MaxRegressionPercent, MinRegression: r.MinRegression,
		OnInconclusive: a.OnInconclusive, OnBlind: a.OnBlind,
	}
	if a.MaxRegressionPercent != nil {
		out.MaxRegressionPercent = *a.MaxRegressionPercent
	}
	if len(a.MinRegression) == 0 {
		return out, nil
	}
	var err error
	out.MinRegression, err = parseAmount(r, a.MinRegression)
	return out, err
}

// parseAmount reads min_regression: a duration with its unit for times, a number in the metric's unit for all else.
func parseAmount(r Rule, raw json.RawMessage) (float64, error) {
	if len(raw) == 0 {
		return 0, nil
	}
	var number float64
	isNumber := json.Unmarshal(raw, &number) == nil && string(raw) != "null"
	var text string
	isText := json.Unmarshal(raw, &text) == nil && string(raw) != "null"
	switch {
	case r.IsTime() && isText:
		d, err := time.ParseDuration(text)
		if err != nil {
			return 0, fmt.Errorf("min_regression is %q; write a duration with its unit, such as \"1ms\"", text)
		}
		return float64(d), nil
	case r.IsTime() && isNumber && number == 0, !r.IsTime() && isNumber:
		return number, nil
	case r.IsTime():
		return 0, fmt.Errorf("min_regression of %s is %s; write a duration with its unit, such as \"1ms\"", r.Metric, raw)
	}
	return 0, fmt.Errorf("min_regression of %s is %s; write a number of %s", r.Metric, raw, r.Metric)
}
