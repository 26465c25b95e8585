package testbin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// staleAge is how old the record of a worktree must be before it may be taken for one that a power cut left: a gate in a container
// that shares the repository but not the folder for temporary files is alive with a folder that cannot be seen from here. One that
// is to be made in more than an hour is of a clock that was wrong, and no younger for it.
const staleAge = time.Hour

// Tree is a commit checked out in a folder of its own.
type Tree struct {
	Dir    string // top of the tree, without symbolic links in its path
	Commit Commit
	// Warnings are sentences about what the tree lacks although the repository's own work tree has it.
	Warnings []string

	repo   *Repo
	absent []string // submodules with no content, slash-separated from the top
}

// Worktree checks commit out in s. Hooks do not run. A worktree has no submodules: they are filled in from those of the
// repository's own work tree, as far as they are populated there and have the commit; nothing is fetched.
func (s *Scratch) Worktree(ctx context.Context, repo *Repo, commit Commit) (*Tree, error) {
	gitDir, err := repo.gitDir(ctx)
	if err != nil {
		return nil, err
	}
	forget(filepath.Join(gitDir, "worktrees"))
	s.mu.Lock()
	s.serial++
	name := fmt.Sprintf("%s-%06d", filepath.Base(s.Dir), s.serial)
	s.mu.Unlock()
	tree := &Tree{Dir: filepath.Join(s.Dir, "tree", name), Commit: commit, repo: repo}
	// First of all the watchdog must know.
	if err := s.watch.register(name, gitDir); err != nil {
		return nil, fmt.Errorf("worktree: %w", err)
	}
	if err := s.add(ctx, tree); err != nil {
		return nil, err
	}
	if err := s.fill(ctx, tree, repo.Root, commit.Hash, ""); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trees = append(s.trees, tree)
	return tree, nil
}

// add makes the worktree. Git reads the records of all worktrees first, and gives up on one that another process is just writing or
// removing: its file "commondir" is there, and empty. So what it says of a record that is not ours is worth another try or five.
func (s *Scratch) add(ctx context.Context, t *Tree) error {
	for pause := 20 * time.Millisecond; ; pause *= 2 {
		err := s.git(ctx, t.repo.Root, nil, "worktree", "add", "--detach", "--", t.Dir, t.Commit.Hash)
		if err == nil || !strings.Contains(err.Error(), "/commondir") {
			return err
		}
		if pause > time.Second {
			return fmt.Errorf("%w; if no git is at work there, that worktree's record is broken: remove its folder", err)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// Locate is the folder of t that corresponds to dir in the repository's own work tree. It need not exist.
func (t *Tree) Locate(dir string) (string, error) {
	real, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if real, err = filepath.EvalSymlinks(real); err != nil {
		return "", err
	}
	rel, err := filepath.Rel(t.repo.Root, real)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s: not in the repository %s: only what is committed there has a baseline", dir, t.repo.Root)
	}
	return filepath.Join(t.Dir, rel), nil
}

// tree is the tree of s that dir is in, or nil.
func (s *Scratch) tree(dir string) *Tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.trees {
		if rel, err := filepath.Rel(t.Dir, dir); err == nil && filepath.IsLocal(rel) {
			return t
		}
	}
	return nil
}

// fill gives the submodules of commit their content, those of submodules too. checkout is a populated work tree of the repository
// that commit is in, and prefix the slash-separated path of its counterpart in t.
//
// It does not use git archive, which leaves out what is marked export-ignore: tests, more often than not.
func (s *Scratch) fill(ctx context.Context, t *Tree, checkout, commit, prefix string) error {
	listing, err := git(ctx, checkout, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return err
	}
	for entry := range strings.SplitSeq(listing, "\x00") {
		// A submodule's entry is "160000 commit HASH\tPATH".
		fields, name, _ := strings.Cut(entry, "\t")
		hash, isLink := strings.CutPrefix(fields, "160000 commit ")
		if !isLink || !filepath.IsLocal(filepath.FromSlash(name)) {
			continue
		}
		from, to := filepath.Join(checkout, filepath.FromSlash(name)), path.Join(prefix, name)
		if !isCheckout(ctx, from) {
			t.absent = append(t.absent, to)
			continue
		}
		if _, err := git(ctx, from, "cat-file", "-e", hash+"^{commit}"); err != nil {
			if ctx.Err() != nil {
				return err
			}
			t.absent = append(t.absent, to)
			t.Warnings = append(t.Warnings, fmt.Sprintf(
				"submodule %s is empty at %s: its commit %.12s is not in %s; git -C %s fetch may bring it",
				to, t.Commit, hash, from, to))
			continue
		}
		if err := s.export(ctx, from, hash, filepath.Join(t.Dir, filepath.FromSlash(to))); err != nil {
			return err
		}
		if err := s.fill(ctx, t, from, hash, to); err != nil {
			return err
		}
	}
	return nil
}

// isCheckout reports whether dir is the top of a work tree. The folder of a submodule that is not populated is just
// a folder of the repository around it.
func isCheckout(ctx context.Context, dir string) bool {
	if _, err := os.Lstat(filepath.Join(dir, ".git")); err != nil {
		return false
	}
	up, err := git(ctx, dir, "rev-parse", "--show-cdup")
	return err == nil && up == ""
}

// export writes the files of commit into dir, through an index of its own: the repository does not change.
func (s *Scratch) export(ctx context.Context, checkout, commit, dir string) error {
	temp, err := s.mkdir("tmp")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	env := []string{"GIT_INDEX_FILE=" + filepath.Join(temp, "index")}
	if err := s.git(ctx, checkout, env, "read-tree", commit); err != nil {
		return err
	}
	return s.git(ctx, checkout, env, "checkout-index", "--all", "--force", "--prefix="+dir+string(filepath.Separator))
}

// git runs git in dir for its effect on s, and ends it with the gate.
func (s *Scratch) git(ctx context.Context, dir string, env []string, args ...string) error {
	process, err := s.start(ctx, command{
		name: "git " + args[0], path: "git", args: append(gitOptions[:len(gitOptions):len(gitOptions)], args...),
		dir: dir, env: append(toolEnviron(), env...), timeout: toolTimeout,
	})
	if err != nil {
		return err
	}
	output, err := process.Wait()
	if err == nil && output.ExitCode != 0 {
		err = errors.New(strings.TrimSpace(string(output.Stderr)))
		return fmt.Errorf("git %s: %w", strings.Join(args[:min(2, len(args))], " "), err)
	}
	return err
}

// forget removes the records of worktrees that gates left without their folders, and no others: git worktree prune would also take
// those of the user's that lie on a disk not mounted now.
func forget(records string) {
	entries, err := os.ReadDir(records)
	if err != nil {
		return
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !strings.HasPrefix(entry.Name(), scratchPrefix) || time.Since(info.ModTime()).Abs() < staleAge {
			continue
		}
		record := filepath.Join(records, entry.Name())
		// The file holds the path of the worktree's .git file.
		if text, err := os.ReadFile(filepath.Join(record, "gitdir")); err == nil {
			file := strings.TrimSuffix(string(text), "\n")
			if !filepath.IsAbs(file) {
				file = filepath.Join(record, file)
			}
			if _, err := os.Lstat(file); err == nil {
				continue
			}
		}
		_ = os.RemoveAll(record) // or the next gate will
	}
}
