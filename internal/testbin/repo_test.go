package testbin

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOpenFindsTheTopOfTheWorkTree(t *testing.T) {
	repo := newRepo(t, shop, "a 'quoted' \"path\" with spaces")
	real, err := filepath.EvalSymlinks(repo.Root)
	require.NoError(t, err)
	require.Equal(t, real, repo.Root)

	t.Run("from a folder below", func(t *testing.T) {
		got, err := Open(t.Context(), filepath.Join(repo.Root, "infer"))
		require.NoError(t, err)
		assert.Equal(t, repo.Root, got.Root)
	})
	t.Run("through a symbolic link", func(t *testing.T) {
		link := filepath.Join(t.TempDir(), "link")
		require.NoError(t, os.Symlink(repo.Root, link))
		got, err := Open(t.Context(), link)
		require.NoError(t, err)
		assert.Equal(t, repo.Root, got.Root)
	})
	t.Run("in a linked worktree", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "linked")
		run(t, repo.Root, "git", "worktree", "add", "-q", "--detach", dir)
		got, err := Open(t.Context(), dir)
		require.NoError(t, err)
		assert.Equal(t, "linked", filepath.Base(got.Root))
		assert.DirExists(t, newTree(t, newScratch(t), got).Dir)
	})
	t.Run("inside a git hook, which sets GIT_DIR", func(t *testing.T) {
		other := newRepo(t, "")
		t.Setenv("GIT_DIR", filepath.Join(other.Root, ".git"))
		t.Setenv("GIT_INDEX_FILE", filepath.Join(other.Root, ".git", "index"))
		got, err := Open(t.Context(), repo.Root)
		require.NoError(t, err)
		assert.Equal(t, repo.Root, got.Root)
		dirty, err := got.Dirty(t.Context())
		require.NoError(t, err)
		assert.False(t, dirty)
	})
}

func TestOpenRefusesWhatIsNoWorkTree(t *testing.T) {
	bare := t.TempDir()
	run(t, bare, "git", "init", "-q", "--bare")
	for name, dir := range map[string]string{
		"a plain folder":       t.TempDir(),
		"a bare repository":    bare,
		"inside a .git folder": filepath.Join(newRepo(t, "").Root, ".git"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(t.Context(), dir)
			require.ErrorIs(t, err, ErrNotRepo)
			assert.ErrorContains(t, err, "not in a git work tree: run inside a clone, or compare with a saved file")
		})
	}
	t.Run("a folder that does not exist", func(t *testing.T) {
		_, err := Open(t.Context(), filepath.Join(t.TempDir(), "none"))
		require.ErrorIs(t, err, os.ErrNotExist)
		assert.NotErrorIs(t, err, ErrNotRepo)
	})
	t.Run("a folder of another user", func(t *testing.T) {
		repo := newRepo(t, "")
		t.Setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
		_, err := Open(t.Context(), repo.Root)
		require.ErrorContains(t, err, "detected dubious ownership")
		assert.ErrorContains(t, err, "git config --global --add safe.directory", "git's own cure")
		assert.NotErrorIs(t, err, ErrNotRepo)
	})
	t.Run("without git", func(t *testing.T) {
		repo := newRepo(t, "")
		t.Setenv("PATH", t.TempDir())
		_, err := Open(t.Context(), repo.Root)
		require.ErrorIs(t, err, exec.ErrNotFound)
		assert.ErrorContains(t, err, "git is not on the PATH: install it")
	})
}

func TestResolve(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop)
	first := headOf(t, repo)
	run(t, repo.Root, "git", "tag", "-m", "annotated", "v1")
	second := commit(t, repo.Root, "-- more --\n")
	require.Len(t, first.Hash, 40)
	assert.Equal(t, first.Hash[:12]+" (a subject)", first.String())
	run(t, repo.Root, "git", "remote", "add", "origin", repo.Root)
	run(t, repo.Root, "git", "config", "log.showSignature", "true")

	for ref, want := range map[string]Commit{
		"HEAD": second, "main": second, "HEAD~1": first, "v1": first,
		first.Hash: first, first.Hash[:10]: first, "refs/heads/main": second,
	} {
		got, err := repo.Resolve(t.Context(), ref)
		require.NoError(t, err, ref)
		assert.Equal(t, want, got, ref)
	}
	for ref, text := range map[string]string{
		"":                         "not empty",
		"--help":                   "does not start with a dash",
		"-h":                       "does not start with a dash",
		"nope":                     "git branch --all and git tag list what there is",
		"a ref; with\nodd 'parts'": "git branch --all",
		"HEAD~2":                   "git branch --all",
		"origin/nope":              "git fetch origin nope:refs/remotes/origin/nope may bring it",
		"HEAD^{tree}":              "expected commit type",
		strings.Repeat("1", 40):    "",
	} {
		_, err := repo.Resolve(t.Context(), ref)
		require.ErrorIs(t, err, ErrNoCommit, ref)
		assert.ErrorContains(t, err, text, ref)
	}

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := repo.Resolve(ended, "HEAD")
	require.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, ErrNoCommit)
}

