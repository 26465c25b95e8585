package testbin

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func worktrees(t *testing.T, repo *Repo) []string {
	t.Helper()
	var dirs []string
	for field := range strings.SplitSeq(run(t, repo.Root, "git", "worktree", "list", "--porcelain", "-z"), "\x00") {
		if dir, ok := strings.CutPrefix(field, "worktree "); ok {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func TestWorktreeIsTheCommit(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop)
	write(t, repo.Root, "-- infer/infer.go --\nchanged\n-- untracked --\n")
	hook := filepath.Join(repo.Root, ".git", "hooks", "post-checkout")
	require.NoError(t, os.WriteFile(hook, []byte("#!/bin/sh\ntouch hook-ran\n"), 0o755))
	s := newScratch(t)
	tree := newTree(t, s, repo)

	text, err := os.ReadFile(filepath.Join(tree.Dir, "infer", "infer.go"))
	require.NoError(t, err)
	assert.Equal(t, "package infer\n\nfunc Infer() int { return 1 }\n", string(text))
	assert.NoFileExists(t, filepath.Join(tree.Dir, "untracked"))
	assert.NoFileExists(t, filepath.Join(tree.Dir, "hook-ran"))
	assert.Empty(t, tree.Warnings)
	assert.Equal(t, []string{repo.Root, tree.Dir}, worktrees(t, repo))

	again := newTree(t, s, repo)
	assert.NotEqual(t, tree.Dir, again.Dir)
	assert.Len(t, again.Dir, len(tree.Dir))
	assert.Same(t, tree, s.tree(filepath.Join(tree.Dir, "infer")))
	assert.Same(t, again, s.tree(again.Dir))
	assert.Nil(t, s.tree(repo.Root))
}

func TestWorktreeOfACommitThatIsNotThere(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop)
	s := newScratch(t)
	_, err := s.Worktree(t.Context(), repo, Commit{Hash: strings.Repeat("1", 40)})
	require.ErrorContains(t, err, "git worktree add: fatal: ")
	_, err = s.Worktree(t.Context(), repo, Commit{Hash: "--force"})
	require.ErrorContains(t, err, "git worktree add: fatal: ")
	require.NoError(t, s.Close())
	assertNoWorktrees(t, repo)
}

// git's own race: whoever adds a worktree writes its record file by file, and whoever reads the list meanwhile gives up.
func TestWorktreeBesideOneThatIsBeingAdded(t *testing.T) {
	for name, finish := range map[string]string{"its record is whole on the next try": "rm -r", "its record stays broken": "true"} {
		t.Run(name, func(t *testing.T) {
			if finish == "true" {
				notShort(t)
			}
			repo := newRepo(t, shop)
			record := filepath.Join(repo.Root, ".git", "worktrees", "other")
			require.NoError(t, os.MkdirAll(record, 0o755))
			for file, text := range map[string]string{
				"gitdir": filepath.Join(t.TempDir(), ".git"), "HEAD": headOf(t, repo).Hash, "commondir": "",
			} {
				require.NoError(t, os.WriteFile(filepath.Join(record, file), []byte(text), 0o644))
			}
			commit := headOf(t, repo)
			real, err := exec.LookPath("git")
			require.NoError(t, err)
			bin := t.TempDir()
			script := "#!/bin/sh\n'" + real + "' \"$@\"\ncode=$?\n" +
				"case \"$*\" in *'worktree add'*) " + finish + " '" + record + "' 2>/dev/null;; esac\nexit $code\n"
			require.NoError(t, os.WriteFile(filepath.Join(bin, "git"), []byte(script), 0o755))
			t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))

			s := newScratch(t)
			tree, err := s.Worktree(t.Context(), repo, commit)
			if finish == "true" {
				require.ErrorContains(t, err, ".git/worktrees/other/commondir")
				require.ErrorContains(t, err, "remove its folder")
				return
			}
			require.NoError(t, err)
			assert.FileExists(t, filepath.Join(tree.Dir, "infer", "infer.go"))
		})
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop)
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(repo.Root, link))
	tree := newTree(t, newScratch(t), repo)
	for dir, want := range map[string]string{
		repo.Root:                          tree.Dir,
		filepath.Join(repo.Root, "infer"):  filepath.Join(tree.Dir, "infer"),
		filepath.Join(link, "infer"):       filepath.Join(tree.Dir, "infer"),
		filepath.Join(repo.Root, "infer/"): filepath.Join(tree.Dir, "infer"),
	} {
		got, err := tree.Locate(dir)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := tree.Locate(filepath.Dir(repo.Root))
	require.ErrorContains(t, err, "not in the repository "+repo.Root)
}

