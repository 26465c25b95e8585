package regress

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPatternMatchesOneBenchmark(t *testing.T) {
	for name, want := range map[string]string{
		"MLP":               `^BenchmarkMLP$`,
		"Serve/rate=300":    `^BenchmarkServe$/^rate=300$`,
		"A/b.c+d(e)[f]/g|h": `^BenchmarkA$/^b\.c\+d\(e\)\[f\]$/^g\|h$`,
	} {
		got := pattern(name)
		assert.Equal(t, want, got)
		parts := strings.Split("Benchmark"+name, "/")
		for i, part := range strings.Split(got, "/") {
			assert.Regexp(t, regexp.MustCompile(part), parts[i])
		}
	}
}

func TestOutputFolderStaysBelowItsParent(t *testing.T) {
	for name, want := range map[string]string{
		"TestGate":            "TestGate",
		"TestSelf/planted":    "TestSelf/planted",
		"TestGate/../../etc":  "TestGate/_/_/etc",
		"TestGate/a:b*c\x00d": "TestGate/a_b_c_d",
		"TestGate//. ./ok":    "TestGate/_/_/ok",
	} {
		assert.Equal(t, want, safe(name))
	}
}
