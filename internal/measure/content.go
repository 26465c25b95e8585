package measure

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"syscall"
	"time"
)

// isAbsent reports whether an error says that there is no such file.
func isAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// wroteBoth reports whether both sides' smoke runs wrote the file.
func wroteBoth(infos [2]fs.FileInfo, began [2]time.Time) bool {
	const grain = 20 * time.Millisecond // of the clock of file systems
	for i, info := range infos {
		if info.ModTime().Before(began[i].Add(-grain)) {
			return false
		}
	}
	return true
}

// sameContent reports whether two files have the same content, or of files that were not opened the same size. known is false where
// that cannot be told.
func (c *inputs) sameContent(paths [2]string, infos [2]fs.FileInfo, opened bool) (same, known bool) {
	if infos[0].Size() != infos[1].Size() || !opened {
		return infos[0].Size() == infos[1].Size(), true
	}
	if c.left -= infos[0].Size(); c.left < 0 {
		return false, false
	}
	same, err := equalFiles(paths)
	return same, err == nil
}

// equalFiles compares two files piece by piece.
func equalFiles(paths [2]string) (bool, error) {
	var files [2]*os.File
	for i, name := range paths {
		f, err := os.Open(name)
		if err != nil {
			return false, err
		}
		defer f.Close()
		files[i] = f
	}
	var pieces [2][]byte
	for i := range pieces {
		pieces[i] = make([]byte, 1<<20)
	}
	for {
		var read [2]int
		ended := false
		for i, f := range files {
			n, err := io.ReadFull(f, pieces[i])
			if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
				return false, err
			}
			read[i], ended = n, ended || err != nil
		}
		if !bytes.Equal(pieces[0][:read[0]], pieces[1][:read[1]]) {
			return false, nil
		}
		if ended {
			return true, nil
		}
	}
}

// sameNames reports whether two folders list the same names, apart from what git and the gate keep there.
func sameNames(paths [2]string) bool {
	var names [2][]string
	for i, name := range paths {
		entries, err := os.ReadDir(name)
		if err != nil {
			return false
		}
		for _, entry := range entries {
			if n := entry.Name(); n != ".git" && n != ".tailgate" {
				names[i] = append(names[i], n)
			}
		}
	}
	return slices.Equal(names[0], names[1])
}

// pointerMagic begins a Git LFS pointer (git-lfs, docs/spec.md).
const pointerMagic = "version https://git-lfs.github.com/spec/v1"

// pointerSide is the side, by its place in the comparison, whose file alone is a Git LFS pointer; false when that is not so.
func pointerSide(paths [2]string) (place int, ok bool) {
	var pointer [2]bool
	for i, name := range paths {
		f, err := os.Open(name)
		if err != nil {
			return 0, false
		}
		start := make([]byte, len(pointerMagic))
		n, _ := io.ReadFull(f, start) // what is shorter is none
		f.Close()
		pointer[i] = string(start[:n]) == pointerMagic
	}
	return slices.Index(pointer[:], true), pointer[0] != pointer[1]
}
