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

	"github.com/tailgate-go/tailgate/internal/bounded"
	"github.com/tailgate-go/tailgate/internal/output"
)

// mostLeft is how many bytes a manifest or a verdict.json may have: far more than those of 10,000 benchmarks need.
const mostLeft = 64 << 20

// results are the files that a shard leaves beside its manifest.
func (m Manifest) results() []string { return append(output.Sides(m.Anchor != nil), output.Verdict) }

// plain refuses what is no plain file, as a device or a pipe: it may have no end, and a pipe no beginning.
func plain(name string) error {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no plain file: copy the shard's folder again", name)
	}
	return err
}

// sumFile is the SHA-256 of a plain file, in hexadecimal.
func sumFile(name string) (string, error) {
	if err := plain(name); err != nil {
		return "", err
	}
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
	data, err := readLeft(filepath.Join(dir, output.Manifest))
	if err != nil {
		return Found{}, err
	}
	m, err := ParseManifest(data)
	if err != nil {
		return Found{}, fmt.Errorf("%s: %w", filepath.Join(dir, output.Manifest), err)
	}
	found := Found{m, dir}
	for _, name := range m.results() {
		if !slices.ContainsFunc(m.Files, func(f File) bool { return f.Name == name }) {
			return found, fmt.Errorf("%s: its manifest says nothing of %s", found, name)
		}
	}
	for _, f := range m.Files {
		if filepath.Base(f.Name) != f.Name {
			return found, fmt.Errorf("%s: %q is no file in its folder", found, f.Name)
		}
		sum, err := sumFile(filepath.Join(dir, f.Name))
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

// readLeft reads a file that a shard left.
func readLeft(name string) ([]byte, error) {
	if err := plain(name); err != nil {
		return nil, err
	}
	data, err := bounded.ReadFile(name, mostLeft)
	if large := (*bounded.TooLargeError)(nil); errors.As(err, &large) {
		return nil, fmt.Errorf("%w; no shard leaves so much: run that shard again", err)
	}
	return data, err
}

// find lists the folders below root that hold a manifest; root itself may be one.
func find(root string) ([]string, error) {
	var dirs []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == output.Manifest && !entry.IsDir() {
			dirs = append(dirs, filepath.Dir(path))
		}
		return err
	})
	return dirs, err
}
