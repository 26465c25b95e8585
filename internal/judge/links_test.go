package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

func TestFirstLinks(t *testing.T) {
	up := policy.Rule{Metric: "ns/op", MaxRegressionPercent: 10, MinRegression: 2}
	rate := policy.Rule{Metric: "req/s", MaxRegressionPercent: 10}
	for _, c := range []struct {
		name                string
		rule                policy.Rule
		outcome             policy.Outcome
		linked              bool
		baseline, candidate float64
		want                float64
	}{
		{"beyond both limits", up, policy.OK, true, 100, 118, 18},
		{"and nobody saw whether it is so", up, policy.Blind, true, 100, 118, 18},
		{"exactly the limit", up, policy.OK, true, 100, 110, 0},
		{"exactly the floor", up, policy.OK, true, 10, 12, 20},
		{"under the floor", up, policy.OK, true, 10, 11.5, 0},
		{"found", up, policy.Regressed, true, 100, 118, 0},
		{"not judged", up, policy.Invalid, true, 100, 118, 0},
		{"all rounds of one link", up, policy.OK, false, 100, 118, 0},
		{"better", up, policy.OK, true, 100, 82, 0},
		{"a rate that fell", rate, policy.OK, true, 100, 85, -15},
		{"a rate that rose", rate, policy.OK, true, 100, 115, 0},
	} {
		v := policy.Verdict{Rule: c.rule, Unit: c.rule.Metric, Outcome: c.outcome, Direction: policy.DirectionOf(c.rule.Metric)}
		pair := Pair{
			Linked:    c.linked,
			Baseline:  &Benchmark{Metrics: map[string][]float64{v.Unit: {c.baseline, 1}}},
			Candidate: &Benchmark{Metrics: map[string][]float64{v.Unit: {c.candidate, 1}}},
		}
		assert.InDelta(t, c.want, firstLinks(v, pair), 1e-12, c.name)
	}
	v := policy.Verdict{Rule: up, Unit: "ns/op", Outcome: policy.OK}
	assert.Zero(t, firstLinks(v, Pair{Linked: true, Baseline: &Benchmark{}, Candidate: &Benchmark{}}))
}
