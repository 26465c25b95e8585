package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

func TestSameCodeIsNoRegression(t *testing.T) {
	for _, row := range []struct {
		name    string
		unit    string
		outcome policy.Outcome
		same    int
		want    policy.Outcome
	}{
		{"a time that regressed", "p95-ns", policy.Regressed, 9, policy.OK},
		{"a time that improved", "ns/op", policy.Improved, 9, policy.OK},
		{"a rate that may have regressed", "req/s", policy.Inconclusive, 9, policy.OK},
		{"a time that was not seen", "ns/op", policy.Blind, 9, policy.OK},
		{"a time that cannot be judged", "ns/op", policy.Invalid, 9, policy.Invalid},
		{"allocations that regressed", "allocs/op", policy.Regressed, 9, policy.Regressed},
		{"bytes that regressed", "B/op", policy.Regressed, 9, policy.Regressed},
		{"code that is not the same", "ns/op", policy.Regressed, 0, policy.Regressed},
	} {
		t.Run(row.name, func(t *testing.T) {
			v := policy.Verdict{Unit: row.unit, Outcome: row.outcome, Fails: true, ChangePercent: 18}
			v = ofSameCode(v, Pair{SameCode: row.same})
			assert.Equal(t, row.want, v.Outcome)
			assert.InDelta(t, 18, v.ChangePercent, 0, "the figures stay")
			if row.want != row.outcome {
				assert.False(t, v.Fails)
				assert.Equal(t, policy.Reason{Code: policy.SameCode, Facts: policy.Facts{Have: 9}}, v.Reason)
			} else {
				assert.True(t, v.Fails)
			}
		})
	}
}

func TestAChangedBenchmarkTellsNothingOfTheCode(t *testing.T) {
	for _, row := range []struct {
		name    string
		outcome policy.Outcome
		changed string
		policy  policy.Effect
		want    policy.Outcome
		fails   bool
	}{
		{"what regressed", policy.Regressed, "input", "", policy.Inconclusive, true},
		{"what regressed, where the policy lets it pass", policy.Regressed, "input", policy.Warn, policy.Inconclusive, false},
		{"what improved", policy.Improved, "input", "", policy.Inconclusive, true},
		{"what is the same", policy.OK, "input", "", policy.OK, false},
		{"what was not seen", policy.Blind, "input", "", policy.Blind, false},
		{"what cannot be judged", policy.Invalid, "input", "", policy.Invalid, true},
		{"a benchmark that is the same", policy.Regressed, "", "", policy.Regressed, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			j := By(policy.Policy{OnInconclusive: row.policy})
			v := j.effect(policy.Verdict{Unit: "allocs/op", Outcome: row.outcome, ChangePercent: 18})
			v = explain(j.ofChanged(v, Pair{Changed: row.changed}), policy.Measured{}, j.Plan(1))
			assert.Equal(t, row.want, v.Outcome)
			assert.Equal(t, row.fails, v.Fails)
			assert.InDelta(t, 18, v.ChangePercent, 0, "the figures stay")
			if row.want != row.outcome {
				assert.Equal(t, policy.Reason{
					Code: policy.BenchmarkChanged, Facts: policy.Facts{Words: []string{"input"}},
					Advice: []policy.Advice{{Do: policy.ChangeApart}},
				}, v.Reason)
			}
		})
	}
}
