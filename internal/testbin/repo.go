package testbin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNotRepo means that a folder is not in the work tree of a git repository.
var ErrNotRepo = errors.New("not in a git work tree")

// ErrNoCommit means that a ref names no commit of the repository, or of the part of it that a shallow clone has.
var ErrNoCommit = errors.New("no such commit")

// Repo is a git repository with a work tree. Its methods only read, but for Fetch, and may be called concurrently.
type Repo struct {
	Root string // top of the work tree, without symbolic links in its path
}

// Commit names one commit.
type Commit struct {
	Hash    string // in full
	Subject string // first line of its message
}

// String is the start of the hash and the subject.
func (c Commit) String() string { return fmt.Sprintf("%.12s (%s)", c.Hash, c.Subject) }

// Open finds the repository that dir is in. Any other failure than ErrNotRepo passes on what git says, because git
// says what to do: of a folder that belongs to another user, for one.
func Open(ctx context.Context, dir string) (*Repo, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	root, err := git(ctx, dir, "rev-parse", "--show-toplevel")
	if says(err, "not a git repository", "must be run in a work tree") {
		return nil, fmt.Errorf("%s: %w: run inside a clone, or compare with a saved file", dir, ErrNotRepo)
	}
	if err != nil {
		return nil, err
	}
	return &Repo{Root: filepath.FromSlash(root)}, nil
}

// Resolve finds the commit that ref names: a branch, a tag, a hash, HEAD~1 and so on.
func (r *Repo) Resolve(ctx context.Context, ref string) (Commit, error) {
	if ref == "" || strings.HasPrefix(ref, "-") {
		return Commit{}, fmt.Errorf("%s: %q: %w: a ref is not empty and does not start with a dash", r.Root, ref, ErrNoCommit)
	}
	hash, err := git(ctx, r.Root, "rev-parse", "--verify", "--end-of-options", ref+"^{commit}")
	if err != nil {
		if ctx.Err() != nil {
			return Commit{}, err
		}
		return Commit{}, fmt.Errorf("%s: %q: %w%s", r.Root, ref, ErrNoCommit, r.cure(ctx, ref, err))
	}
	// A user's log.showSignature would print more.
	subject, err := git(ctx, r.Root, "log", "-1", "--no-show-signature", "--format=%s", hash)
	return Commit{Hash: hash, Subject: subject}, err
}

// cure says what may bring the missing commit, or else what git says.
func (r *Repo) cure(ctx context.Context, ref string, err error) string {
	if has, hasErr := r.HasCommits(ctx); hasErr == nil && !has {
		return ": nothing is committed on this branch yet; commit first"
	}
	if shallow, shallowErr := r.Shallow(ctx); shallowErr == nil && shallow {
		return fetchMore
	}
	if remote, branch, ok := strings.Cut(ref, "/"); ok {
		if _, remoteErr := git(ctx, r.Root, "config", "--get", "remote."+remote+".url"); remoteErr == nil {
			return fmt.Sprintf("; git fetch %s %s:refs/remotes/%s may bring it", remote, branch, ref)
		}
	}
	if IsHash(ref) {
		return "; a forced push may have removed it: git fetch origin " + ref + " brings it where the remote allows that"
	}
	if says(err, "Needed a single revision") && !says(err, "\n") {
		return "; git branch --all and git tag list what there is"
	}
	return ": " + err.Error()
}

// fetchMore is the cure for a history that is cut off.
const fetchMore = "; this clone is shallow: git fetch --deepen=50, or git fetch --unshallow (with actions/checkout: fetch-depth: 0)"

// MergeBase finds the best common ancestor of two refs.
func (r *Repo) MergeBase(ctx context.Context, baseline, candidate string) (Commit, error) {
	b, err := r.Resolve(ctx, baseline)
	if err != nil {
		return Commit{}, err
	}
	c, err := r.Resolve(ctx, candidate)
	if err != nil {
		return Commit{}, err
	}
	base, err := git(ctx, r.Root, "merge-base", b.Hash, c.Hash)
	if isSilent(err) {
		cure := ""
		if shallow, shallowErr := r.Shallow(ctx); shallowErr == nil && shallow {
			cure = fetchMore
		}
		return Commit{}, fmt.Errorf("%s: %q and %q have no common ancestor: %w%s", r.Root, baseline, candidate, ErrNoCommit, cure)
	}
	if err != nil {
		return Commit{}, err
	}
	return r.Resolve(ctx, base)
}

// Changed are the files in which a tree differs from a commit, as paths from its top, dir: those that git tracks, and those that it
// neither tracks nor is told to ignore, and those that it was told not to look at (see Repo.Hidden). A submodule counts as a file,
// but for what is hidden in it.
func Changed(ctx context.Context, dir string, from Commit) (files []string, err error) {
	for _, args := range [][]string{
		{"diff", "--no-ext-diff", "--no-renames", "--ignore-submodules=none", "--name-only", "-z", from.Hash, "--"},
		{"ls-files", "--others", "--exclude-standard", "-z"},
	} {
		out, err := git(ctx, dir, args...)
		if err != nil {
			return nil, err
		}
		for name := range strings.SplitSeq(out, "\x00") {
			if name != "" {
				files = append(files, name)
			}
		}
	}
	unseen, err := hidden(ctx, dir, from.Hash)
	for _, name := range unseen {
		if !slices.Contains(files, name) {
			files = append(files, name)
		}
	}
	return files, err
}

// HasCommits reports whether anything is committed on the current branch.
func (r *Repo) HasCommits(ctx context.Context) (bool, error) {
	_, err := git(ctx, r.Root, "rev-parse", "--verify", "--quiet", "HEAD")
	if isSilent(err) {
		return false, nil
	}
	return err == nil, err
}

// Dirty reports whether the work tree differs from HEAD: changes to tracked files, hidden ones among them, or files neither tracked
// nor ignored.
func (r *Repo) Dirty(ctx context.Context) (bool, error) {
	// Given explicitly, because a user's configuration may hide them.
	out, err := git(ctx, r.Root, "status", "--porcelain", "--untracked-files=normal", "--ignore-submodules=none")
	if err != nil || out != "" {
		return out != "", err
	}
	unseen, err := r.Hidden(ctx)
	return len(unseen) > 0, err
}

// Shallow reports whether the repository is a clone with its history cut off.
func (r *Repo) Shallow(ctx context.Context) (bool, error) {
	out, err := git(ctx, r.Root, "rev-parse", "--is-shallow-repository")
	return out == "true", err
}

// gitDir is the folder that all work trees of r share.
func (r *Repo) gitDir(ctx context.Context) (string, error) {
	dir, err := git(ctx, r.Root, "rev-parse", "--git-common-dir")
	if err != nil {
		return "", err
	}
	if dir = filepath.FromSlash(dir); !filepath.IsAbs(dir) {
		dir = filepath.Join(r.Root, dir)
	}
	return dir, nil
}
