package policy

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/tailgate-go/tailgate/internal/strictjson"
)

// original is the configuration file of the original tool: one rule, in milliseconds.
type original struct {
	Workflow             string   `json:"workflow"`
	Stage                string   `json:"stage"`
	Metric               string   `json:"metric"`
	MaxRegressionPercent *float64 `json:"max_regression_percent"`
	MinRegressionMS      *float64 `json:"min_regression_ms"`
}

var originalMetric = regexp.MustCompile(`^(p50|p90|p95|p99|mean|min|max)_ms$`)

func parseOriginal(at strictjson.Text, fail func(string, error) (Policy, error)) (Policy, error) {
	var o original
	if path, err := at.Decode(&o); err != nil {
		return fail(path, err)
	}
	switch {
	case !originalMetric.MatchString(o.Metric):
		return fail("metric", fmt.Errorf("metric is %q; write p50_ms, p90_ms, p95_ms, p99_ms, mean_ms, min_ms or max_ms", o.Metric))
	case o.Stage != "" && !strings.HasSuffix(o.Stage, "_ms"):
		return fail("stage", fmt.Errorf("stage is %q; write end_to_end_ms, or a stage's name and _ms, such as model_ms", o.Stage))
	case o.MaxRegressionPercent == nil:
		return fail("", errors.New("max_regression_percent is missing; write a percentage, such as 10.0"))
	case o.MinRegressionMS == nil:
		return fail("", errors.New("min_regression_ms is missing; write milliseconds, such as 1.0"))
	}
	rule := Rule{
		Metric:               strings.TrimSuffix(o.Metric, "_ms") + "-ns",
		MaxRegressionPercent: *o.MaxRegressionPercent,
		MinRegression:        *o.MinRegressionMS * 1e6,
	}
	if o.Stage != "end_to_end_ms" {
		rule.Stage = strings.TrimSuffix(o.Stage, "_ms")
	}
	p := Default()
	p.Rules = []Rule{rule}
	if path, err := p.validate(); err != nil {
		return fail(strings.TrimPrefix(path, "rules[0]."), err)
	}
	return p, nil
}
