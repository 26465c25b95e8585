package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// places remembers the folders of packages, by the folder in which they were looked up and the import path.
type places map[[2]string]string

// mostOfSource is how many bytes of a file are looked through.
const mostOfSource = 4 << 20

// find finds the line where a verdict's benchmark begins; an empty file when it is not found.
func (p places) find(g gate, v verdict) (file string, line int) {
	name, _, _ := strings.Cut(v.Benchmark, "/")
	if name == "" || strings.HasPrefix(v.Package, "-") {
		return "", 0
	}
	dir := p.folder(g, v.Package)
	tests, _ := filepath.Glob(filepath.Join(dir, "*_test.go"))
	for _, test := range tests {
		source, _ := readPlain(dir, filepath.Base(test), mostOfSource)
		line := 0
		for text := range strings.Lines(string(source)) {
			line++
			if strings.HasPrefix(text, "func Benchmark"+name+"(") {
				return fromWorkspace(test), line
			}
		}
	}
	return "", 0
}

// folder is the folder of a package, as the go command tells it in the module of the gate; empty when it does not.
func (p places) folder(g gate, pkg string) string {
	module, _, found := strings.Cut(g.dir, string(filepath.Separator)+".tailgate")
	if !found {
		module = "."
	}
	key := [2]string{module, pkg}
	dir, known := p[key]
	if !known {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, "go", "list", "-find", "-f", "{{.Dir}}", "--", pkg)
		cmd.Dir = module
		out, _ := cmd.Output()
		dir = strings.TrimSpace(string(out))
		p[key] = dir
	}
	return dir
}

// fromWorkspace is the path of a file as GitHub knows it; empty for one that it does not know.
func fromWorkspace(file string) string {
	workspace, _ := filepath.EvalSymlinks(os.Getenv("GITHUB_WORKSPACE"))
	real, _ := filepath.EvalSymlinks(file)
	path, err := filepath.Rel(workspace, real)
	if err != nil || !filepath.IsLocal(path) {
		return ""
	}
	return filepath.ToSlash(path)
}
