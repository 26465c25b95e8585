package measure

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

func TestAPackageHasNoResults(t *testing.T) {
	const head = "goos: linux\npkg: example.com/x\n"
	for _, c := range []struct {
		name, printed string
		want          bool
	}{
		{"no benchmarks", "PASS\n", true},
		{"no benchmarks, on Windows", "PASS\r\n", true},
		{"skipped", head + "BenchmarkX\n    x_test.go:5: not here\n--- SKIP: BenchmarkX\nPASS\n", true},
		{"a result", head + "BenchmarkX\nBenchmarkX-2 \t 1\t 5 ns/op\nPASS\n", false},
		{"a result behind other output", head + "BenchmarkX\nloading...BenchmarkX-2 \t       1\t 5 ns/op\nPASS\n", false},
		{"a name and a number are none", "see BenchmarkX 12\nPASS\n", true},
		{"it did not pass", head, false},
	} {
		assert.Equal(t, c.want, hasNone([]byte(c.printed)), c.name)
	}
}

// What benchmarks print without a line end hides their results, and is refused.
func TestResultsBehindOtherOutputAreRefused(t *testing.T) {
	g := newGate(Order{Judge: judge.By(policy.Policy{})})
	_, err := g.read(g.sides[baselineSide], testbin.Output{
		Stdout: []byte("pkg: example.com/x\nBenchmarkX\nloading...BenchmarkX-2 \t       1\t 5 ns/op\nPASS\n"),
	})
	require.ErrorContains(t, err, "loading...")
	require.ErrorContains(t, err, "print with b.Log or to standard error")
}
