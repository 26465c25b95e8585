package benchdata

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSplitQuantile(t *testing.T) {
	for _, tt := range []struct {
		unit string
		q    float64
		ok   bool
	}{
		{"p95-ns", 0.95, true},
		{"p99.9-model-ns", 0.999, true},
		{"p50-latency-ns/req", 0.5, true},
		{"latency-p90-ns", 0.9, true},
		{"P99-ns/op", 0.99, true},
		{"p95_ms", 0.95, true},
		{"p0-ns", 0, false},
		{"p100-ns", 0, false},
		{"p999-ns", 0, false},
		{"p-ns", 0, false},
		{"p9x-ns", 0, false},
		{"p1e1-ns", 0, false},
		{"ns/p95", 0, false},
		{"pages/op", 0, false},
		{"ns/op", 0, false},
		{"", 0, false},
	} {
		q, _, ok := splitQuantile(tt.unit)
		assert.Equal(t, tt.ok, ok, tt.unit)
		assert.Equal(t, tt.q, q, tt.unit)
	}
}

func TestBetter(t *testing.T) {
	for unit, want := range map[string]int{
		"ns/op": -1, "ns": -1, "sec/op": -1, "ms": -1, "us/op": -1, "µs/op": -1, "p95-ns": -1, "p95-model-ns": -1,
		"ns/tok": -1, "p95_ms": -1,
		"B/op": -1, "allocs/op": -1, "errors": -1, "timeouts/s": -1,
		"MB/s": +1, "B/s": +1, "req/s": +1, "tok/s": +1, "tok/sec": +1, "tok/min": +1, "p50-tok/s": +1, "op/ns": +1,
		"": 0, "score": 0, "B": 0, "min": 0, "tokens": 0, "nsx/op": 0, "P95-NS/op": 0,
	} {
		assert.Equal(t, want, better(unit), unit)
	}
}
