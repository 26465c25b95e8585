package regress_test

import (
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/regress"
)

// TestGate gates the shipped workloads: computing on all CPUs, generating token by token, and far below the floor.
// One that computes on one CPU is measured by TestControlledRegression.
func TestGate(t *testing.T) {
	regress.Check(t, regress.Gate{
		Packages: []string{"../workload"},
		Bench:    "^BenchmarkMLP$|^BenchmarkMLPTiny$|^BenchmarkDecoder$/^request$/^lora=on$",
		Budget:   time.Minute, Identical: "measure", // a clone is compared with itself
	})
}

// TestControlledRegression proves that the gate can go red: identical sides are ok, a planted slowdown is found.
func TestControlledRegression(t *testing.T) {
	regress.SelfTest(t, regress.Gate{Packages: []string{"../workload"}, Bench: "^BenchmarkMLPSmall$", Budget: time.Minute})
}

// TestMerge merges what the shards of TestGate left: go test ./regress -run TestMerge -regress.in='shards/*'.
func TestMerge(t *testing.T) { regress.Merge(t, regress.Gate{}) }

// TestBisect finds the commit since which a shipped workload is slower: go test -v ./regress -run TestBisect -regress.good=HEAD~9
// -regress.bench='^BenchmarkMLP$'.
func TestBisect(t *testing.T) { regress.Bisect(t, regress.Gate{Packages: []string{"../workload"}}) }
