// Package wholefile writes files as a whole: a reader finds the old file or the new one, never a part.
package wholefile

import (
	"bufio"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Write replaces the named file below root. It follows no link out of root, nor one in the place of the file.
func Write(root *os.Root, name string, write func(io.Writer) error) error {
	temp := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+"-"+rand.Text()[:10])
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	err = write(w)
	if err == nil {
		err = w.Flush()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		_ = root.Remove(temp) // the first error says more
	}
	return err
}

// cutShort are the names of files that Write had begun when its process was killed.
var cutShort = regexp.MustCompile(`^\.[A-Za-z0-9.=_-]+-[A-Z2-7]{10}$`)

// IsCutShort reports whether a name is that of a file which Write has begun: one that another process writes now, or one left by a
// process that was killed.
func IsCutShort(name string) bool { return cutShort.MatchString(name) }

// Sweep removes from a folder below root the files that killed processes had begun. It leaves those of the last minute, which
// another process may be writing.
func Sweep(root *os.Root, folder string) {
	entries, _ := fs.ReadDir(root.FS(), folder) // where there is no folder there is nothing to remove
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && info.Mode().IsRegular() && IsCutShort(entry.Name()) && time.Since(info.ModTime()).Abs() > time.Minute {
			_ = root.Remove(filepath.Join(folder, entry.Name())) // or the next Sweep will
		}
	}
}

// Text is what Write writes for a file of that text.
func Text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}
