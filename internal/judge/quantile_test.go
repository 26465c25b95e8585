package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

func TestMinRequests(t *testing.T) {
	for unit, want := range map[string]int{
		"p50-ns": 10, "p90-ns": 50, "p95-ns": 100, "p95-model-ns": 100, "p99-ns": 500, "p99.9-ns": 5000, "p100-ns": 0,
		"ns/op": 0, "req/s": 0, "mean-ns": 0, "p95-ms": 0, "pages-ns": 0,
	} {
		assert.Equal(t, want, minRequests(unit), unit)
	}
	assert.Equal(t, 100, byDefault.Requests())
	assert.Equal(t, 500, By(policy.Policy{Rules: []policy.Rule{{Metric: "p99-ns", Stage: "model"}}}).Requests())
}
