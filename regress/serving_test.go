package regress_test

import (
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/policy"
	"github.com/tailgate-go/tailgate/regress"
)

// TestServingGate gates a whole service, fifteen adapters on two replicas at 200 requests a second, on the median time to first
// token: about 10 ms, of which 5 more come with three slots for adapters in place of fifteen.
func TestServingGate(t *testing.T) {
	regress.Check(t, regress.Gate{
		Packages: []string{"../workload/serving"}, Bench: "^BenchmarkServing$/^case=multi-lora-gate$",
		Budget: time.Minute, Identical: "measure", // a clone is compared with itself
		Policy: policy.Policy{Rules: []policy.Rule{{Metric: "p50-ns", Stage: "ttft", MaxRegressionPercent: 20, MinRegression: 1e6}}},
	})
}
