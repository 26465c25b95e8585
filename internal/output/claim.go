package output

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/tailgate-go/tailgate/internal/wholefile"
)

// marker stands in a folder that somebody named and that a gate took.
const marker = ".tailgate-out"

// claim takes a folder for a gate: an empty one, or a gate's. What somebody else keeps there is not to be removed.
func claim(root *os.Root) error {
	owned, err := isGates(root)
	if err != nil {
		return err
	}
	if owned { // its verdict is about to go
		return mark(root)
	}
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !wholefile.IsCutShort(entry.Name()) { // by another gate, which is taking the folder now
			return fmt.Errorf("%s has files that are no gate's, such as %s, and a gate removes what stands in its place: "+
				"choose a folder that is empty or not there yet", root.Name(), entry.Name())
		}
	}
	return mark(root)
}

func mark(root *os.Root) error {
	return wholefile.Write(root, marker, wholefile.Text(
		"This folder is a gate's: the next one removes its reports, results, profiles, steps and why.\n"))
}

// isGates reports whether a gate has had the folder: it has the marker, the verdict of a gate or the findings of a search, which is
// all that tells of those from before there was a marker, or it is one that gates make in a module.
func isGates(root *os.Root) (bool, error) {
	if _, err := root.Lstat(marker); !errors.Is(err, fs.ErrNotExist) {
		return err == nil, err
	}
	for _, name := range []string{Verdict, Bisect} {
		if isDocument(root, name) {
			return true, nil
		}
	}
	path, err := filepath.Abs(root.Name())
	if err != nil {
		return false, err
	}
	for at := path; at != filepath.Dir(at); at = filepath.Dir(at) {
		if filepath.Base(at) == folder {
			_, err := os.Lstat(filepath.Join(at, stamp))
			return err == nil, nil
		}
	}
	return false, nil
}

// isDocument reports whether a file begins as a gate's for programs do.
func isDocument(root *os.Root, name string) bool {
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := root.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	start, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err != nil || !bytes.HasPrefix(start, []byte("{\n  \"version\": ")) {
		return false
	}
	for _, field := range []string{"name", "outcome", "pass"} {
		if !strings.Contains(string(start), "\n  \""+field+"\": ") {
			return false
		}
	}
	return true
}
