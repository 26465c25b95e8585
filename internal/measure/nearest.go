package measure

import (
	"cmp"
	"context"
	"math"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// distances finds out how near each package is to what has changed: 0 where it has changed itself, 1 where a package did that it
// imports, and so on. Packages that reach nothing of it have none. What cannot be told leaves the order as it is.
func (g *gate) distances(ctx context.Context) {
	baseline, candidate := g.sides[baselineSide], g.sides[candidateSide]
	if baseline.source.Commit == nil || len(candidate.bins) < 2 {
		return
	}
	defer g.spend("compared inputs", time.Now())
	changed, err := testbin.Changed(ctx, g.top(candidate), *baseline.source.Commit)
	if err == nil && len(changed) > 0 {
		g.near, err = g.nearTo(ctx, changed)
	}
	if err != nil {
		g.order.Display.Say("the benchmarks are measured in order, since it is not known what is near to the change: %v", err)
	}
}

// nearTo are the distances of the candidate's packages to the files that have changed.
func (g *gate) nearTo(ctx context.Context, changed []string) (map[string]int, error) {
	candidate := g.sides[candidateSide]
	found, err := g.reaches(ctx, candidate)
	if err != nil {
		return nil, err
	}
	return nearest(g.top(candidate), found, changed), nil
}

// nearest are the distances of the packages that reach a changed file. A file is of the nearest package above it.
func nearest(top string, found []testbin.Reach, changed []string) map[string]int {
	folders := map[string]bool{} // of all packages, from the top
	inside := func(dir string) (string, bool) {
		rel, err := filepath.Rel(top, dir)
		return filepath.ToSlash(rel), err == nil && filepath.IsLocal(rel)
	}
	for _, r := range found {
		for dir := range r.Dirs {
			if rel, ok := inside(dir); ok {
				folders[rel] = true
			}
		}
	}
	touched := map[string]bool{}
	for _, file := range changed {
		if path.Ext(file) == ".md" {
			continue
		}
		dir := path.Dir(file)
		for dir != "." && !folders[dir] {
			dir = path.Dir(dir)
		}
		touched[dir] = true
	}
	near := map[string]int{}
	for _, r := range found {
		for dir, distance := range r.Dirs {
			rel, ok := inside(dir)
			if !ok || !touched[rel] {
				continue
			}
			if known, seen := near[r.ImportPath]; !seen || distance < known {
				near[r.ImportPath] = distance
			}
		}
	}
	return near
}

// nearestFirst is the order in which to measure: what is nearest to the change first, and what is unchanged last.
func (g *gate) nearestFirst(pairs []judge.Pair) []int {
	order := make([]int, len(pairs))
	for i := range order {
		order[i] = i
	}
	distance := func(i int) int {
		if near, ok := g.near[pairs[i].Package()]; ok && !pairs[i].Unchanged {
			return near
		}
		return math.MaxInt
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(distance(a), distance(b)) })
	return order
}
