package overlay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Replace is what an overlay replaces: by the path of a file the path of the one that is read in its place, or "" if there is to be
// none.
type Replace map[string]string

// Read reads an overlay that the go command would read in the folder dir: what it has of relative paths is taken from there.
func Read(file, dir string) (Replace, error) {
	text, err := os.ReadFile(absolute(file, dir))
	if err != nil {
		return nil, err
	}
	var overlay struct{ Replace Replace }
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&overlay); err != nil {
		return nil, fmt.Errorf("overlay %s: %w", file, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("overlay %s: more than one object", file)
	}
	all := Replace{}
	for from, to := range overlay.Replace {
		if from == "" {
			return nil, fmt.Errorf("overlay %s: a file without a name is replaced", file)
		}
		from := absolute(from, dir)
		if _, twice := all[from]; twice {
			return nil, fmt.Errorf("overlay %s: %s is replaced twice", file, from)
		}
		if to != "" {
			to = absolute(to, dir)
		}
		all[from] = to
	}
	return all, nil
}

func absolute(path, dir string) string {
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	return filepath.Clean(path)
}
