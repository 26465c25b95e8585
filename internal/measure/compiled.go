package measure

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/tailgate-go/tailgate/internal/testbin"
)

// compareCompiled finds packages that are compiled of files, or embed some, that differ though git sees no change of them: one that
// git ignores, or a Git LFS pointer. Where both sides' binaries are the same there are none. What cannot be told is measured.
func (g *gate) compareCompiled(ctx context.Context, s *side, c *inputs) {
	candidate := g.sides[candidateSide]
	differ := false
	for pkg, bin := range candidate.bins {
		other := s.bins[pkg]
		differ = differ || other != nil && other.SHA256 != bin.SHA256
	}
	if !differ {
		return
	}
	names := map[string][]string{} // of files from the top, by package
	for i, of := range []*side{s, candidate} {
		found, err := g.reaches(ctx, of)
		if err != nil {
			g.order.Display.Say("what the %s and the candidate are compiled of is not compared: %v", s.name, err)
			return
		}
		for _, r := range found {
			for _, file := range r.Files {
				if name, inside := c.within(i, file); inside {
					names[r.ImportPath] = append(names[r.ImportPath], name)
				}
			}
		}
	}
	now := [2]time.Time{time.Now(), time.Now()} // no smoke run writes what is compiled
	for pkg, bin := range candidate.bins {
		if other := s.bins[pkg]; other == nil || other.SHA256 == bin.SHA256 || s.strange[pkg].Code != "" {
			continue
		}
		for _, name := range names[pkg] {
			if d := c.differ(name, true, now); d.reason.Code != "" && !c.differsInLineEnds(name) {
				s.strange[pkg] = d.reason
				break
			}
		}
	}
}

// reaches are what the packages of a side reach.
func (g *gate) reaches(ctx context.Context, s *side) ([]testbin.Reach, error) {
	dir, err := g.in(s, g.order.Dir)
	if err != nil {
		return nil, err
	}
	if s.tree != nil {
		return s.tree.Reaches(ctx, dir, g.order.Packages...)
	}
	return testbin.Reaches(ctx, dir, g.order.Packages...)
}

// differsInLineEnds reports whether a file is text that has other line ends on one side, as git may have written it.
func (c *inputs) differsInLineEnds(name string) bool {
	var texts [2][]byte
	for i, top := range c.tops {
		at := filepath.Join(top, filepath.FromSlash(name))
		info, err := os.Stat(at)
		if err != nil || !info.Mode().IsRegular() || info.Size() > mostOfText {
			return false
		}
		if texts[i], err = os.ReadFile(at); err != nil {
			return false
		}
		texts[i] = bytes.ReplaceAll(texts[i], []byte("\r\n"), []byte("\n"))
	}
	return bytes.Equal(texts[0], texts[1])
}

const mostOfText = 8 << 20 // bytes
