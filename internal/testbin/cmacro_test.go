//go:build unix && !aix && !solaris

package testbin

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Of a header in another folder than the package's the go command's cache knows nothing, and two trees are one to it.
func TestCFilesOfOtherFoldersAreCompiledAnew(t *testing.T) {
	notShort(t)
	if goEnv(t, "CGO_ENABLED") != "1" {
		t.Skip("no cgo here")
	}
	t.Parallel()
	repo := newRepo(t, `
-- go.mod --
module example.com/shop

go 1.26
-- csrc/one.h --
static int one(void) { return 1; }
-- infer/infer.go --
package infer

// #include "../csrc/one.h"
import "C"

func Infer() int { return int(C.one()) }
-- infer/infer_test.go --
package infer

import "testing"

func BenchmarkInfer(b *testing.B) {
	for range b.N {
		Infer()
	}
}
-- plain/plain_test.go --
package plain

import "testing"

func BenchmarkPlain(b *testing.B) {}
`, "shop")
	s := newScratch(t)
	tree := newTree(t, s, repo)
	baseline := build(t, s, tree.Dir, "infer")
	assert.Equal(t, baseline.SHA256, build(t, s, repo.Root, "infer").SHA256)

	write(t, repo.Root, "-- csrc/one.h --\nstatic int one(void) { return 2; }\n")
	changed := newScratch(t)
	assert.NotEqual(t, baseline.SHA256, build(t, changed, repo.Root, "infer").SHA256)
	assert.Equal(t, baseline.SHA256, build(t, changed, newTree(t, changed, repo).Dir, "infer").SHA256)
}

func TestARepositoryWithoutCHasNoMacro(t *testing.T) {
	t.Parallel()
	s := newScratch(t)
	for name, archive := range map[string]string{
		"no C file":    "-- a.go --\npackage a\n\nimport \"C\"\n",
		"no code uses": "-- a.go --\npackage a\n\nvar languages = []string{\n\t\"C\", \"Go\",\n}\n-- testdata/a.c --\nint a;\n",
	} {
		env, err := s.cEnviron(t.Context(), newRepo(t, archive).Root)
		assert.NoError(t, err)
		assert.Empty(t, env, name)
	}
	env, err := s.cEnviron(t.Context(), newRepo(t, "-- a.go --\npackage a\n\nimport (\n\t\"C\"\n)\n-- a.c --\nint a;\n").Root)
	assert.NoError(t, err)
	assert.Len(t, env, 1)
	env, err = s.cEnviron(t.Context(), t.TempDir())
	assert.NoError(t, err)
	assert.Empty(t, env, "outside of any repository")
}
