package measure

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/policy"
)

// FuzzForgedManifest holds that a merge of a shard whose manifest says anything at all, under a sum that matches, is refused
// in words or comes to the outcome that the rounds lead to.
func FuzzForgedManifest(f *testing.F) {
	pair := pretended{benchmarks: []pretendedBenchmark{
		{name: "A", effect: 1, noise: 0.02, took: time.Second}, {name: "B", effect: 1.5, noise: 0.02, took: time.Second},
	}}
	left := f.TempDir()
	second := filepath.Join(left, "2", output.Manifest)
	var whole []byte
	var once sync.Once
	for _, patch := range []string{
		`{}`, `{"shard": 1}`, `{"of": 3}`, `{"benchmarks": [null, null]}`, `{"benchmarks": []}`,
		`{"files": [{"name": "../1/verdict.json"}]}`,
		`{"benchmarks": [{"baseline": null}, {"measured": {"rounds": 9, "looks": [1, 2, 9]}}]}`,
		`{"benchmarks": [{"name": "B"}, {"name": "A"}]}`,
		`{"benchmarks": [{}, {"baseline": {"metrics": [{"unit": "p95-ns", "values": []}]}, ` +
			`"measured": {"spent": true, "noise": {"seconds": -1}}}]}`,
		`{"candidate": {"better": [{"unit": "p95-ns", "better": "sideways"}]}}`, `{"benchmarks": [{}, {"gomaxprocs": -3}]}`,
	} {
		f.Add([]byte(patch))
	}
	f.Fuzz(func(t *testing.T, patch []byte) {
		once.Do(func() {
			pair.shards(t, 2, left)
			var err error
			whole, err = os.ReadFile(second)
			require.NoError(t, err)
		})
		var m shards.Manifest
		require.NoError(t, json.Unmarshal(whole, &m))
		if json.Unmarshal(patch, &m) != nil {
			return
		}
		forged, err := m.Encode()
		if err != nil {
			return
		}
		require.NoError(t, os.WriteFile(second, forged, 0o644))
		got, err := pair.merge(t, filepath.Join(left, "*"))
		if err != nil {
			require.Equal(t, policy.Invalid, got.Outcome())
			require.False(t, got.Passes())
			return
		}
		require.Equal(t, policy.Regressed, got.Outcome())
	})
}
