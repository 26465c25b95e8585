package testbin

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What git was told not to look at counts as changed when it differs, and only then; in Dirty, Hidden and Changed alike.
func TestHidden(t *testing.T) {
	t.Parallel()
	const files = "-- a b.go --\n1\n-- dir/other.go --\n1\n-- text.txt --\n1\n-- .gitattributes --\ntext.txt eol=crlf text\n"
	replace := func(path string) error { return os.WriteFile(path, []byte("2\n"), 0o644) }
	for name, test := range map[string]struct {
		hide   string // "assume-unchanged", "skip-worktree"
		file   string
		change func(path string) error
		hidden bool
	}{
		"assumed to be unchanged, and changed": {"assume-unchanged", "a b.go", replace, true},
		"assumed to be unchanged, and so it is": {"assume-unchanged", "a b.go",
			func(path string) error { return os.WriteFile(path, []byte("1\n"), 0o644) }, false},
		"assumed to be unchanged, and deleted": {"assume-unchanged", "dir/other.go", os.Remove, true},
		"skipped, and changed":                 {"skip-worktree", "dir/other.go", replace, true},
		"skipped, as a sparse checkout does":   {"skip-worktree", "dir/other.go", os.Remove, false},
		"the same through the filters of its attributes": {"assume-unchanged", "text.txt",
			func(path string) error { return os.WriteFile(path, []byte("1\r\n"), 0o644) }, false},
		"a file that became a link": {"assume-unchanged", "a b.go", func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.Symlink("dir/other.go", path) // which has the same text
		}, true},
		"a link that leads elsewhere": {"skip-worktree", "link", func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.Symlink("dir", path)
		}, true},
		"a link that leads where it did": {"assume-unchanged", "link", func(string) error { return nil }, false},
		"a folder where a file was": {"assume-unchanged", "a b.go", func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.Mkdir(path, 0o755)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo := newRepo(t, files)
			require.NoError(t, os.Symlink("a b.go", filepath.Join(repo.Root, "link")))
			first := commit(t, repo.Root, "")
			run(t, repo.Root, "git", "update-index", "--"+test.hide, test.file)
			require.NoError(t, test.change(filepath.Join(repo.Root, test.file)))
			require.Empty(t, run(t, repo.Root, "git", "status", "--porcelain", "--", test.file), "git does not see it")

			var want []string
			if test.hidden {
				want = []string{test.file}
			}
			hidden, err := repo.Hidden(t.Context())
			require.NoError(t, err)
			assert.Equal(t, want, hidden)
			dirty, err := repo.Dirty(t.Context())
			require.NoError(t, err)
			assert.Equal(t, test.hidden, dirty)
			changed, err := Changed(t.Context(), repo.Root, first)
			require.NoError(t, err)
			assert.Equal(t, want, changed)
		})
	}
}

// A hidden file is compared with the commit that is asked for, not with HEAD.
func TestChangedSinceAnotherCommitHasHiddenFiles(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, "-- a.go --\n1\n")
	first := headOf(t, repo)
	second := commit(t, repo.Root, "-- a.go --\n2\n-- b.go --\n")
	run(t, repo.Root, "git", "update-index", "--assume-unchanged", "a.go", "b.go")
	for _, c := range []struct {
		from Commit
		text string
		want []string
	}{
		{second, "2\n", nil}, {second, "3\n", []string{"a.go"}}, {first, "3\n", []string{"a.go", "b.go"}},
	} {
		require.NoError(t, os.WriteFile(filepath.Join(repo.Root, "a.go"), []byte(c.text), 0o644))
		changed, err := Changed(t.Context(), repo.Root, c.from)
		require.NoError(t, err)
		assert.Equal(t, c.want, changed)
	}
}

func TestHiddenSubmodule(t *testing.T) {
	t.Parallel()
	module := newRepo(t, "-- m.go --\n1\n")
	repo := newRepo(t, "-- a.go --\n")
	run(t, repo.Root, "git", "submodule", "add", "-q", module.Root, "m")
	first := commit(t, repo.Root, "")
	run(t, repo.Root, "git", "update-index", "--assume-unchanged", "m")
	check := func(want []string, when string) {
		t.Helper()
		hidden, err := hidden(t.Context(), repo.Root, first.Hash)
		require.NoError(t, err)
		assert.Equal(t, want, hidden, when)
	}
	check(nil, "it is what it was")
	write(t, filepath.Join(repo.Root, "m"), "-- m.go --\n2\n")
	check([]string{"m"}, "a file of it has changed")
	commit(t, filepath.Join(repo.Root, "m"), "")
	check([]string{"m"}, "it is at another commit")
	require.NoError(t, os.RemoveAll(filepath.Join(repo.Root, "m")))
	require.NoError(t, os.Mkdir(filepath.Join(repo.Root, "m"), 0o755))
	check(nil, "it is not checked out")
}

// What is hidden in a submodule, or in a submodule of that, is hidden: the repository around it asks git, which asks the
// submodule's index. A setting that keeps git from asking hides nothing either.
func TestHiddenInASubmodule(t *testing.T) {
	t.Parallel()
	inner := newRepo(t, "-- i.go --\n1\n")
	module := newRepo(t, "-- m.go --\n1\n")
	run(t, module.Root, "git", "submodule", "add", "-q", inner.Root, "inner")
	commit(t, module.Root, "")
	repo := newRepo(t, "-- a.go --\n")
	run(t, repo.Root, "git", "submodule", "add", "-q", module.Root, "below/m")
	run(t, repo.Root, "git", "submodule", "update", "-q", "--init", "--recursive")
	first := commit(t, repo.Root, "")
	check := func(hiddenFiles, files []string, when string) {
		t.Helper()
		hidden, err := repo.Hidden(t.Context())
		require.NoError(t, err)
		assert.Equal(t, hiddenFiles, hidden, when)
		changed, err := Changed(t.Context(), repo.Root, first)
		require.NoError(t, err)
		assert.Equal(t, files, changed, when)
		dirty, err := repo.Dirty(t.Context())
		require.NoError(t, err)
		assert.Equal(t, len(files) > 0, dirty, when)
	}
	top := filepath.Join(repo.Root, "below", "m")
	run(t, top, "git", "update-index", "--assume-unchanged", "m.go")
	run(t, filepath.Join(top, "inner"), "git", "update-index", "--skip-worktree", "i.go")
	check(nil, nil, "all is as it was committed")
	write(t, top, "-- m.go --\n2\n")
	check([]string{"below/m/m.go"}, []string{"below/m/m.go"}, "a file of the submodule has changed")
	write(t, top, "-- m.go --\n1\n-- inner/i.go --\n2\n")
	check([]string{"below/m/inner/i.go"}, []string{"below/m/inner/i.go"}, "a file of a submodule's submodule has changed")
	run(t, filepath.Join(top, "inner"), "git", "update-index", "--no-skip-worktree", "i.go")
	run(t, repo.Root, "git", "config", "diff.ignoreSubmodules", "all")
	check(nil, []string{"below/m"}, "git is told to look at it, and not at submodules")
}
