package output

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

// WriteFile replaces the named file below root as a whole: a reader finds the old one or the new one, never a part. No link leads
// it out of root, and none that stands where the file is to be is followed.
func WriteFile(root *os.Root, name string, write func(io.Writer) error) error {
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

// cutShort are the names of files that WriteFile had begun when its gate was killed.
var cutShort = regexp.MustCompile(`^\.[A-Za-z0-9._-]+-[A-Z2-7]{10}$`)

// Sweep removes such files from a folder below root. One of the last minute may be another gate's that is just writing it.
func Sweep(root *os.Root, folder string) {
	entries, _ := fs.ReadDir(root.FS(), folder) // where there is no folder there is nothing to remove
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && info.Mode().IsRegular() && cutShort.MatchString(entry.Name()) && time.Since(info.ModTime()).Abs() > time.Minute {
			_ = root.Remove(filepath.Join(folder, entry.Name())) // or the next gate will
		}
	}
}

// text is a file of that text.
func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}
