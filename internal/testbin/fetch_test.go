package testbin

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFetch(t *testing.T) {
	t.Parallel()
	remote := newRepo(t, shop)
	kept := headOf(t, remote)
	removed := commit(t, remote.Root, "-- removed --\n")
	run(t, remote.Root, "git", "reset", "-q", "--hard", kept.Hash)
	commit(t, remote.Root, "-- in its place --\n")
	clone := func(t *testing.T, args ...string) *Repo {
		dir := filepath.Join(t.TempDir(), "clone")
		run(t, t.TempDir(), "git", append(append([]string{"clone", "-q"}, args...), "file://"+remote.Root, dir)...)
		repo, err := Open(t.Context(), dir)
		require.NoError(t, err)
		_, err = repo.Resolve(t.Context(), removed.Hash)
		require.ErrorIs(t, err, ErrNoCommit)
		return repo
	}
	refs := func(t *testing.T, r *Repo) string { return run(t, r.Root, "git", "for-each-ref") }

	t.Run("a remote that does not allow it", func(t *testing.T) {
		t.Parallel()
		repo := clone(t)
		_, err := repo.Resolve(t.Context(), removed.Hash)
		require.ErrorContains(t, err, "a forced push may have removed it: git fetch origin "+removed.Hash)
		run(t, repo.Root, "git", "config", "protocol.version", "0")
		require.ErrorContains(t, repo.Fetch(t.Context(), removed.Hash), "git fetch: ")
	})
	for name, args := range map[string][]string{"a whole clone": nil, "a shallow clone": {"--depth=1"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo := clone(t, args...)
			before := refs(t, repo)
			require.NoError(t, repo.Fetch(t.Context(), removed.Hash))
			got, err := repo.Resolve(t.Context(), removed.Hash)
			require.NoError(t, err)
			assert.Equal(t, removed, got)
			shallow, err := repo.Shallow(t.Context())
			require.NoError(t, err)
			assert.Equal(t, args != nil, shallow)
			if args == nil {
				base, err := repo.MergeBase(t.Context(), removed.Hash, "HEAD")
				require.NoError(t, err)
				assert.Equal(t, kept, base)
			}
			assert.Equal(t, before, refs(t, repo))
			assert.NoFileExists(t, filepath.Join(repo.Root, ".git", "FETCH_HEAD"))
		})
	}
	t.Run("what is no whole hash", func(t *testing.T) {
		for _, ref := range []string{"main", removed.Hash[:12], "--upload-pack=touch x", strings.Repeat("g", 40), ""} {
			require.ErrorIs(t, remote.Fetch(t.Context(), ref), ErrNoCommit, ref)
		}
	})
	t.Run("no remote", func(t *testing.T) {
		require.ErrorContains(t, remote.Fetch(t.Context(), strings.Repeat("1", 40)), "'origin' does not appear to be a git repository")
	})
}
