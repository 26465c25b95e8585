package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

func TestMinRequests(t *testing.T) {
	for unit, want := range map[string]int{
		"p50-ns": 6, "p90-ns": 30, "p95-ns": 60, "p95-model-ns": 60, "p99-ns": 300, "p99.9-ns": 3000, "p100-ns": 0,
		"ns/op": 0, "req/s": 0, "mean-ns": 0, "p95-ms": 0, "pages-ns": 0,
	} {
		assert.Equal(t, want, minRequests(unit), unit)
	}
	assert.Equal(t, 60, byDefault.Requests())
	median := By(policy.Policy{Rules: []policy.Rule{{Metric: "p50-ns"}, {Metric: "req/s"}}})
	assert.Equal(t, 6, median.Needed())
	assert.Equal(t, 60, median.Requests())
	assert.Equal(t, 300, By(policy.Policy{Rules: []policy.Rule{{Metric: "p99-ns", Stage: "model"}}}).Requests())
}
