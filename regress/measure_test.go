package regress

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/stats"
)

func TestPlanLooksAsSoonAsSomethingCanBeFound(t *testing.T) {
	assert.Equal(t, [looks]int{6, 9, 14, 21}, plan(0.05/looks))
	for _, family := range []float64{1, 2, 10, 100, 1000} {
		alpha := 0.05 / looks / family
		at := plan(alpha)
		assert.LessOrEqual(t, stats.SmallestP(at[0], at[0]), alpha, "the first of %v looks cannot find anything", at)
		for i := range at[1:] {
			assert.Greater(t, at[i+1], at[i])
		}
	}
	assert.Equal(t, 6, plan(0.5)[0])
}

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
