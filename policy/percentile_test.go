package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPercentile(t *testing.T) {
	type of struct {
		percent float64
		stage   string
	}
	for unit, want := range map[string]of{
		"p95-ns": {95, ""}, "p99.9-ns": {99.9, ""}, "p50-model-ns": {50, "model"}, "p99-time-to-first-ns": {99, "time-to-first"},
		"p100-ns": {100, ""},
	} {
		percent, stage, ok := Percentile(unit)
		assert.True(t, ok, unit)
		assert.Equal(t, want, of{percent, stage}, unit)
	}
	for _, unit := range []string{
		"", "ns/op", "req/s", "mean-ns", "pages-ns", "p-ns", "p95", "p95-ms", "p0-ns", "p101-ns", "p1e1-ns", "p95.-ns", "xp95-ns",
		"p95--ns",
	} {
		_, _, ok := Percentile(unit)
		assert.False(t, ok, unit)
	}
}
