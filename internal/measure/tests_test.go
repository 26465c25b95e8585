package measure

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/source"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

func TestWhatIsTestsOfAPackage(t *testing.T) {
	files := []string{
		"a_test.go", "a.go", "testdata/in.txt", "testdata", "a/testdata/b/c.go", "a/a_test.go", "a/a.go", "a/b/b_test.go", "a/testdata",
		"a/testdata2/x", "ab/a_test.go", "a/a_test.go", "a/b/testdata/x", "a/_test.go.txt",
	}
	assert.Equal(t, []string{"a_test.go", "testdata", "testdata/in.txt"}, testsOf(".", files))
	assert.Equal(t, []string{"a/a_test.go", "a/testdata", "a/testdata/b/c.go"}, testsOf("a", files))
	assert.Empty(t, testsOf("c", files))
}

func TestWhatOfThePackagesDataHasChanged(t *testing.T) {
	for _, c := range []struct {
		name, dir string
		files     []string
		want      string
	}{
		{"none", "a", nil, ""},
		{"code beside it", "a", []string{"a/a.go", "testdata/x", "ab/testdata/x", "a/b/testdata/x", "a/testdata.go"}, ""},
		{"a file below", "a", []string{"a/a.go", "a/testdata/b/x", "a/testdata/y"}, "a/testdata/b/x"},
		{"of the top", ".", []string{"a/testdata/x", "testdata/x"}, "testdata/x"},
		{"of a submodule that has the package git does not say what", "sub/a", []string{"su", "sub"}, ""},
	} {
		assert.Equal(t, c.want, changedData(c.dir, c.files), c.name)
	}
}

// found is what a smoke run finds: names of benchmarks of a package.
func found(pkg string, names ...string) *benchdata.Set {
	set := &benchdata.Set{Source: pkg, Config: map[string]string{"goos": "linux"}, Better: map[string]int{}}
	for _, name := range names {
		set.Benchmarks = append(set.Benchmarks, benchdata.Benchmark{
			ID: policy.ID{Package: pkg, Name: name, Procs: 2}, Runs: []benchdata.Run{{Iters: 1}},
		})
	}
	return set
}

func TestMergedKeepsWhatWasRemoved(t *testing.T) {
	own, candidate := found("b", "Kept", "Gone", "Case/old"), found("b", "Kept", "New", "Case/new")
	own.Benchmarks = append(found("a", "A").Benchmarks, append(own.Benchmarks, found("c", "C", "Gone").Benchmarks...)...)
	names := func(set benchdata.Set) (names []string) {
		for _, b := range set.Benchmarks {
			names = append(names, b.Package+"."+b.Name)
		}
		return names
	}

	got, err := merged("b", found("b", "New", "Kept", "Case/new"), own, candidate)
	require.NoError(t, err)
	assert.Equal(t, []string{"a.A", "b.New", "b.Kept", "b.Case/new", "b.Gone", "b.Case/old", "c.C", "c.Gone"}, names(got))
	for _, b := range got.Benchmarks {
		assert.Len(t, b.Runs, 1, "%s was found by one run", b.Name)
	}
	assert.Len(t, own.Benchmarks, 6, "it is as it was")

	_, err = merged("b", found("b", "New"), own, candidate)
	require.EqualError(t, err, "Kept does not run", "its own tests ran it, and so do the candidate's at the candidate")

	shared := found("b", "Kept")
	shared.Better["x"], own.Better["x"] = 1, -1
	_, err = merged("b", shared, own, candidate)
	require.ErrorContains(t, err, "better", "what is better must not depend on whose tests say it")
}

// Each side has its own of what its code embeds: binaries of other packages, which were built before, have that, too.
func TestDataThatCodeEmbedsIsNotLaid(t *testing.T) {
	if testing.Short() {
		t.Skip("builds packages")
	}
	dir := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	const benchmark = "import \"testing\"\n\nfunc BenchmarkB(b *testing.B) {\n\tfor b.Loop() {\n\t}\n}\n"
	write("go.mod", "module example.com/shop\n\ngo 1.26\n")
	write("fixtures/fixtures.go", "package fixtures\n\nimport _ \"embed\"\n\n//go:embed testdata/prompts.json\nvar Prompts string\n")
	write("fixtures/embed_test.go", "package fixtures\n\nimport _ \"embed\"\n\n//go:embed testdata/golden.txt\nvar golden string\n")
	write("fixtures/fixtures_test.go", "package fixtures\n\n"+benchmark)
	write("infer/infer.go", "package infer\n\nimport \"example.com/shop/fixtures\"\n\nvar Prompts = fixtures.Prompts\n")
	write("infer/infer_test.go", "package infer\n\n"+benchmark)
	data := []string{"fixtures/testdata/golden.txt", "fixtures/testdata/input.txt", "fixtures/testdata/prompts.json"}
	for _, name := range data {
		write(name, "one")
	}
	modtest.Git(t, dir, "init", "-q")
	modtest.Git(t, dir, "add", "-A")
	modtest.Git(t, dir, "commit", "-q", "-m", "first")
	for _, name := range data {
		write(name, "two")
	}

	repo, err := testbin.Open(t.Context(), dir)
	require.NoError(t, err)
	head, err := repo.Resolve(t.Context(), "HEAD")
	require.NoError(t, err)
	g := newGate(Order{
		Dir: dir, Repo: repo, Packages: []string{"./..."}, Bench: ".", Timeout: time.Minute, Judge: judge.By(policy.Policy{}),
		Baseline: source.Source{Commit: &head}, Display: progress.New(nil, nil), Doc: &report.Document{},
	})
	g.scratch, err = testbin.NewScratch()
	require.NoError(t, err)
	defer func() { assert.NoError(t, g.scratch.Close()) }()
	require.NoError(t, g.build(t.Context()))
	require.NoError(t, g.discover(t.Context()))
	require.NoError(t, g.shareTests(t.Context()))
	baseline := g.sides[baselineSide]
	assert.Equal(t, map[string]bool{data[0]: true, data[1]: true}, baseline.laid)
	for pkg, bin := range baseline.bins {
		_, err := bin.Relink(t.Context(), 7)
		assert.NoError(t, err, "%s is what it was built of", pkg)
	}
}
