package testbin

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSettingsTellOfGODEBUG(t *testing.T) {
	notShort(t)
	t.Parallel()
	repo := newRepo(t, shop)
	s := newScratch(t)
	before := build(t, s, repo.Root, "infer").Settings
	write(t, repo.Root, "-- infer/debug_test.go --\n//go:debug http2client=0\npackage infer\n")
	after := build(t, s, repo.Root, "infer").Settings
	assert.NotEmpty(t, before)
	assert.NotEqual(t, before, after, "the linker has it, and no compiled package")
}

func TestArchivesAreWhatIsLinked(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop")
	write(t, dir, shop)
	scratch := newScratch(t)
	binary, err := scratch.Build(t.Context(), filepath.Join(dir, "infer"))
	require.NoError(t, err)
	archives, err := binary.Archives(t.Context())
	require.NoError(t, err)
	files, standard := map[string]string{}, 0
	for _, a := range archives {
		assert.NotContains(t, files, a.ImportPath)
		assert.FileExists(t, a.File)
		files[a.ImportPath] = a.File
		if a.Standard {
			standard++
		}
	}
	assert.Contains(t, files, "main")
	assert.Contains(t, files, "example.com/shop/infer")
	assert.Contains(t, files, "runtime")
	assert.NotContains(t, files, "unsafe")
	assert.Equal(t, len(archives)-2, standard)

	write(t, dir, "-- infer/infer.go --\npackage infer\n\nfunc Infer() int { return 2 }\n")
	_, err = binary.Archives(t.Context())
	assert.ErrorIs(t, err, ErrChanged)
}

func TestArchivesOfNoTests(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, shop)
	binary, err := newScratch(t).Build(t.Context(), filepath.Join(dir, "infer"))
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, "infer", "infer_test.go")))
	_, err = binary.Archives(t.Context())
	assert.ErrorIs(t, err, ErrNoTests)
}

// What lies where a flag leads is not in any archive, and may be of the repository.
func TestLinkerFlagsThatMayLeadToTheRepository(t *testing.T) {
	assert.Empty(t, ownLinks([]string{"-lm", "-lpthread", "-pthread"}))
	own := []string{"-L/work/lib", "/work/lib/libllama.a", "-Wl,-rpath,/work/lib"}
	assert.Equal(t, own, ownLinks(append([]string{"-lllama"}, own...)))
}