func TestShallowClone(t *testing.T) {
	t.Parallel()
	origin := newRepo(t, shop)
	run(t, origin.Root, "git", "branch", "other")
	commit(t, origin.Root, "-- more --\n")
	dir := filepath.Join(t.TempDir(), "clone")
	run(t, origin.Root, "git", "clone", "-q", "--depth=1", "--no-single-branch", "file://"+origin.Root, dir)
	repo, err := Open(t.Context(), dir)
	require.NoError(t, err)

	for r, want := range map[*Repo]bool{origin: false, repo: true} {
		shallow, err := r.Shallow(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, shallow)
	}
	const cure = "this clone is shallow: git fetch --deepen=50, or git fetch --unshallow"
	_, err = repo.Resolve(t.Context(), "HEAD~1")
	require.ErrorIs(t, err, ErrNoCommit)
	assert.ErrorContains(t, err, `"HEAD~1"`)
	assert.ErrorContains(t, err, cure)
	_, err = repo.MergeBase(t.Context(), "origin/other", "HEAD")
	require.ErrorIs(t, err, ErrNoCommit)
	assert.ErrorContains(t, err, cure)

	run(t, dir, "git", "fetch", "-q", "--deepen=50")
	_, err = repo.Resolve(t.Context(), "HEAD~1")
	require.NoError(t, err)
	_, err = repo.MergeBase(t.Context(), "origin/other", "HEAD")
	require.NoError(t, err)
}

func TestMergeBase(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop)
	fork := headOf(t, repo)
	run(t, repo.Root, "git", "branch", "feature")
	commit(t, repo.Root, "-- on-main --\n")
	run(t, repo.Root, "git", "checkout", "-q", "feature")
	commit(t, repo.Root, "-- on-feature --\n")
	got, err := repo.MergeBase(t.Context(), "main", "HEAD")
	require.NoError(t, err)
	assert.Equal(t, fork, got)

	_, err = repo.MergeBase(t.Context(), "nope", "HEAD")
	assert.ErrorContains(t, err, `"nope"`)
	_, err = repo.MergeBase(t.Context(), "main", "nope")
	assert.ErrorContains(t, err, `"nope"`)

	run(t, repo.Root, "git", "checkout", "-q", "--orphan", "unrelated")
	commit(t, repo.Root, "")
	_, err = repo.MergeBase(t.Context(), "main", "unrelated")
	require.ErrorIs(t, err, ErrNoCommit)
	assert.ErrorContains(t, err, `"main" and "unrelated" have no common ancestor`)
	assert.NotContains(t, err.Error(), "shallow")
}

func TestRepositoryWithoutCommits(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	run(t, root, "git", "init", "-q")
	repo, err := Open(t.Context(), root)
	require.NoError(t, err)
	has, err := repo.HasCommits(t.Context())
	require.NoError(t, err)
	assert.False(t, has)
	dirty, err := repo.Dirty(t.Context())
	require.NoError(t, err)
	assert.False(t, dirty)
	_, err = repo.Resolve(t.Context(), "HEAD")
	require.ErrorIs(t, err, ErrNoCommit)
	assert.ErrorContains(t, err, "nothing is committed on this branch yet; commit first")

	write(t, root, shop)
	dirty, err = repo.Dirty(t.Context())
	require.NoError(t, err)
	assert.True(t, dirty)
	commit(t, root, "")
	has, err = repo.HasCommits(t.Context())
	require.NoError(t, err)
	assert.True(t, has)
}

func TestDirty(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change string
		stage  bool
		dirty  bool
	}{
		"nothing":                         {"", false, false},
		"a changed file":                  {"-- tracked --\n2\n", false, true},
		"a staged change":                 {"-- tracked --\n2\n", true, true},
		"a file that git does not know":   {"-- new --\n", false, true},
		"one in a folder":                 {"-- a/b/new --\n", false, true},
		"a file that is ignored":          {"-- x.ignored --\n", false, false},
		"a tracked file in ignored place": {"-- forced.ignored --\n2\n", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo := newRepo(t, "-- tracked --\n1\n-- .gitignore --\n*.ignored\n")
			write(t, repo.Root, "-- forced.ignored --\n1\n")
			run(t, repo.Root, "git", "add", "-f", "forced.ignored")
			commit(t, repo.Root, "")
			// A setting that would hide files from git status.
			run(t, repo.Root, "git", "config", "status.showUntrackedFiles", "no")
			write(t, repo.Root, test.change)
			if test.stage {
				run(t, repo.Root, "git", "add", "-A")
			}
			dirty, err := repo.Dirty(t.Context())
			require.NoError(t, err)
			assert.Equal(t, test.dirty, dirty)
		})
	}
}
