package measure

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// ErrKnown means that Order.Known knows the candidate, so that nothing was measured.
var ErrKnown = errors.New("what the candidate runs and reads is known")

// digest tells what the candidate runs and reads in the one package of whose benchmarks a rule speaks: two commits with one digest
// are measured alike. It is empty where that cannot be told. What is read without standing in the log counts as for mayRead.
func (g *gate) digest(ctx context.Context) string {
	s := g.sides[candidateSide]
	if s.tree == nil {
		return ""
	}
	for _, pair := range g.pairs() {
		bin, looked := s.bins[pair.Package()], s.looked[pair.Package()]
		if !pair.Judged() || bin == nil || !looked.at.Known {
			continue
		}
		dir, err := filepath.Rel(s.tree.Dir, bin.Dir)
		if err != nil {
			return ""
		}
		files, err := s.tree.Tracked(ctx)
		if err != nil {
			return ""
		}
		c := inputs{tops: [2]string{s.tree.Dir, s.tree.Dir}, places: g.places}
		found, err := g.reaches(ctx, s)
		if err != nil {
			return ""
		}
		looked.foreign = foreign(found)[pair.Package()]
		read, known := c.read(filepath.ToSlash(dir), looked, files)
		if !known {
			return ""
		}
		h := sha256.New()
		fmt.Fprintf(h, "%s %q\n", bin.SHA256, bin.Settings)
		for _, line := range read {
			fmt.Fprintln(h, line)
		}
		return fmt.Sprintf("%x", h.Sum(nil))
	}
	return ""
}

// read is what the package in dir looks at of the files of its commit, and may read without telling, in lines: of a file, and of
// each file below a folder that was opened, what git says of it, and of what is in a submodule the submodule's commit. It is not
// known of what a symbolic link leads to.
func (c *inputs) read(dir string, of looked, files map[string]string) (read []string, known bool) {
	lines := map[string]bool{}
	for _, input := range of.at.All {
		name, inside := c.within(candidateSide, input.Path)
		if !inside {
			continue
		}
		lines[fmt.Sprintf("%q %s", name, files[name])] = true
		for file, is := range files {
			switch {
			case !isBelow(name, file):
			case strings.HasPrefix(is, "120000"):
				return nil, false
			case strings.HasPrefix(is, "160000"):
				lines[fmt.Sprintf("%q in %s", name, is)] = true
			}
			if input.Opened && (name == "." || isBelow(file, name)) { // in a folder that is listed, as compare has it
				lines[fmt.Sprintf("%q %s", file, is)] = true
			}
		}
	}
	how := of.hidden()
	for file, is := range files {
		if c.unlogged(dir, file, how) {
			lines[fmt.Sprintf("%q %s", file, is)] = true
		}
	}
	return slices.Sorted(maps.Keys(lines)), true
}
