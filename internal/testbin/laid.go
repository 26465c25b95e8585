package testbin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// ErrNotLaid means that files cannot be laid over a tree, which is as it was.
var ErrNotLaid = errors.New("cannot be laid over the tree")

// Laid are files of another tree that lie over those of a Tree, which has none where the other has none. What the tree had itself
// is kept. Lay and Lift of one tree must not be concurrent, nor beside a build in it.
type Laid struct {
	Files []string // slash-separated, from the top

	tree string // its top
	own  string // folder that keeps what the tree had
}

// Lay lays files of the tree whose top is from over those of t: regular ones, and symbolic links that lead to no place outside of
// it. A file that from lacks is removed. Of names that are folders on both sides, such as submodules, nothing is laid, and they are
// not among Laid.Files. Nothing is written outside of t. The error is ErrNotLaid, or says that t is not what it was.
func (s *Scratch) Lay(ctx context.Context, t *Tree, from string, files ...string) (*Laid, error) {
	own, err := s.mkdir("tmp")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotLaid, err)
	}
	l := &Laid{tree: t.Dir, own: own}
	if l.Files, err = layable(from, t.Dir, files); err == nil {
		err = replace(ctx, own, t.Dir, l.Files)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotLaid, err)
	}
	if err := replace(ctx, t.Dir, from, l.Files); err != nil {
		if broken := l.Lift(); broken != nil {
			return nil, errors.Join(err, broken)
		}
		return nil, fmt.Errorf("%w: %w", ErrNotLaid, err)
	}
	return l, nil
}

// Lift gives the tree back what it had itself. After an error it is not what it was.
func (l *Laid) Lift() error { return replace(context.Background(), l.tree, l.own, l.Files) }

// layable are those of the files that are one on either side. The error says which must not be laid.
func layable(from, to string, files []string) ([]string, error) {
	source, err := os.OpenRoot(from)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	target, err := os.OpenRoot(to)
	if err != nil {
		return nil, err
	}
	defer target.Close()
	var found []string
	for _, name := range files {
		laid, err := statFile(source, name)
		if err != nil {
			return nil, err
		}
		if laid != nil && laid.Mode()&fs.ModeSymlink != 0 {
			to, err := source.Readlink(name)
			if err != nil {
				return nil, err
			}
			if to = filepath.ToSlash(to); path.IsAbs(to) || filepath.IsAbs(to) || !filepath.IsLocal(path.Join(path.Dir(name), to)) {
				return nil, fmt.Errorf("%s: the symbolic link leads out of the tree", name)
			}
		}
		own, err := statFile(target, name)
		if err != nil {
			return nil, err
		}
		if laid != nil || own != nil {
			found = append(found, name)
		}
	}
	return found, nil
}

// replace makes the files in the folder to those in the folder from, and removes from it those that from lacks. It follows no
// link out of either.
func replace(ctx context.Context, to, from string, files []string) error {
	target, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer target.Close()
	source, err := os.OpenRoot(from)
	if err != nil {
		return err
	}
	defer source.Close()
	var there []string
	for _, name := range files { // a folder may have taken the place of a file, or the other way about
		switch info, err := statFile(source, name); {
		case err != nil:
			return err
		case info != nil:
			there = append(there, name)
		default:
			if err := removeFile(target, name); err != nil {
				return err
			}
		}
	}
	for _, name := range there {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := copyName(target, source, name); err != nil {
			return err
		}
	}
	return nil
}

// statFile is what root has by that name; nil if it is a folder, or nothing, or the way there is not one of folders.
func statFile(root *os.Root, name string) (fs.FileInfo, error) {
	for i := range len(name) + 1 {
		if i < len(name) && name[i] != '/' {
			continue
		}
		info, err := root.Lstat(name[:i])
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, nil
		case err != nil:
			return nil, err
		case i == len(name) && !info.IsDir():
			return info, nil
		case !info.IsDir():
			return nil, nil
		}
	}
	return nil, nil
}

// removeFile removes what root has by that name, if it has a file.
func removeFile(root *os.Root, name string) error {
	info, err := statFile(root, name)
	if info == nil || err != nil {
		return err
	}
	return root.Remove(name)
}

// copyName copies a file or a symbolic link, in the place of whatever the target has by that name, but for a folder with something
// in it.
func copyName(target, source *os.Root, name string) error {
	info, err := source.Lstat(name)
	if err != nil {
		return err
	}
	if dir := path.Dir(name); dir != "." {
		if err := target.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := target.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		to, err := source.Readlink(name)
		if err != nil {
			return err
		}
		return target.Symlink(to, name)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: neither a file nor a symbolic link", name)
	}
	r, err := source.Open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := target.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm()|0o200)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, w.Close())
}
