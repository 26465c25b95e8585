package testbin

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// files are all in dir but git's own: their text, "-> " and where a link leads to.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == ".git" {
			return err
		}
		name, err := filepath.Rel(dir, path)
		require.NoError(t, err)
		if entry.Type()&fs.ModeSymlink != 0 {
			to, err := os.Readlink(path)
			all[filepath.ToSlash(name)] = "-> " + to
			return err
		}
		text, err := os.ReadFile(path)
		all[filepath.ToSlash(name)] = string(text)
		return err
	}))
	return all
}

func link(t *testing.T, root, to, name string) {
	t.Helper()
	name = filepath.Join(root, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	_ = os.Remove(name)
	require.NoError(t, os.Symlink(to, name))
}

const tested = `
-- a/a.go --
baseline
-- a/a_test.go --
baseline
-- a/gone_test.go --
baseline
-- a/link_test.go --
baseline
-- a/testdata/in.txt --
baseline
-- a/testdata/was/folder.txt --
baseline
-- a/testdata/was-file --
baseline
`

func TestLayAndLift(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, tested)
	link(t, repo.Root, "/etc/passwd", "a/testdata/away")
	run(t, repo.Root, "git", "add", "-A")
	run(t, repo.Root, "git", "commit", "-q", "-m", "with a link")
	s := newScratch(t)
	tree := newTree(t, s, repo)
	own := files(t, tree.Dir)

	run(t, repo.Root, "git", "rm", "-q", "-r", "--cached", "a") // what is not tracked any more is laid all the same
	for _, name := range []string{"gone_test.go", "link_test.go", "testdata/was", "testdata/was-file", "testdata/away"} {
		require.NoError(t, os.RemoveAll(filepath.Join(repo.Root, "a", name)))
	}
	write(t, repo.Root, `
-- a/a.go --
candidate
-- a/a_test.go --
candidate
-- a/testdata/in.txt --
candidate
-- a/testdata/was --
candidate
-- a/testdata/was-file/in.txt --
candidate
-- b/c/new_test.go --
candidate
`)
	link(t, repo.Root, "testdata/in.txt", "a/link_test.go")
	require.NoError(t, os.MkdirAll(filepath.Join(repo.Root, "a/testdata/sub"), 0o755))
	require.NoError(t, os.Chmod(filepath.Join(repo.Root, "a/testdata/in.txt"), 0o755))
	asked := []string{
		"a/a_test.go", "a/gone_test.go", "a/link_test.go", "a/testdata/in.txt", "a/testdata/was", "a/testdata/was/folder.txt",
		"a/testdata/was-file", "a/testdata/was-file/in.txt", "a/testdata/away", "b/c/new_test.go",
	}
	laid, err := s.Lay(t.Context(), tree, repo.Root, append(asked, "a/testdata/sub", "a/testdata/nowhere")...)
	require.NoError(t, err)
	assert.Equal(t, asked, laid.Files)
	assert.Equal(t, map[string]string{
		"a/a.go": "baseline\n", "a/a_test.go": "candidate\n", "a/link_test.go": "-> testdata/in.txt", "a/testdata/in.txt": "candidate\n",
		"a/testdata/was": "candidate\n", "a/testdata/was-file/in.txt": "candidate\n", "b/c/new_test.go": "candidate\n",
	}, files(t, tree.Dir))
	info, err := os.Stat(filepath.Join(tree.Dir, "a/testdata/in.txt"))
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o755), info.Mode().Perm())

	require.NoError(t, laid.Lift())
	assert.Equal(t, own, files(t, tree.Dir))
	assert.Empty(t, run(t, tree.Dir, "git", "status", "--porcelain"), "as git knows it")
}

func TestWhatIsNotLaid(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	for _, c := range []struct {
		name  string
		alter func(t *testing.T, candidate, tree string)
		says  string
	}{
		{"a link to an absolute path", func(t *testing.T, candidate, _ string) {
			link(t, candidate, outside, "a/testdata/in.txt")
		}, "a/testdata/in.txt: the symbolic link leads out of the tree"},
		{"a link that climbs out", func(t *testing.T, candidate, _ string) {
			link(t, candidate, "../../../x", "a/testdata/in.txt")
		}, "a/testdata/in.txt: the symbolic link leads out of the tree"},
		{"into a folder that is a link out of the tree", func(t *testing.T, _, tree string) {
			require.NoError(t, os.RemoveAll(filepath.Join(tree, "a/testdata")))
			link(t, tree, outside, "a/testdata")
		}, "path escapes from parent"},
		{"a file where the tree has a folder of other files", func(t *testing.T, candidate, tree string) {
			require.NoError(t, os.Remove(filepath.Join(tree, "a/testdata/in.txt")))
			require.NoError(t, os.MkdirAll(filepath.Join(tree, "a/testdata/in.txt/other"), 0o755))
		}, "not empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			repo := newRepo(t, tested)
			s := newScratch(t)
			tree := newTree(t, s, repo)
			write(t, repo.Root, "-- a/a_test.go --\ncandidate\n-- a/testdata/in.txt --\ncandidate\n")
			c.alter(t, repo.Root, tree.Dir)
			own := files(t, tree.Dir)
			_, err := s.Lay(t.Context(), tree, repo.Root, "a/a_test.go", "a/testdata/in.txt")
			require.ErrorIs(t, err, ErrNotLaid)
			require.ErrorContains(t, err, c.says)
			assert.Equal(t, own, files(t, tree.Dir))
			left, err := os.ReadDir(outside)
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
	t.Run("a name that climbs out", func(t *testing.T) {
		t.Parallel()
		repo := newRepo(t, tested)
		s := newScratch(t)
		_, err := s.Lay(t.Context(), newTree(t, s, repo), repo.Root, "../x_test.go")
		require.ErrorIs(t, err, ErrNotLaid)
	})
}
