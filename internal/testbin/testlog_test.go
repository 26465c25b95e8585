package testbin

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATestLogTellsWhatABinaryLookedAt(t *testing.T) {
	for _, c := range []struct {
		name, log string
		want      []Input
	}{
		{"nothing", "# test log\n", nil},
		{"environment variables", "# test log\ngetenv HOME\ngetenv A B\n", nil},
		{"relative to the package's folder", "# test log\nopen testdata/in.txt\nstat ../go.mod\n",
			[]Input{{"/m/p/testdata/in.txt", true}, {"/m/go.mod", false}}},
		{"each once, opened if it was so once", "# test log\nstat a\nopen ./a\nstat a\n", []Input{{"/m/p/a", true}}},
		{"relative to where the process went", "# test log\nchdir /m/q\nopen a\nopen /else/b c\n",
			[]Input{{"/m/q", false}, {"/m/q/a", true}, {"/else/b c", true}}},
	} {
		got, err := parseTestLog(c.log, "/m/p")
		require.NoError(t, err, c.name)
		assert.Equal(t, Inputs{All: c.want, Known: true}, got, c.name)
	}
	got, err := parseTestLog("# test log\nopen a\ngetenv TAILGATE_EARLY\n", "/m")
	require.NoError(t, err)
	assert.Equal(t, Inputs{All: []Input{{"/m/a", true}}, Known: true, Early: true}, got)
	for _, log := range []string{
		"", "open a\n", "# test log", "# test log\nopen a", "# test log\nopen\n", "# test log\nopen \n", "# test log\nexec a\n",
		"# test log\n\n", "# test log\ngetenv\n",
	} {
		_, err := parseTestLog(log, "/m/p")
		assert.Error(t, err, "%q", log)
	}
}

func TestATestLogHasItsBound(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(name, []byte("# test log\n"), 0o600))
	require.NoError(t, os.Truncate(name, mostOfTestLog+1))
	_, err := readTestLog(name, "/m")
	assert.ErrorContains(t, err, "more than 16 MiB")
}

func TestABinaryTellsWhatItLookedAt(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, `
-- go.mod --
module example.com/shop

go 1.26
-- main/main_test.go --
package main

import (
	"os"
	"testing"
)

var _, started = os.Stat("../early.txt")

func TestMain(m *testing.M) {
	os.ReadFile("../main.txt")
	os.ReadFile("../main.txt")
	switch {
	case os.Getenv("EARLY") != "":
		os.Exit(0)
	case os.Getenv("MOVES") != "":
		os.Chdir("../data/deep")
		os.ReadFile("../moved.txt")
	case os.Getenv("TWICE") != "":
		m.Run()
	}
	os.Exit(m.Run())
}

func BenchmarkRead(b *testing.B) {
	os.ReadFile("../in.txt")
	os.Stat("none")
	os.StartProcess("/bin/true", []string{"true"}, &os.ProcAttr{})
}
-- in.txt --
-- data/deep/none.txt --
`)
	bin := build(t, newScratch(t), repo.Root, "main")
	output, inputs, err := bin.RunLogged(t.Context(), RunOptions{Args: []string{"-test.bench=."}})
	require.NoError(t, err)
	assert.Zero(t, output.ExitCode, "%s", output.Stdout)
	assert.True(t, inputs.Known)
	assert.True(t, inputs.Early, "a function init and TestMain are in it")
	for _, want := range []Input{
		{filepath.Join(repo.Root, "early.txt"), false}, {filepath.Join(repo.Root, "main.txt"), true},
		{filepath.Join(repo.Root, "in.txt"), true}, {filepath.Join(repo.Root, "main", "none"), false}, {"/bin/true", true},
	} {
		assert.Contains(t, inputs.All, want)
	}
	_, inputs, err = bin.RunLogged(t.Context(), RunOptions{Args: []string{"-test.bench=."}, Env: []string{"MOVES=1"}})
	require.NoError(t, err)
	assert.True(t, inputs.Known && inputs.Early)
	for _, want := range []string{"main.txt", "data/moved.txt", "data/in.txt"} { // before TestMain moved, after, and in the benchmark
		name := filepath.Join(repo.Root, filepath.FromSlash(want))
		assert.Contains(t, inputs.All, Input{name, true})
	}
	_, inputs, err = bin.RunLogged(t.Context(), RunOptions{Args: []string{"-test.bench=."}, Env: []string{"TWICE=1"}})
	require.NoError(t, err)
	assert.False(t, inputs.Known, "the second m.Run is in no log")
	_, inputs, err = bin.RunLogged(t.Context(), RunOptions{Env: []string{"EARLY=1"}})
	require.NoError(t, err)
	assert.False(t, inputs.Known, "it did not come to m.Run")
}
