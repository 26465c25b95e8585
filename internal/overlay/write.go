package overlay

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// fileName is the overlay's, in its folder.
const fileName = "overlay.json"

// ErrTaken means that the other overlay replaces a file that this one must replace.
var ErrTaken = errors.New("two overlays replace the same file")

// Write writes an overlay of the GOROOT to dir, an empty folder, and returns its path. It has what beside has, too: the files of
// another overlay, as Read reads them. The error is ErrNoFit if a package of that GOROOT has no place for the hooks, and ErrTaken
// if beside has other text for it.
func Write(dir, goroot string, beside Replace) (string, error) {
	all := Replace{}
	maps.Copy(all, beside)
	for _, of := range []struct {
		pkg  []string
		hook func(map[string][]byte) (map[string][]byte, error)
	}{{[]string{"testing"}, Hook}, {[]string{"internal", "testlog"}, Early}} {
		folder := filepath.Join(append([]string{goroot, "src"}, of.pkg...)...)
		files, err := read(folder)
		if err != nil {
			return "", err
		}
		hooked, err := of.hook(files)
		if err != nil {
			return "", err
		}
		for _, name := range slices.Sorted(maps.Keys(hooked)) {
			at, file := filepath.Join(folder, name), filepath.Join(dir, of.pkg[len(of.pkg)-1]+"-"+name)
			if other, taken := beside[at]; taken {
				return "", fmt.Errorf("%w: %s is replaced by %s already", ErrTaken, at, other)
			}
			if err := os.WriteFile(file, hooked[name], 0o600); err != nil {
				return "", err
			}
			all[at] = file
		}
	}
	text, err := json.Marshal(struct{ Replace Replace }{all})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, fileName)
	return path, os.WriteFile(path, text, 0o600)
}

// read reads the package in folder, less its tests.
func read(folder string) (map[string][]byte, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if files[name], err = os.ReadFile(filepath.Join(folder, name)); err != nil {
			return nil, err
		}
	}
	return files, nil
}
