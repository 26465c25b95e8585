package testbin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func build(t *testing.T, s *Scratch, elem ...string) *Binary {
	t.Helper()
	b, err := s.Build(t.Context(), filepath.Join(elem...))
	require.NoError(t, err)
	require.Empty(t, b.NoTurns)
	return b
}

func TestSameSourceGivesTheSameBinary(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop, "a folder", "it's here")
	s := newScratch(t)
	tree := newTree(t, s, repo)
	baseline := build(t, s, tree.Dir, "infer")
	candidate := build(t, s, repo.Root, "infer")
	assert.Equal(t, baseline.SHA256, candidate.SHA256)
	assert.Len(t, baseline.SHA256, 64)
	assert.Equal(t, strings.Fields(run(t, repo.Root, "go", "version"))[2], baseline.GoVersion)
	assert.Len(t, candidate.Path, len(baseline.Path), "the length of arguments moves the stack")
	assert.Equal(t, filepath.Join(tree.Dir, "infer"), baseline.Dir)
	assert.Empty(t, baseline.Warnings)

	write(t, repo.Root, "-- infer/infer.go --\npackage infer\n\nfunc Infer() int { return 2 }\n")
	changed := build(t, s, repo.Root, "infer")
	assert.NotEqual(t, baseline.SHA256, changed.SHA256)
	output, err := changed.Run(t.Context(), RunOptions{Args: []string{"-test.bench=.", "-test.benchtime=1x"}})
	require.NoError(t, err)
	assert.Contains(t, string(output.Stdout), "BenchmarkInfer")
}

func TestBuildSaysWhyItCannot(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop+`
-- plain/plain.go --
package plain
-- docs/README --
-- broken/broken_test.go --
package broken

var x int = "text"
`)
	s := newScratch(t)
	tree := newTree(t, s, repo)
	for dir, want := range map[string]error{
		"none": ErrNoPackage, "docs": ErrNoPackage, "infer/infer.go": ErrNoPackage, "plain": ErrNoTests,
	} {
		for _, top := range []string{tree.Dir, repo.Root} {
			_, err := s.Build(t.Context(), filepath.Join(top, dir))
			require.ErrorIs(t, err, want, dir)
			assert.ErrorContains(t, err, filepath.Join(top, dir))
		}
	}
	_, err := s.Build(t.Context(), filepath.Join(tree.Dir, "broken"))
	var failed *BuildError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, []string{checkedOut}, failed.Hints)
	assert.ErrorContains(t, err, filepath.Join(tree.Dir, "broken")+": does not build:\n")
	assert.ErrorContains(t, err, `broken_test.go:3:13: cannot use "text" (untyped string constant) as int value`)
	assert.Nil(t, hasBinary(t, s, "broken"))
	_, err = s.Build(t.Context(), filepath.Join(repo.Root, "broken"))
	require.ErrorAs(t, err, &failed)
	assert.Empty(t, failed.Hints, "a work tree has what it has")
}

func TestACommitHasNoIgnoredFiles(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop+`
-- .gitignore --
made.go
-- gen/gen.go --
package gen
-- gen/gen_test.go --
package gen

import "testing"

func BenchmarkMade(b *testing.B) { b.Log(made) }
-- beside/go.mod --
module example.com/beside

go 1.26

require example.com/outside v0.0.0

replace example.com/outside => ../../outside
-- beside/beside_test.go --
package beside

import (
	"testing"

	"example.com/outside"
)

func BenchmarkBeside(b *testing.B) { b.Log(outside.Name) }
`)
	write(t, repo.Root, "-- gen/made.go --\npackage gen\n\nconst made = 1\n")
	s := newScratch(t)
	tree := newTree(t, s, repo)
	build(t, s, repo.Root, "gen")
	_, err := s.Build(t.Context(), filepath.Join(tree.Dir, "gen"))
	require.ErrorContains(t, err, "undefined: made")
	assert.ErrorContains(t, err, checkedOut)
	_, err = s.Build(t.Context(), filepath.Join(tree.Dir, "beside"))
	require.ErrorContains(t, err, "outside")
	assert.ErrorContains(t, err, checkedOut)
	_, err = tree.Packages(t.Context(), filepath.Join(tree.Dir, "beside"), "example.com/outside")
	require.ErrorContains(t, err, "outside")
	assert.ErrorContains(t, err, checkedOut)
}

