package field

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/testbed/archive"
)

// TestACaseFromEndToEnd gives a repository that is made here to both tools, which find what is slower, say no more, and name the
// function.
func TestACaseFromEndToEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	if runtime.GOOS == "windows" {
		t.Skip("git and the go command are called as on Unix")
	}
	dir := t.TempDir()
	git := func(args ...string) string { return modtest.Git(t, dir, args...) }
	commit := func(rounds int) string {
		for name, text := range map[string]string{
			"go.mod": "module example.com/tiny\n\ngo 1.24\n",
			"tiny.go": fmt.Sprintf(`package tiny

// Work is what gets slower.
//
//go:noinline
func Work(of []byte) (sum uint32) {
	for range %d {
		for _, b := range of {
			sum = sum*31 + uint32(b)
		}
	}
	return sum
}

// Idle stays as it is.
//
//go:noinline
func Idle(of []byte) (sum uint32) {
	for _, b := range of {
		sum = sum*33 ^ uint32(b)
	}
	return sum
}
`, rounds),
			"tiny_test.go": `package tiny

import "testing"

var sink uint32

func BenchmarkWork(b *testing.B) {
	for range b.N {
		sink = Work(make([]byte, 4096))
	}
}

func BenchmarkIdle(b *testing.B) {
	for range b.N {
		sink = Idle(make([]byte, 4096))
	}
}
`,
		} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		}
		git("add", "-A")
		git("commit", "-q", "-m", fmt.Sprint(rounds))
		return git("rev-parse", "HEAD")
	}
	git("init", "-q", "-b", "main")
	c := Case{
		Name: "tiny", Kind: "regression", Repository: "example/tiny", Package: ".", Baseline: commit(2), Candidate: commit(4),
		Benchmarks: "^Benchmark(Work|Idle)$", Truth: []Truth{{Benchmark: "Work", Unit: "ns/op", From: 1, To: 2}},
		Functions: []string{"example.com/tiny.Work"}, Known: "made here",
	}
	require.NoError(t, c.validate())
	file := filepath.Join(t.TempDir(), "results.jsonl")
	tools := tools{gates{program(t), 2 * time.Minute}, runs{6, "50ms"}, true}
	tools.compare(t, c, dir, tools.of(c), func(r Result) { require.NoError(t, archive.Add(file, r)) })
	status := git("status", "--porcelain")
	assert.Empty(t, status)

	results, err := archive.Read[Result](file)
	require.NoError(t, err)
	require.Len(t, results, 4)
	for _, r := range results {
		assert.Empty(t, r.Error)
		assert.Positive(t, r.Seconds)
		assert.Len(t, r.Said, 6, r.Tool)
	}
	all := score([]Case{c}, results).all
	gate := all[byTailgate]
	assert.Equal(t, []int{2, 1, 1, 0, 1, 1}, []int{
		gate.Results, gate.Regressions, gate.Found, gate.FalseRed, gate.Functions, gate.FunctionFirst,
	}, "%+v", results)
	other := all[byBenchstat]
	assert.Equal(t, []int{2, 1, 1}, []int{other.Results, other.Regressions, other.Found}, "%+v", results)

	plant := c
	plant.Name, plant.Kind, plant.Candidate, plant.Inject = "plant", "plant", c.Baseline, "100%"
	plant.Truth, plant.Functions = []Truth{{Benchmark: "Work", Unit: "ns/op", From: 100, To: 200}}, []string{"testing.tailgate_burn"}
	plant.Benchmarks = "^BenchmarkWork$"
	require.NoError(t, plant.validate())
	var planted []Result
	tools.compare(t, plant, dir, tools.of(plant), func(r Result) { planted = append(planted, r) })
	require.Len(t, planted, 1)
	all = score([]Case{plant}, planted).all
	assert.Equal(t, []int{1, 1}, []int{all[byTailgate].Found, all[byTailgate].FunctionFirst}, "%+v", planted)
}
