package testbin

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// mostArguments is how many files one command is asked about.
const mostArguments = 500

// entry is what a commit has under a name.
type entry struct{ mode, hash string }

// modes of entries that are no plain files.
const (
	linkMode      = "120000"
	submoduleMode = "160000"
)

// Hidden are the files that differ from HEAD, though git was told not to look at them (git update-index --assume-unchanged or
// --skip-worktree), as paths from the top; those in submodules that are checked out, too, which differ from the submodule's HEAD.
// What a sparse checkout leaves out is not there, and no difference.
func (r *Repo) Hidden(ctx context.Context) ([]string, error) { return hidden(ctx, r.Root, "HEAD") }

// hidden are those that differ from a commit, in the tree with the top dir.
func hidden(ctx context.Context, dir, from string) (differ []string, err error) {
	names, modules, err := overlooked(ctx, dir)
	if err != nil {
		return nil, err
	}
	for _, module := range modules {
		within := filepath.Join(dir, filepath.FromSlash(module))
		if !isCheckout(ctx, within) {
			continue
		}
		files, err := hidden(ctx, within, "HEAD") // where that is another commit, git sees it
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			differ = append(differ, path.Join(module, name))
		}
	}
	for some := range slices.Chunk(names, mostArguments) {
		had, err := entries(ctx, dir, from, some)
		if err != nil {
			return nil, err
		}
		var plain []string
		for _, name := range some {
			info, err := os.Lstat(filepath.Join(dir, name))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			same := false
			switch was := had[name]; {
			case err != nil: // it was deleted
			case info.Mode().IsRegular() && strings.HasPrefix(was.mode, "100"):
				plain = append(plain, name)
				continue
			default:
				if same, err = was.is(ctx, filepath.Join(dir, name)); err != nil {
					return nil, err
				}
			}
			if !same {
				differ = append(differ, name)
			}
		}
		if len(plain) == 0 {
			continue
		}
		out, err := git(ctx, dir, append([]string{"hash-object", "--"}, plain...)...) // through the filters of its attributes
		if err != nil {
			return nil, err
		}
		hashes := strings.Split(out, "\n")
		for i, name := range plain {
			if i >= len(hashes) || hashes[i] != had[name].hash {
				differ = append(differ, name)
			}
		}
	}
	slices.Sort(differ)
	return differ, nil
}

// overlooked are the files that git was told not to look at, less those that a sparse checkout has left out; and the submodules
// that it does look at, but by their own index.
func overlooked(ctx context.Context, dir string) (names, modules []string, err error) {
	out, err := git(ctx, dir, "ls-files", "-v", "--stage", "-z")
	if err != nil {
		return nil, nil, err
	}
	for line := range strings.SplitSeq(out, "\x00") {
		// "TAG MODE HASH STAGE\tPATH"
		what, name, _ := strings.Cut(line, "\t")
		tag, what, _ := strings.Cut(what, " ")
		mode, _, _ := strings.Cut(what, " ")
		assumed, skipped := tag != strings.ToUpper(tag), strings.EqualFold(tag, "S")
		if !assumed && !skipped {
			if mode == submoduleMode {
				modules = append(modules, name)
			}
			continue
		}
		if _, err := os.Lstat(filepath.Join(dir, name)); skipped && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		names = append(names, name)
	}
	return names, modules, nil
}

// entries are what a commit has under these names.
func entries(ctx context.Context, dir, commit string, names []string) (map[string]entry, error) {
	out, err := git(ctx, dir, append([]string{"ls-tree", "-z", "--full-tree", commit, "--"}, names...)...)
	if err != nil {
		return nil, err
	}
	found := map[string]entry{}
	for line := range strings.SplitSeq(out, "\x00") {
		what, name, _ := strings.Cut(line, "\t")
		if fields := strings.Fields(what); len(fields) == 3 {
			found[name] = entry{mode: fields[0], hash: fields[2]}
		}
	}
	return found, nil
}

// is reports whether what lies at path is a symbolic link or a submodule as the commit has it.
func (e entry) is(ctx context.Context, path string) (bool, error) {
	switch e.mode {
	case linkMode:
		target, err := os.Readlink(path)
		if err != nil {
			return false, nil // it is no link any more
		}
		was, err := git(ctx, filepath.Dir(path), "cat-file", "blob", e.hash)
		return was == target, err
	case submoduleMode:
		if _, err := os.Lstat(filepath.Join(path, ".git")); errors.Is(err, fs.ErrNotExist) {
			return true, nil // it was never checked out
		}
		module := &Repo{Root: path}
		head, err := module.Resolve(ctx, "HEAD")
		if err != nil {
			return false, err
		}
		dirty, err := module.Dirty(ctx)
		return head.Hash == e.hash && !dirty, err
	}
	return false, nil
}