func hasBinary(t *testing.T, s *Scratch, name string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.Dir, "bin", "*", name+".test"))
	require.NoError(t, err)
	return found
}

func TestNestedModule(t *testing.T) {
	notShort(t)
	t.Parallel()
	repo := newRepo(t, shop+`
-- tools/deep/go.mod --
module example.com/deep

go 1.26

require example.com/shop v0.0.0

replace example.com/shop => ../..
-- tools/deep/bench/b_test.go --
package bench

import (
	"testing"

	"example.com/shop/infer"
)

func BenchmarkDeep(b *testing.B) { infer.Infer() }
`)
	s := newScratch(t)
	tree := newTree(t, s, repo)
	// The tree must be built against itself.
	write(t, repo.Root, "-- infer/infer.go --\npackage infer\n\nfunc Infer() int { return 2 }\n")
	assert.NotEqual(t, build(t, s, tree.Dir, "tools/deep/bench").SHA256, build(t, s, repo.Root, "tools/deep/bench").SHA256)
}

func TestVendoredModule(t *testing.T) {
	notShort(t)
	t.Parallel()
	repo := newRepo(t, `
-- go.mod --
module example.com/shop

go 1.26

require example.com/dep v1.0.0
-- vendor/modules.txt --
# example.com/dep v1.0.0
## explicit; go 1.26
example.com/dep
-- vendor/example.com/dep/dep.go --
package dep

const N = 1
-- infer_test.go --
package infer

import (
	"testing"

	"example.com/dep"
)

func BenchmarkInfer(b *testing.B) { _ = dep.N }
`, "shop")
	s := newScratch(t)
	baseline := build(t, s, newTree(t, s, repo).Dir)
	candidate := build(t, s, repo.Root)
	assert.Equal(t, baseline.SHA256, candidate.SHA256)
	assert.Equal(t, "shop.test", filepath.Base(baseline.Path), "not the name of the tree")
}

// workspaceModules are two modules of which the first needs the second, and finds it only through a workspace.
const workspaceModules = `
-- one/go.mod --
module example.com/one

go 1.26

require example.com/two v0.0.0
-- one/one_test.go --
package one

import (
	"testing"

	"example.com/two"
)

func BenchmarkOne(b *testing.B) { two.Two() }
-- two/go.mod --
module example.com/two

go 1.26
-- two/two.go --
package two

func Two() int { return 1 }
`

const goWork = "-- go.work --\ngo 1.26\n\nuse (\n\t./one\n\t./two\n)\n"

func TestWorkspaceInTheRepository(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, workspaceModules+goWork)
	s := newScratch(t)
	tree := newTree(t, s, repo)
	baseline := build(t, s, tree.Dir, "one")
	assert.Equal(t, baseline.SHA256, build(t, s, repo.Root, "one").SHA256)
	assert.Empty(t, baseline.Warnings)

	write(t, repo.Root, "-- two/two.go --\npackage two\n\nfunc Two() int { return 2 }\n")
	assert.Equal(t, baseline.SHA256, build(t, s, tree.Dir, "one").SHA256, "not built with the work tree's two")
	assert.NotEqual(t, baseline.SHA256, build(t, s, repo.Root, "one").SHA256)
}

