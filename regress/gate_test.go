package regress_test

import (
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/regress"
)

// TestGate gates the shipped workloads.
func TestGate(t *testing.T) {
	regress.Check(t, regress.Gate{Packages: []string{"../workload"}, Bench: "^BenchmarkMLP|^BenchmarkDecoder$/^request$/^lora=on$", Budget: time.Minute})
}

// TestControlledRegression proves that the gate can go red: identical sides are ok, a planted slowdown is found.
func TestControlledRegression(t *testing.T) {
	regress.SelfTest(t, regress.Gate{Packages: []string{"../workload"}, Bench: "^BenchmarkMLPSmall$", Budget: time.Minute})
}

// TestMerge merges what the shards of TestGate left: go test ./regress -run TestMerge -regress.in='shards/*'.
func TestMerge(t *testing.T) { regress.Merge(t, regress.Gate{}) }
