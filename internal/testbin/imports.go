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

// Reach says in which folders the test of a package has code, and how near: the package's own folder is 0, those of packages that
// it or its tests import are 1, and so on. The standard library is left out.
type Reach struct {
	ImportPath string
	Dirs       map[string]int
	Files      []string // that are compiled or embedded there, as absolute paths
	Embedded   []string // of them, those that code embeds which is no test
	Foreign    bool     // whether C code, or other code that is not written in Go, is linked there
}

// Reaches are those of the packages in dir that match the patterns, as Packages takes them; ErrNoPackage if none with a test does.
func Reaches(ctx context.Context, dir string, patterns ...string) ([]Reach, error) {
	return reaches(ctx, dir, patterns, func(string) ([]string, error) { return nil, nil })
}

// Reaches are those of packages in a folder of t.
func (t *Tree) Reaches(ctx context.Context, dir string, patterns ...string) ([]Reach, error) {
	return reaches(ctx, dir, patterns, func(folder string) ([]string, error) {
		gowork, _, err := t.workspace(ctx, folder)
		return []string{"GOWORK=" + gowork}, err
	})
}

// reaches lists each pattern in its folder, which may be of another module than dir, in the environment that it needs.
func reaches(ctx context.Context, dir string, patterns []string, environ func(folder string) ([]string, error)) ([]Reach, error) {
	var folders []string
	within := map[string][]string{} // patterns, by folder
	for _, pattern := range patterns {
		folder, here, err := locate(dir, pattern)
		if errors.Is(err, ErrNoPackage) { // the other side has it
			continue
		} else if err != nil {
			return nil, err
		}
		if len(within[folder]) == 0 {
			folders = append(folders, folder)
		}
		within[folder] = append(within[folder], here)
	}
	var found []Reach
	for _, folder := range folders {
		env, err := environ(folder)
		if err != nil {
			return nil, err
		}
		some, err := listReaches(ctx, folder, env, within[folder])
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: %s: %w with a test", dir, strings.Join(patterns, " "), ErrNoPackage)
	}
	return found, nil
}

// imported is a package as go list -deps -test has it: "p.test" imports "p [p.test]" and "p_test [p.test]".
type imported struct {
	ImportPath, Dir string
	Imports         []string
	Standard        bool

	GoFiles, CgoFiles, CFiles, CXXFiles, HFiles, SFiles, SysoFiles, EmbedFiles []string
}

// files are what the package is made of.
func (p imported) files() []string {
	return p.paths(p.GoFiles, p.CgoFiles, p.CFiles, p.CXXFiles, p.HFiles, p.SFiles, p.SysoFiles, p.EmbedFiles)
}

func (p imported) embedded() []string { return p.paths(p.EmbedFiles) }

// paths are those of the files in the package's folder.
func (p imported) paths(lists ...[]string) (paths []string) {
	for _, names := range lists {
		for _, name := range names {
			if !filepath.IsAbs(name) { // what the go command makes of cgo is in its cache
				paths = append(paths, filepath.Join(p.Dir, name))
			}
		}
	}
	return paths
}

func listReaches(ctx context.Context, dir string, env, patterns []string) ([]Reach, error) {
	const fields = "-json=ImportPath,Dir,Imports,Standard,GoFiles,CgoFiles,CFiles,CXXFiles,HFiles,SFiles,SysoFiles,EmbedFiles"
	args := slices.Concat([]string{"list", "-e", "-deps", "-test", fields}, tagFlags(ctx), []string{"--"}, patterns)
	out, err := tool(ctx, dir, env, "go", args...)
	if err != nil {
		return nil, err
	}
	all := map[string]imported{}
	var tests []string
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p imported
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		all[p.ImportPath] = p
		if strings.HasSuffix(p.ImportPath, ".test") {
			tests = append(tests, p.ImportPath)
		}
	}
	var found []Reach
	for _, test := range tests {
		found = append(found, reach(all, test))
	}
	return found, nil
}

// reach finds the folders of all that a test imports, those that are nearest first, and the files.
func reach(all map[string]imported, test string) Reach {
	r := Reach{ImportPath: strings.TrimSuffix(test, ".test"), Dirs: map[string]int{}}
	seen := map[string]bool{}
	for depth, next := 0, all[test].Imports; len(next) > 0; depth++ {
		now := next
		next = nil
		for _, path := range now {
			p, known := all[path]
			if !known || p.Standard || seen[path] {
				continue
			}
			seen[path] = true
			if _, nearer := r.Dirs[p.Dir]; !nearer {
				r.Dirs[p.Dir] = depth
			}
			r.Files = append(r.Files, p.files()...)
			r.Foreign = r.Foreign || len(p.CgoFiles) > 0
			r.Embedded = append(r.Embedded, untested(all, path).embedded()...)
			next = append(next, p.Imports...)
		}
	}
	slices.Sort(r.Files)
	slices.Sort(r.Embedded)
	r.Files, r.Embedded = slices.Compact(r.Files), slices.Compact(r.Embedded)
	return r
}

// untested is a package without the tests that are compiled with it; nothing of one that is only tests.
func untested(all map[string]imported, path string) imported {
	plain, _, anew := strings.Cut(path, " [")
	switch own, known := all[plain]; {
	case known:
		return own
	case anew && strings.HasSuffix(plain, "_test"):
		return imported{}
	}
	return all[path]
}
