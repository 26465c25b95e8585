package testbin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// Package is a Go package as the go command knows it.
type Package struct {
	ImportPath string
	Dir        string
	Name       string
	ModulePath string // empty outside a module, as is ModuleDir
	ModuleDir  string
	HasTests   bool // whether there are test files for this system, and so something to build
}

// Packages lists the packages in dir that match the patterns, each once, in the go command's order; no pattern means ".".
// A pattern that matches nothing is an error, ErrNoPackage if it has a wildcard and else the go command's own.
func Packages(ctx context.Context, dir string, patterns ...string) ([]Package, error) {
	return list(ctx, dir, nil, patterns)
}

// Packages lists those of a folder of t, with the workspace that Build uses there.
func (t *Tree) Packages(ctx context.Context, dir string, patterns ...string) ([]Package, error) {
	gowork, _, err := t.workspace(ctx, dir)
	if err != nil {
		return nil, err
	}
	return list(ctx, dir, []string{"GOWORK=" + gowork}, patterns)
}

func list(ctx context.Context, dir string, env, patterns []string) ([]Package, error) {
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	const fields = "-json=ImportPath,Dir,Name,Module,Match,TestGoFiles,XTestGoFiles"
	out, err := tool(ctx, dir, env, "go", append([]string{"list", fields, "--"}, patterns...)...)
	if err != nil {
		return nil, err
	}
	var packages []Package
	unmatched := slices.Clone(patterns)
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var listed struct {
			ImportPath, Dir, Name            string
			Module                           struct{ Path, Dir string }
			Match, TestGoFiles, XTestGoFiles []string
		}
		if err := decoder.Decode(&listed); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		unmatched = slices.DeleteFunc(unmatched, func(pattern string) bool { return slices.Contains(listed.Match, pattern) })
		packages = append(packages, Package{
			ImportPath: listed.ImportPath,
			Dir:        listed.Dir,
			Name:       listed.Name,
			ModulePath: listed.Module.Path,
			ModuleDir:  listed.Module.Dir,
			HasTests:   len(listed.TestGoFiles)+len(listed.XTestGoFiles) > 0,
		})
	}
	if len(unmatched) > 0 {
		return nil, fmt.Errorf("%s: %s: %w; go list shows what there is", dir, strings.Join(unmatched, " "), ErrNoPackage)
	}
	return packages, nil
}
