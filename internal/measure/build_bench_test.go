package measure

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// BenchmarkDiscover compares the smoke run of a package of 500 benchmarks, from the start of its process to the checked results,
// with the test binary run by itself, one after the other. time/plain is the ratio.
func BenchmarkDiscover(b *testing.B) {
	dir := b.TempDir()
	code := "package crowd\n\nimport (\n\t\"fmt\"\n\t\"testing\"\n)\n\nfunc BenchmarkServe(b *testing.B) {\n\tfor i := range 500 {\n" +
		"\t\tb.Run(fmt.Sprintf(\"case=%d\", i), func(b *testing.B) {\n\t\t\tfor b.Loop() {\n\t\t\t}\n\t\t})\n\t}\n}\n"
	require.NoError(b, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/crowd\n\ngo 1.26\n"), 0o644))
	require.NoError(b, os.WriteFile(filepath.Join(dir, "crowd_test.go"), []byte(code), 0o644))
	scratch := newBenchScratch(b)
	bin, err := scratch.Build(b.Context(), dir)
	require.NoError(b, err)

	var ours, plain time.Duration
	for b.Loop() {
		g := newGate(Order{Bench: ".", Timeout: time.Minute, Doc: &report.Document{}, Display: progress.New(io.Discard, nil)})
		g.scratch = scratch
		for _, s := range g.sides {
			s.bins = map[string]*testbin.Binary{"example.com/crowd": bin}
		}
		began := time.Now()
		require.NoError(b, g.discover(b.Context()))
		ours += time.Since(began)
		require.Len(b, g.sides[candidateSide].smoke.Benchmarks, 500)

		began = time.Now()
		cmd := exec.Command(bin.Path, "-test.run=^$", "-test.bench=.", "-test.benchtime=1x", "-test.benchmem")
		cmd.Dir = dir
		require.NoError(b, cmd.Run())
		plain += time.Since(began)
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s")
	b.ReportMetric(ours.Seconds()/plain.Seconds(), "time/plain")
}

// BenchmarkBuild compares a worktree of HEAD with the binary of ./workload in it, and its removal, with go test -c in the work
// tree, one after the other and both from a warm build cache. worktree-s is what the worktree takes of it; time/plain is the ratio.
func BenchmarkBuild(b *testing.B) {
	repo, err := testbin.Open(b.Context(), ".")
	if err != nil {
		b.Skip(err)
	}
	head, err := repo.Resolve(b.Context(), "HEAD")
	require.NoError(b, err)
	var ours, worktree, plain time.Duration
	build := func() {
		began := time.Now()
		scratch, err := testbin.NewScratch()
		require.NoError(b, err)
		tree, err := scratch.Worktree(b.Context(), repo, head)
		require.NoError(b, err)
		worktree += time.Since(began)
		_, err = scratch.Build(b.Context(), filepath.Join(tree.Dir, "workload"))
		require.NoError(b, err)
		require.NoError(b, scratch.Close())
		ours += time.Since(began)
	}
	build() // fills the cache
	ours, worktree = 0, 0
	for n := 0; b.Loop(); n++ {
		build()
		began := time.Now()
		cmd := exec.Command("go", "test", "-c", "-trimpath", "-buildvcs=false", "-vet=off",
			"-o", filepath.Join(b.TempDir(), fmt.Sprintf("%d.test", n)), "../../workload")
		out, err := cmd.CombinedOutput()
		require.NoError(b, err, "%s", out)
		plain += time.Since(began)
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s")
	b.ReportMetric(worktree.Seconds()/float64(b.N), "worktree-s")
	b.ReportMetric(ours.Seconds()/plain.Seconds(), "time/plain")
}

// newBenchScratch is closed with the benchmark.
func newBenchScratch(b *testing.B) *testbin.Scratch {
	b.Helper()
	scratch, err := testbin.NewScratch()
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, scratch.Close()) })
	return scratch
}
