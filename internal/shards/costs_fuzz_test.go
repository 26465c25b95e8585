package shards

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzParseCosts holds that a verdict.json of any content is refused in words, or has times by which every benchmark
// becomes one shard's.
func FuzzParseCosts(f *testing.F) {
	for _, text := range []string{
		`{"version": 1, "benchmarks": [{"package": "shop", "benchmark": "A", "gomaxprocs": 2, "noise": {"seconds": 9.5}}, ` +
			`{"package": "shop", "benchmark": "B", "noise": null}]}`,
		`{"version": 1, "benchmarks": [{"benchmark": "A", "noise": {"seconds": 3600000}}, ` +
			`{"benchmark": "A", "noise": {"seconds": 1e-300}}]}`,
		`{"version": 1, "benchmarks": [{"benchmark": "A", "noise": {"seconds": -1}}]}`, `{"version": 2}`,
		`{"version": 1, "benchmarks": [null]}`, `null`, ``,
	} {
		f.Add([]byte(text), uint8(2))
	}
	f.Fuzz(func(t *testing.T, data []byte, n uint8) {
		costs, err := ParseCosts(data)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.NotEmpty(t, costs.took)
		jobs := []Job{job("shop", "unknown", 0, false), job("shop", "free", 0, true)}
		for name, took := range costs.took {
			require.GreaterOrEqual(t, took, time.Duration(0))
			require.LessOrEqual(t, took, longest)
			jobs = append(jobs, job(name[0], name[1], 0, false))
		}
		shards := max(int(n), 1)
		for _, shard := range Divide(jobs, costs, shards) {
			require.GreaterOrEqual(t, shard, 1)
			require.LessOrEqual(t, shard, shards)
		}
	})
}
