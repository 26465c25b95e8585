package measure

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
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