func TestWorkspaceNamedByTheEnvironment(t *testing.T) {
	notShort(t)
	repo := newRepo(t, workspaceModules+strings.Replace(goWork, "go.work", "ci.work", 1))
	s := newScratch(t)
	tree := newTree(t, s, repo)
	t.Setenv("GOWORK", filepath.Join(repo.Root, "ci.work"))
	baseline := build(t, s, tree.Dir, "one")
	write(t, repo.Root, "-- two/two.go --\npackage two\n\nfunc Two() int { return 2 }\n")
	assert.Equal(t, baseline.SHA256, build(t, s, tree.Dir, "one").SHA256, "not built with the work tree's two")
	assert.Empty(t, baseline.Warnings)
	packages, err := tree.Packages(t.Context(), tree.Dir, "./one")
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(tree.Dir, "one"), packages[0].Dir)

	t.Setenv("GOWORK", "off")
	_, err = s.Build(t.Context(), filepath.Join(tree.Dir, "one"))
	assert.ErrorContains(t, err, "example.com/two", "as the work tree, without")
}

func TestAWorkspaceThatIsMissedIsNamed(t *testing.T) {
	t.Parallel()
	notShort(t)
	repo := newRepo(t, workspaceModules, "repo")
	above := filepath.Dir(repo.Root)
	write(t, above, "-- go.work --\ngo 1.26\n\nuse (\n\t./repo/one\n\t./repo/two\n)\n")
	s := newScratch(t)
	tree := newTree(t, s, repo)
	missed := "\nbuilt without the workspace " + filepath.Join(above, "go.work") + " (GOWORK=off): it is outside the repository; " +
		"a commit has only what is in it: commit a go.work, or require and replace in go.mod what it needs"
	_, err := s.Build(t.Context(), filepath.Join(tree.Dir, "one"))
	var broken *BuildError
	require.ErrorAs(t, err, &broken)
	assert.ErrorContains(t, err, missed)
	_, err = tree.Packages(t.Context(), filepath.Join(tree.Dir, "one"), "example.com/two")
	assert.ErrorContains(t, err, missed)
}

func TestWorkspaceChoice(t *testing.T) {
	t.Parallel()
	outside := newRepo(t, shop, "repo")
	above := filepath.Dir(outside.Root)
	write(t, above, "-- go.work --\ngo 1.26\n\nuse ./repo\n")
	ignored := newRepo(t, shop+"-- .gitignore --\ngo.work\n")
	write(t, ignored.Root, "-- go.work --\ngo 1.26\n\nuse .\n")
	plain := newRepo(t, shop)
	removed := newRepo(t, workspaceModules+goWork)
	require.NoError(t, os.Remove(filepath.Join(removed.Root, "go.work")))
	gone := newRepo(t, workspaceModules+goWork)
	require.NoError(t, os.RemoveAll(filepath.Join(gone.Root, "one")))

	s := newScratch(t)
	for name, test := range map[string]struct {
		repo    *Repo
		dir     string
		work    string // below the tree, or "off"
		warning string
	}{
		"none": {plain, "infer", "off", ""},
		"above the repository": {outside, "infer", "off",
			"built without the workspace " + filepath.Join(above, "go.work") + " (GOWORK=off): it is outside the repository"},
		"in the work tree only":                  {ignored, "infer", "off", "(GOWORK=off): it is not in the commit"},
		"in the commit only":                     {removed, "one", "go.work", ""},
		"of a folder that the work tree has not": {gone, "one", "go.work", ""},
	} {
		t.Run(name, func(t *testing.T) {
			tree := newTree(t, s, test.repo)
			work, warning, err := tree.workspace(t.Context(), filepath.Join(tree.Dir, test.dir))
			require.NoError(t, err)
			if test.work != "off" {
				test.work = filepath.Join(tree.Dir, test.work)
			}
			assert.Equal(t, test.work, work)
			assert.Contains(t, warning, test.warning)
			assert.Equal(t, test.warning == "", warning == "")
		})
	}
	tree := newTree(t, s, outside)
	_, err := tree.Packages(t.Context(), outside.Root, ".")
	require.ErrorContains(t, err, outside.Root+": not in the tree "+tree.Dir)
	b := build(t, s, tree.Dir, "infer")
	require.Len(t, b.Warnings, 1)
	assert.Contains(t, b.Warnings[0], "outside the repository")
}
