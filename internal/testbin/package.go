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

// ErrPattern means that no revision has packages of a pattern: it is not one, or it is of a folder that go.work leaves out.
var ErrPattern = errors.New("the pattern can name no packages")

// Package is a Go package as the go command knows it.
type Package struct {
	ImportPath string
	Dir        string
	Name       string
}

// Packages lists the packages that match a pattern of the go command in dir, in its order. A pattern that begins with a folder is
// listed in that folder: it may be of another module than dir, around it or in it. A pattern that matches nothing is an error,
// ErrNoPackage if it has a wildcard or its folder is not there, ErrPattern if none can have that, and else the go command's own.
func Packages(ctx context.Context, dir, pattern string) ([]Package, error) {
	folder, pattern, err := locate(dir, pattern)
	if err != nil {
		return nil, err
	}
	packages, err := list(ctx, folder, nil, pattern)
	switch {
	case says(err, "does not contain modules listed in go.work", "not one of the workspace modules listed in go.work"):
		return nil, fmt.Errorf("%w: %w; name the folders of modules that go.work lists, such as ./store/..., or add the module to it: "+
			"go work use FOLDER", ErrPattern, err)
	case says(err, "malformed import path"):
		return nil, fmt.Errorf("%w: %w; write it as for go test, as ./... or ./store", ErrPattern, err)
	}
	return packages, err
}

// Packages lists those of a folder of t, with the workspace that Build uses there. The folder need not exist.
func (t *Tree) Packages(ctx context.Context, dir, pattern string) ([]Package, error) {
	folder, pattern, err := locate(dir, pattern)
	if err != nil {
		return nil, err
	}
	gowork, warning, err := t.workspace(ctx, folder)
	if err != nil {
		return nil, err
	}
	packages, err := list(ctx, folder, []string{"GOWORK=" + gowork}, pattern)
	if err != nil && !errors.Is(err, ErrNoPackage) && ctx.Err() == nil {
		err = fmt.Errorf("%w\n%s", err, checkedOut)
		if warning != "" {
			err = fmt.Errorf("%w\n%s%s", err, warning, committed)
		}
	}
	return packages, err
}

// locate is the folder in which a pattern of dir is listed, and what it is there. That of an import path is dir, or the nearest
// above that is there.
func locate(dir, pattern string) (folder, within string, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", "", err
	}
	slashed := filepath.ToSlash(pattern)
	isFolders := slashed == "." || slashed == ".." || strings.HasPrefix(slashed, "./") || strings.HasPrefix(slashed, "../")
	if !isFolders && !filepath.IsAbs(pattern) {
		for !isFolder(dir) && dir != filepath.Dir(dir) {
			dir = filepath.Dir(dir)
		}
		return dir, pattern, nil
	}
	folder, within = slashed, "."
	if wildcard := strings.Index(slashed, "..."); wildcard >= 0 {
		end := strings.LastIndex(slashed[:wildcard], "/") + 1
		folder, within = slashed[:end], "./"+slashed[end:]
	}
	if folder = filepath.FromSlash(folder); !filepath.IsAbs(folder) {
		folder = filepath.Join(dir, folder)
	}
	if !isFolder(folder) {
		return "", "", fmt.Errorf("%s: %w", folder, ErrNoPackage)
	}
	return folder, within, nil
}

func list(ctx context.Context, dir string, env []string, pattern string) ([]Package, error) {
	const fields = "-json=ImportPath,Dir,Name"
	out, err := tool(ctx, dir, env, "go", slices.Concat([]string{"list", fields}, tagFlags(ctx), []string{"--", pattern})...)
	if err != nil {
		return nil, err
	}
	var packages []Package
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var listed Package
		if err := decoder.Decode(&listed); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		packages = append(packages, listed)
	}
	if len(packages) == 0 {
		return nil, fmt.Errorf("%s: %s: %w; go list shows what there is", dir, pattern, ErrNoPackage)
	}
	return packages, nil
}