func TestRecordsOfLostWorktreesAreForgotten(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop)
	temp := t.TempDir()
	records := filepath.Join(repo.Root, ".git", "worktrees")
	long := time.Now().Add(-2 * staleAge)
	for name, test := range map[string]struct {
		keepFolder bool
		age        time.Duration
	}{
		scratchPrefix + "lost-000001":     {false, 2 * staleAge},
		scratchPrefix + "tomorrow-000001": {false, -24 * time.Hour},
		scratchPrefix + "recent-000001":   {false, 0},
		scratchPrefix + "soon-000001":     {false, -staleAge / 2},
		scratchPrefix + "alive-000001":    {true, 2 * staleAge},
		"on-a-disk-not-mounted-now":       {false, 2 * staleAge},
	} {
		dir := filepath.Join(temp, name)
		run(t, repo.Root, "git", "worktree", "add", "-q", "--detach", dir)
		if !test.keepFolder {
			require.NoError(t, os.RemoveAll(dir))
		}
		then := time.Now().Add(-test.age)
		require.NoError(t, os.Chtimes(filepath.Join(records, name), then, then))
	}
	torn := filepath.Join(records, scratchPrefix+"torn-000001")
	require.NoError(t, os.MkdirAll(torn, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(torn, "locked"), []byte("initializing\n"), 0o644))
	require.NoError(t, os.Chtimes(torn, long, long))

	newTree(t, newScratch(t), repo)
	assert.NoDirExists(t, filepath.Join(records, scratchPrefix+"lost-000001"))
	assert.NoDirExists(t, torn)
	assert.NoDirExists(t, filepath.Join(records, scratchPrefix+"tomorrow-000001"), "of a clock that was wrong")
	assert.DirExists(t, filepath.Join(records, scratchPrefix+"recent-000001"))
	assert.DirExists(t, filepath.Join(records, scratchPrefix+"soon-000001"))
	assert.DirExists(t, filepath.Join(records, scratchPrefix+"alive-000001"))
	assert.DirExists(t, filepath.Join(records, "on-a-disk-not-mounted-now"), "git worktree prune would have taken it")
}

func TestSubmodules(t *testing.T) {
	t.Parallel()
	inner := newRepo(t, "-- inner.txt --\ninner\n")
	// git archive would leave the tests out.
	sub := newRepo(t, "-- sub.go --\npackage sub\n\nfunc One() int { return 1 }\n"+
		"-- sub_test.go --\npackage sub\n"+
		"-- .gitattributes --\n*_test.go export-ignore\n")
	run(t, sub.Root, "git", "submodule", "--quiet", "add", inner.Root, "in ner")
	commit(t, sub.Root, "")
	repo := newRepo(t, `
-- go.mod --
module example.com/shop

go 1.26
-- use/use_test.go --
package use

import (
	"testing"

	"example.com/shop/sub"
)

func BenchmarkUse(b *testing.B) { sub.One() }
`)
	run(t, repo.Root, "git", "submodule", "--quiet", "add", sub.Root, "sub")
	run(t, repo.Root, "git", "submodule", "--quiet", "update", "--init", "--recursive")
	commit(t, repo.Root, "")

	t.Run("populated", func(t *testing.T) {
		t.Parallel()
		s := newScratch(t)
		tree := newTree(t, s, repo)
		assert.FileExists(t, filepath.Join(tree.Dir, "sub", "sub_test.go"))
		assert.FileExists(t, filepath.Join(tree.Dir, "sub", "in ner", "inner.txt"))
		assert.Empty(t, tree.Warnings)
		_, err := s.Build(t.Context(), filepath.Join(tree.Dir, "use"))
		require.NoError(t, err)
		require.NoError(t, s.Close())
		assertNoWorktrees(t, repo)
		assert.Empty(t, run(t, filepath.Join(repo.Root, "sub"), "git", "status", "--porcelain"))
		dirty, err := repo.Dirty(t.Context())
		require.NoError(t, err)
		assert.False(t, dirty)
	})
	t.Run("absent", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "clone")
		run(t, repo.Root, "git", "clone", "-q", repo.Root, dir)
		clone, err := Open(t.Context(), dir)
		require.NoError(t, err)
		s := newScratch(t)
		tree := newTree(t, s, clone)
		assert.Empty(t, tree.Warnings, "the work tree does without, too")
		_, err = s.Build(t.Context(), filepath.Join(tree.Dir, "use"))
		var failed *BuildError
		require.ErrorAs(t, err, &failed)
		assert.Contains(t, failed.Output, "example.com/shop/sub")
		assert.ErrorContains(t, err, "\nsubmodule sub is not checked out: git submodule update --init sub")
	})
	t.Run("populated, without the commit", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "clone")
		run(t, repo.Root, "git", "clone", "-q", repo.Root, dir)
		clone, err := Open(t.Context(), dir)
		require.NoError(t, err)
		run(t, dir, "git", "submodule", "--quiet", "update", "--init")
		run(t, dir, "git", "update-index", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",sub")
		run(t, dir, "git", "commit", "-q", "-m", "a commit of sub that is not pushed")
		s := newScratch(t)
		tree := newTree(t, s, clone)
		require.Len(t, tree.Warnings, 1)
		assert.Contains(t, tree.Warnings[0], "submodule sub is empty at ")
		assert.Contains(t, tree.Warnings[0],
			"its commit 111111111111 is not in "+filepath.Join(dir, "sub")+"; git -C sub fetch may bring it")
		_, err = s.Build(t.Context(), filepath.Join(tree.Dir, "use"))
		assert.ErrorContains(t, err, "submodule sub is not checked out")
	})
}
