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
		{"a time that was not seen", "ns/op", policy.Blind, 9, policy.Blind},
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
