package measure

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// looked is what the smoke run of a package looked at.
type looked struct {
	began   time.Time
	at      testbin.Inputs
	foreign bool // whether the package runs C code, which may read files that are not in the log
}

// inputs compares what the packages of two sides look at, the candidate's in the second place. Environment variables are the same
// on both; so are files outside of both trees, unless both sides name them from there, and one that both name by the same path.
type inputs struct {
	other   string    // the name of the first side
	tops    [2]string // of the trees
	places  []place
	changed []string              // files that git says differ, from the top
	own     []string              // of them, those of the candidate that the other side was seen to read, too
	known   map[string]difference // what was found, by path from the top
	left    int64                 // bytes that may yet be compared
}

// mostCompared is how many bytes of a side are compared with the candidate's in a gate: models may be large. A file beyond that is
// taken for changed.
const mostCompared = 4 << 30

// compareInputs finds out which packages run and read the same as the candidate's on each other side, and which read a file that
// differs though git sees no change of it. What cannot be told is measured.
func (g *gate) compareInputs(ctx context.Context) {
	for _, i := range g.others() {
		g.compareInputsOf(ctx, g.sides[i])
	}
}

func (g *gate) compareInputsOf(ctx context.Context, s *side) {
	candidate := g.sides[candidateSide]
	s.unchanged, s.reads, s.strange = map[string]bool{}, map[string]string{}, map[string]policy.Reason{}
	if s.source.Address != "" || candidate.source.Address != "" {
		return // the servers differ, or not
	}
	asked := !g.order.Identical && g.order.Plant.IsZero()
	if s.tree == nil && candidate.tree == nil { // one work tree
		for pkg := range candidate.bins {
			s.unchanged[pkg] = asked
		}
		return
	}
	if s.source.Commit == nil {
		return
	}
	defer g.spend("compared inputs", time.Now())
	changed, err := g.changed(ctx, s)
	if err != nil {
		g.order.Display.Say("the inputs of the %s and the candidate are not compared: %v", s.name, err)
		return
	}
	c := inputs{
		other: s.name, tops: [2]string{g.top(s), g.top(candidate)}, places: g.places, changed: changed,
		known: map[string]difference{}, left: mostCompared,
	}
	var runsC map[string]bool
	if slices.ContainsFunc(changed, isInput) {
		found, err := g.reaches(ctx, candidate)
		if err != nil {
			g.order.Display.Say("the inputs of the %s and the candidate are not compared: %v", s.name, err)
			return
		}
		runsC = foreign(found)
	}
	for _, at := range g.places {
		bin, own := s.bins[at.path], candidate.bins[at.path]
		if bin == nil || own == nil {
			continue
		}
		of := [2]looked{s.looked[at.path], candidate.looked[at.path]}
		if !of[0].at.Known || !of[1].at.Known {
			continue
		}
		differs, strange := c.compare(of)
		if strange.Code != "" {
			s.strange[at.path] = strange
		}
		// A function init may read before the log begins, and a later iteration others than the first, which alone was logged. That
		// is likely enough to believe what was measured, and not to measure it.
		of[candidateSide].foreign = runsC[at.path]
		dir, how := filepath.ToSlash(at.dir), of[candidateSide].hidden()
		differs = cmp.Or(differs, c.mayRead(dir, how))
		how.sure = how.sure && !c.reads(of[candidateSide])
		s.reads[at.path] = cmp.Or(differs, c.mayRead(dir, how))
		s.unchanged[at.path] = asked && differs == "" && bin.SHA256 == own.SHA256
	}
	if len(c.own) > 0 {
		g.note(fmt.Sprintf("the %s reads the candidate's %s, whose absolute path it is given: what changed there is on both sides",
			s.name, strings.Join(c.own, ", ")))
	}
	g.compareCompiled(ctx, s, &c)
}

