package policy_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

func TestServing(t *testing.T) {
	for _, streamed := range []bool{false, true} {
		p := policy.Serving(streamed)
		require.NoError(t, p.Validate())
		units := map[string]bool{}
		for _, r := range p.Rules {
			assert.False(t, units[r.Unit()], r)
			units[r.Unit()] = true
			assert.Positive(t, r.MaxRegressionPercent+r.MinRegression, r)
		}
		assert.True(t, units["errors-percent"] && units["req/s"])
		assert.Equal(t, streamed, units["p95-ttft-ns"] && units["p50-ttft-ns"] && units["p95-tpot-ns"] && units["p50-tpot-ns"])
		assert.Equal(t, !streamed, units["p95-ns"] && units["p50-ns"])
	}
}
