package measure

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/testbin"
)

// hidden is how a package may read files that its log does not tell of.
type hidden struct {
	sure    bool // its Go code reads none; else data of its own folder and of folders above
	starts  bool // by a program that it starts: whatever there is
	foreign bool // by C code: data of any folder
}

func (l looked) hidden() hidden { return hidden{l.at.Early, l.starts(), l.foreign} }

// foreign are the packages of these that run C code which is not of the standard library.
func foreign(all []testbin.Reach) map[string]bool {
	are := map[string]bool{}
	for _, r := range all {
		are[r.ImportPath] = r.Foreign
	}
	return are
}

// mayRead is a changed file that the package in dir may read though its log does not tell of it; empty if there is none.
func (c *inputs) mayRead(dir string, how hidden) (file string) {
	i := slices.IndexFunc(c.changed, func(file string) bool { return c.unlogged(dir, file, how) })
	if i < 0 {
		return ""
	}
	return c.changed[i]
}

// starts reports whether a program was looked at that the benchmark may have started.
func (l looked) starts() bool {
	return slices.ContainsFunc(l.at.All, func(i testbin.Input) bool {
		info, err := os.Stat(i.Path)
		return i.Opened && err == nil && info.Mode().IsRegular() && (info.Mode()&0o111 != 0 || filepath.Ext(i.Path) == ".exe")
	})
}

// reads reports whether the benchmark opened a file of the candidate's tree, in a run of one iteration: later ones may open others.
func (c *inputs) reads(l looked) bool {
	return slices.ContainsFunc(l.at.All, func(i testbin.Input) bool {
		_, inside := c.within(candidateSide, i.Path)
		info, err := os.Stat(i.Path)
		return i.Opened && inside && err == nil && info.Mode().IsRegular()
	})
}

// unlogged reports whether the package in dir may read a file that its log does not tell of.
func (c *inputs) unlogged(dir, file string, how hidden) bool {
	switch {
	case how.starts && path.Ext(file) != ".md", how.foreign && isInput(file):
		return true
	case how.sure:
		return false
	}
	owner := c.owner(file)
	return isInput(file) && (owner == "." || isBelow(dir, owner))
}

// isInput reports whether a package may read the file for its data: not code, documentation, or what GitHub alone reads.
func isInput(name string) bool {
	switch path.Ext(name) {
	case ".go", ".mod", ".sum", ".work", ".md":
		return slices.Contains(strings.Split(name, "/"), "testdata")
	}
	return !strings.HasPrefix(name, ".github/")
}

// owner is the folder of the nearest package above a file, or the one that holds the testdata that the file is in.
func (c *inputs) owner(file string) string {
	parts := strings.Split(file, "/")
	if i := slices.Index(parts, "testdata"); i >= 0 {
		return path.Join(".", path.Join(parts[:i]...))
	}
	dir := path.Dir(file)
	for dir != "." && !slices.ContainsFunc(c.places, func(p place) bool { return filepath.ToSlash(p.dir) == dir }) {
		dir = path.Dir(dir)
	}
	return dir
}
