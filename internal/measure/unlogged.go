package measure

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/testbin"
)

// mayRead is a changed file that the package in dir may read though its log does not tell of it; empty if there is none.
func (c *inputs) mayRead(dir string, of looked) (file string) {
	starts := of.starts()
	i := slices.IndexFunc(c.changed, func(file string) bool { return c.unlogged(dir, file, of.at.Early, starts) })
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

// unlogged reports whether the package in dir may read a file that its log does not tell of. A program that the benchmark starts
// may read whatever there is. Unless early, when what is read before the tests begin is in the log, a function init may read data
// of its own folder and of folders above.
func (c *inputs) unlogged(dir, file string, early, starts bool) bool {
	if starts && path.Ext(file) != ".md" {
		return true
	}
	if early {
		return false
	}
	owner := c.owner(file)
	return isInput(file) && (owner == "." || isBelow(dir, owner))
}

// isInput reports whether a function init may read the file: not code, documentation, or what GitHub alone reads.
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
