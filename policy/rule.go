package policy

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

// Rule tolerates a change of one metric. It is broken when the candidate is worse by more than MaxRegressionPercent and by at
// least MinRegression.
type Rule struct {
	Metric string // as reported: "p95-ns", "req/s", "allocs/op"
	// a stage of the request: "model" makes metric "p95-ns" mean "p95-model-ns"; empty: the whole request
	Stage                string
	Benchmark            string    // regular expression that matches the whole name, without "Benchmark" and "-8"; empty: all
	MaxRegressionPercent float64   // 10 tolerates +10 %; 0 tolerates no change that reaches MinRegression
	MinRegression        float64   // absolute floor in the metric's unit (nanoseconds for "-ns"); 0: in Gate.Policy that of FloorOf
	Direction            Direction // which way is better; empty: see Direction
	Plain                bool      // only of benchmarks that record no requests, those without a Recorder
	// Anchor are the limits of the change since the anchor; nil: those of the rule.
	Anchor *AnchorLimits
}

// Unit is the metric as benchmarks report it, stage included.
func (r Rule) Unit() string {
	if r.Stage == "" {
		return r.Metric
	}
	return strings.TrimSuffix(r.Metric, "ns") + r.Stage + "-ns"
}

// IsTime reports whether the rule's metric is a time in nanoseconds.
func (r Rule) IsTime() bool { return IsTime(r.Metric) }

// IsTime reports whether a metric of this unit is a time in nanoseconds.
func IsTime(unit string) bool {
	return unit == "ns/op" || strings.HasSuffix(unit, "-ns/op") ||
		strings.HasSuffix(unit, "-ns") && !strings.HasSuffix(unit, "-per-ns")
}

// IsSpeed reports whether a metric of this unit may be a time or a rate, as far as the unit tells: "p95-ns", "ms/token", "req/s".
func IsSpeed(unit string) bool {
	words := strings.FieldsFunc(unit, func(c rune) bool { return c == '/' || c == '-' || c == '_' })
	return slices.ContainsFunc(words, func(word string) bool {
		return slices.Contains([]string{"ns", "us", "µs", "ms", "s", "sec", "seconds"}, word)
	})
}

// String names the rule as a reader of the policy would: `p95-ns of stage model, benchmark "Decoder/.*"`.
func (r Rule) String() string {
	s := r.Metric
	if r.Stage != "" {
		s += " of stage " + r.Stage
	}
	if r.Benchmark != "" {
		s += fmt.Sprintf(", benchmark %q", r.Benchmark)
	}
	if r.Plain {
		s += ", plain"
	}
	return s
}

func (r Rule) validate() (field string, err error) {
	_, part, quantile := Percentile(r.Metric)
	switch {
	case r.Metric == "" || strings.ContainsAny(r.Metric, " \t\n"):
		return "metric", fmt.Errorf("metric is %q; write it as benchmarks report it, such as \"p95-ns\"", r.Metric)
	case noAmount[r.Metric] != "":
		return "metric", fmt.Errorf("metric %q %s: it is no amount; leave the rule out", r.Metric, noAmount[r.Metric])
	case r.Stage != "" && (!quantile || part != ""):
		return "stage", fmt.Errorf("metric %q has no stages; a stage goes with a latency quantile such as \"p95-ns\"", r.Metric)
	case r.Plain && quantile:
		return "plain", fmt.Errorf("metric %q is of requests, and a plain benchmark records none; leave plain out", r.Metric)
	case strings.ContainsAny(r.Stage, " \t\n"):
		return "stage", fmt.Errorf("stage is %q; a stage's name has no blanks", r.Stage)
	case r.Direction != "" && r.Direction != Lower && r.Direction != Higher:
		return "direction", fmt.Errorf("direction is %q; write %q or %q, whichever is better", r.Direction, Lower, Higher)
	}
	if field, err := r.Anchor.validate(); err != nil {
		return "anchor." + field, fmt.Errorf("anchor: %w", err)
	}
	if field, err := validateLimits(r.MaxRegressionPercent, r.MinRegression); err != nil {
		return field, err
	}
	if direction := cmp.Or(r.Direction, DirectionOf(r.Unit())); direction == Higher {
		if r.MaxRegressionPercent >= 100 {
			return "max_regression_percent", r.neverFails(r.MaxRegressionPercent)
		}
		if a := r.Anchor; a != nil && a.MaxRegressionPercent >= 100 {
			return "anchor.max_regression_percent", fmt.Errorf("anchor: %w", r.neverFails(a.MaxRegressionPercent))
		}
	}
	if _, err := regexp.Compile(r.Benchmark); err != nil {
		return "benchmark", fmt.Errorf("benchmark is no regular expression: %w", err)
	}
	return "", nil
}

// neverFails is of a limit of what is better when higher.
func (r Rule) neverFails(percent float64) error {
	return fmt.Errorf("max_regression_percent is %v, and %s is better when higher: it cannot fall by more than 100 %%, "+
		"so the rule could never fail; write less than 100", percent, r.Metric)
}

// validateLimits says which of a rule's two limits is wrong.
func validateLimits(maxRegressionPercent, minRegression float64) (field string, err error) {
	switch {
	case !(maxRegressionPercent >= 0) || math.IsInf(maxRegressionPercent, 0):
		return "max_regression_percent", fmt.Errorf("max_regression_percent is %v; write a percentage of 0 or more, such as 10",
			maxRegressionPercent)
	case !(minRegression >= 0) || math.IsInf(minRegression, 0):
		return "min_regression", fmt.Errorf("min_regression is %v; write 0 or more", minRegression)
	}
	return "", nil
}
