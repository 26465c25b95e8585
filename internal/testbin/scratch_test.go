package testbin

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScratchLeavesNothing(t *testing.T) {
	for name, dir := range map[string]string{
		"in a plain folder":                   "plain",
		"in a folder whose name needs quotes": "it's a \"folder\"\nof $HOME `touch x` * -rf",
	} {
		t.Run(name, func(t *testing.T) {
			temp := filepath.Join(t.TempDir(), dir)
			require.NoError(t, os.Mkdir(temp, 0o755))
			t.Setenv("TMPDIR", temp)
			repo := newRepo(t, shop, dir)
			s := newScratch(t)
			tree := newTree(t, s, repo)
			require.FileExists(t, filepath.Join(tree.Dir, "infer", "infer.go"))
			// As a module cache does.
			locked := filepath.Join(tree.Dir, "locked", "deep")
			require.NoError(t, os.MkdirAll(locked, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(locked, "file"), nil, 0o444))
			require.NoError(t, os.Chmod(locked, 0o555))

			require.NoError(t, s.Close())
			assertNoWorktrees(t, repo)
			left, err := os.ReadDir(temp)
			require.NoError(t, err)
			for _, entry := range left {
				assert.NotContains(t, entry.Name(), scratchPrefix)
			}
			require.NoError(t, s.Close(), "a second time")
		})
	}
}

func TestClosedScratchStartsNothing(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop)
	s := newScratch(t)
	require.NoError(t, s.Close())
	_, err := s.Worktree(t.Context(), repo, headOf(t, repo))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = s.Build(t.Context(), filepath.Join(repo.Root, "infer"))
	require.ErrorIs(t, err, os.ErrNotExist)
	assertNoWorktrees(t, repo)
}

func TestScratchGoesWhereBinariesMayRun(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("GOTMPDIR", temp)
	assert.Equal(t, temp, filepath.Dir(newScratch(t).Dir))
	t.Setenv("GOTMPDIR", "/does/not/exist")
	_, err := NewScratch()
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "/does/not/exist")
}

// assertNoWorktrees asserts that git and its folder know no other work tree than the repository's own.
func assertNoWorktrees(t *testing.T, repo *Repo) {
	t.Helper()
	assert.Len(t, worktrees(t, repo), 1)
	assert.NoDirExists(t, filepath.Join(repo.Root, ".git", "worktrees"))
}
