package shards

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// mostManifest is far more than one of 10,000 benchmarks needs.
const mostManifest = 64 << 20

// Results are the files that a shard leaves beside its manifest.
func Results() []string { return []string{"baseline.txt", "candidate.txt", "verdict.json"} }

// SumFile is the SHA-256 of a file, in hexadecimal.
func SumFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, f.Close())
}

// Open reads the manifest in a folder of results, and refuses it where a file beside it is not the one that the shard left.
func Open(dir string) (Found, error) {
	data, err := readAtMost(filepath.Join(dir, ManifestFile), mostManifest)
	if err != nil {
		return Found{}, err
	}
	m, err := ParseManifest(data)
	if err != nil {
		return Found{}, fmt.Errorf("%s: %w", filepath.Join(dir, ManifestFile), err)
	}
	found := Found{m, dir}
	for _, name := range Results() {
		if !slices.ContainsFunc(m.Files, func(f File) bool { return f.Name == name }) {
			return found, fmt.Errorf("%s: its manifest says nothing of %s", found, name)
		}
	}
	for _, f := range m.Files {
		if filepath.Base(f.Name) != f.Name {
			return found, fmt.Errorf("%s: %q is no file in its folder", found, f.Name)
		}
		sum, err := SumFile(filepath.Join(dir, f.Name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return found, fmt.Errorf("%s: %s is missing", found, f.Name)
		case err != nil:
			return found, fmt.Errorf("%s: %w", found, err)
		case sum != f.Sum:
			return found, fmt.Errorf("%s: %s is not as the shard left it: it was cut short or edited", found, f.Name)
		}
	}
	return found, nil
}

func readAtMost(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s: it has more than %d MiB", name, most>>20)
	}
	return data, nil
}

// Find lists the folders below root that hold a manifest; root itself may be one.
func Find(root string) ([]string, error) {
	var dirs []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == ManifestFile && !entry.IsDir() {
			dirs = append(dirs, filepath.Dir(path))
		}
		return err
	})
	return dirs, err
}