// compare is the first input of a package that differs between the sides, or that cannot be compared; empty when none does. The
// reason says which differs though git sees no change of it; its code is empty when none does.
func (c *inputs) compare(of [2]looked) (first string, strange policy.Reason) {
	named, relative := [2]map[string]bool{{}, {}}, [2]map[string]bool{{}, {}}
	opened := map[string]bool{} // by path from the top
	for i, l := range of {
		for _, input := range l.at.All {
			named[i][input.Path] = true
			name, _ := c.within(i, input.Path)
			relative[i][name] = true
		}
	}
	var names []string
	for i, l := range of {
		for _, input := range l.at.All {
			name, inside := c.within(i, input.Path)
			outside := name != "" && relative[1-i][name] // of both trees, and named from there by both
			if named[1-i][input.Path] {                  // by its own path it is one file for both
				if inside && i == candidateSide && input.Opened && c.explains(name) && !slices.Contains(c.own, name) {
					c.own = append(c.own, name)
				}
				continue
			}
			if !inside && !outside {
				continue
			}
			if _, seen := opened[name]; !seen {
				names = append(names, name)
			}
			opened[name] = opened[name] || input.Opened
		}
	}
	for _, name := range names {
		d := c.differ(name, opened[name], [2]time.Time{of[baselineSide].began, of[candidateSide].began})
		if !d.same && first == "" {
			first = name
		}
		if strange.Code == "" {
			strange = d.reason
		}
	}
	return first, strange
}

// within is a path from the top of side i's tree, and whether it leads into it; empty if it is no business of the repository.
func (c *inputs) within(i int, name string) (rel string, inside bool) {
	rel, err := filepath.Rel(c.tops[i], name)
	if err != nil {
		return "", false
	}
	inside = filepath.IsLocal(rel)
	rel = filepath.ToSlash(rel)
	if parts := strings.Split(rel, "/"); parts[0] == ".git" || slices.Contains(parts, ".tailgate") {
		return "", false
	}
	return rel, inside
}

// difference is how a file or folder differs between the sides.
type difference struct {
	same   bool
	reason policy.Reason // why it must not be read by what is judged; without a code it may
}

// differ finds out how a file or folder differs, by its path from the top. What both smoke runs wrote need not be an input.
func (c *inputs) differ(name string, opened bool, began [2]time.Time) difference {
	key := name
	if opened {
		key += "/"
	}
	if known, ok := c.known[key]; ok {
		return known
	}
	d := c.look(name, opened, began)
	c.known[key] = d
	return d
}

func (c *inputs) look(name string, opened bool, began [2]time.Time) difference {
	var paths [2]string
	var infos [2]fs.FileInfo
	for i, top := range c.tops {
		paths[i] = filepath.Join(top, filepath.FromSlash(name))
		info, err := os.Stat(paths[i])
		switch {
		case err == nil:
			infos[i] = info
		case !isAbsent(err):
			return difference{} // not known
		}
	}
	baseline, candidate := infos[baselineSide], infos[candidateSide]
	side := ""
	switch {
	case baseline == nil && candidate == nil, baseline != nil && candidate != nil && os.SameFile(baseline, candidate):
		return difference{same: true}
	case baseline == nil:
		side = "candidate"
	case candidate == nil:
		side = c.other
	case baseline.IsDir() && candidate.IsDir():
		// That a folder has a file more need not matter to who lists it: it is no reason not to judge. But whoever lists it may read
		// any of its files in a later iteration than the first, which alone was looked at.
		return difference{same: !opened || sameNames(paths) && !c.changedIn(name)}
	case !baseline.Mode().IsRegular() && baseline.Mode().Type() == candidate.Mode().Type():
		return difference{same: true} // a socket, for one
	case baseline.Mode().IsRegular() && candidate.Mode().IsRegular():
		if same, known := c.sameContent(paths, infos, opened); same || !known {
			return difference{same: same}
		}
		if place, ok := pointerSide(paths); ok {
			return strangeInput(policy.PointerInput, [2]string{c.other, "candidate"}[place], name, policy.FetchContent)
		}
		if wroteBoth(infos, began) {
			return difference{}
		}
	}
	if c.explains(name) {
		return difference{}
	}
	return strangeInput(policy.UncommittedInput, side, name, policy.CommitInput)
}

func strangeInput(code policy.Code, side, name string, do policy.Action) difference {
	return difference{reason: policy.Reason{
		Code: code, Facts: policy.Facts{Side: side, Words: []string{strings.ToValidUTF8(name, "?")}}, Advice: []policy.Advice{{Do: do}},
	}}
}

// changedIn reports whether git sees a change in a folder or below it.
func (c *inputs) changedIn(name string) bool {
	return slices.ContainsFunc(c.changed, func(file string) bool { return name == "." || isBelow(file, name) })
}

// explains reports whether a change that git sees is why a file or folder differs: of itself, of what is in it, or of a submodule.
func (c *inputs) explains(name string) bool {
	return slices.ContainsFunc(c.changed, func(file string) bool { return isBelow(name, file) || isBelow(file, name) })
}
