package judge

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// Whatever policy loads, it judges: every verdict settles, and a baseline against itself is not slower.
func FuzzPolicy(f *testing.F) {
	names, err := filepath.Glob("../../testdata/policies/*.json")
	require.NoError(f, err)
	require.NotEmpty(f, names)
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(data)
	}
	for _, rules := range []string{
		`{"metric": "p95-ns", "benchmark": "M.P|\\Q(", "max_regression_percent": 0}`,
		`{"metric": "p99.9-ns", "stage": "model", "max_regression_percent": 1e308, "min_regression": "2540400h"}`,
		`{"metric": "score", "max_regression_percent": 1, "min_regression": 1e-300}, ` +
			`{"metric": "score", "max_regression_percent": 0, "direction": "higher"}`,
	} {
		f.Add([]byte(`{"version": 1, "alpha": 0.5, "on_removed": "warn", "rules": [` + rules + `]}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := policy.Parse("p.json", data)
		if err != nil {
			return
		}
		j := By(p)
		require.NoError(t, j.Policy().Validate())
		require.Equal(t, policy.Invalid, j.Compare(Results{}, Results{}).Outcome(), "nothing was measured")
		both := side("p95-ns", runs(20*ms)...)
		for _, rule := range p.Rules {
			both.Benchmarks[0].Metrics[rule.Unit()] = runs(20 * ms)
		}
		for _, v := range j.Compare(both, both).Verdicts {
			assert.NotEqual(t, policy.Unsettled, v.Outcome)
			assert.NotEqual(t, policy.Regressed, v.Outcome, v.Reason)
			assert.NotEmpty(t, v.Reason.Code)
		}
		plan := j.Plan(len(p.Rules))
		for _, pair := range j.Pairs(both, both) {
			assert.LessOrEqual(t, len(pair.Rules()), len(p.Rules))
			for _, v := range j.verdicts(pair, nil, nil, plan.Final(len(runs(0)))) {
				assert.NotEqual(t, policy.Regressed, v.Outcome, v.Reason)
			}
		}
	})
}
