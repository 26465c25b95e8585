package measure

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// build compiles every package of all sides.
func (g *gate) build(ctx context.Context) error {
	if g.order.Program != nil {
		return g.program()
	}
	began := time.Now()
	for _, s := range g.sides {
		s.bins, s.links = map[string]*testbin.Binary{}, map[string]*links{}
		s.looked, s.laid = map[string]looked{}, map[string]bool{}
		if s.source.Commit == nil {
			continue
		}
		tree, err := g.scratch.Worktree(ctx, g.order.Repo, *s.source.Commit)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		s.tree = tree
	}
	var err error
	g.places, err = g.packages(ctx)
	g.spend("checked out", began)
	if err != nil {
		return err
	}
	began = time.Now()
	err = g.buildSides(ctx, g.places)
	g.spend("built", began)
	if err != nil {
		return err
	}
	if len(g.sides[candidateSide].bins) == 0 {
		return failure(policy.NoBenchmarks, policy.Facts{Words: []string{strings.Join(g.order.Packages, " ")}})
	}
	return nil
}

// place is where a package stands in each side's tree.
type place struct {
	path string // import path
	dir  string // relative to the top of the tree; absolute when there is no repository
}

// packages finds the packages of both sides: the patterns may match some that only the baseline has.
func (g *gate) packages(ctx context.Context) ([]place, error) {
	var all []place
	for i, s := range []*side{g.sides[candidateSide], g.sides[baselineSide]} {
		dir, err := g.in(s, g.order.Dir)
		if err != nil {
			return nil, err
		}
		patterns := g.order.Packages
		if i > 0 { // a package named by itself that the baseline lacks is a new one
			patterns = slices.DeleteFunc(slices.Clone(patterns), func(p string) bool { return !strings.Contains(p, "...") })
			if len(patterns) == 0 || g.sides[candidateSide].tree == s.tree {
				continue
			}
		}
		find := testbin.Packages
		if s.tree != nil {
			find = s.tree.Packages
		}
		for _, pattern := range patterns {
			packages, err := find(ctx, dir, pattern)
			if i > 0 && errors.Is(err, testbin.ErrNoPackage) { // all that it matches is new
				continue
			}
			if err != nil {
				return nil, unbuilt(s.name, err)
			}
			for _, pkg := range packages {
				at := pkg.Dir
				if g.order.Repo != nil {
					if at, err = filepath.Rel(g.top(s), pkg.Dir); err != nil {
						return nil, err
					}
				}
				if p := (place{pkg.ImportPath, at}); !slices.Contains(all, p) {
					all = append(all, p)
				}
			}
		}
	}
	return all, nil
}

// top is the top of the side's tree.
func (g *gate) top(s *side) string {
	if s.tree != nil {
		return s.tree.Dir
	}
	return g.order.Repo.Root
}

// in is the folder of the side's tree that corresponds to dir in the work tree.
func (g *gate) in(s *side, dir string) (string, error) {
	if s.tree == nil {
		return filepath.EvalSymlinks(dir)
	}
	return s.tree.Locate(dir)
}

// built is a package of a side that was compiled; without a binary one that the side lacks, or that has no tests.
type built struct {
	side *side
	path string
	bin  *testbin.Binary
	took time.Duration
	err  error
}

// buildSides compiles the packages of all sides at once: the linker, which takes most of the time, keeps one CPU busy.
// (Two links of ./workload, on two shared cores, load 17 to 28, November 2026: 10 to 22 s in turn, 8.5 to 17 s at once.) Nothing
// is measured meanwhile: beside builds a gate takes 16 rounds where it takes 11 when quiet (docs/accuracy.md),
// which is longer than they take.
func (g *gate) buildSides(ctx context.Context, packages []place) error {
	sides := g.sides
	same := g.sides[baselineSide].tree == nil && g.sides[candidateSide].tree == nil // the work tree against itself
	if same {
		sides = slices.DeleteFunc(slices.Clone(sides), func(s *side) bool { return s == g.sides[candidateSide] })
	}
	results := make(chan built)
	var building sync.WaitGroup
	for _, s := range sides {
		building.Go(func() {
			for _, pkg := range packages {
				if g.order.Only != "" && pkg.path != g.order.Only {
					continue
				}
				b := g.buildPackage(ctx, s, pkg)
				results <- b
				if b.err != nil {
					return
				}
			}
		})
	}
	go func() { building.Wait(); close(results) }()
	failed := map[*side]error{}
	for b := range results {
		switch {
		case b.err != nil:
			failed[b.side] = unbuilt(b.side.name, b.err)
		case b.bin != nil && testbin.Instrumented(b.bin.Settings) != "":
			failed[b.side] = failure(policy.Instrumented,
				policy.Facts{Side: b.side.name, Words: []string{testbin.Instrumented(b.bin.Settings)}})
		case b.bin != nil:
			g.order.Display.Say("%s: built %s in %.1f s", b.side.name, b.path, b.took.Seconds())
			b.side.bins[b.path] = b.bin
		}
	}
	for _, s := range sides {
		if err := failed[s]; err != nil {
			return err
		}
	}
	for _, s := range sides {
		for _, path := range slices.Sorted(maps.Keys(s.bins)) {
			for _, warning := range s.bins[path].Warnings {
				g.note(s.name + ": " + warning)
			}
		}
	}
	if same {
		g.sides[candidateSide].bins = g.sides[baselineSide].bins
	}
	return nil
}

// buildPackage compiles one package of one side, if the side has it and it has tests.
func (g *gate) buildPackage(ctx context.Context, s *side, pkg place) built {
	dir := pkg.dir
	if g.order.Repo != nil {
		dir = filepath.Join(g.top(s), pkg.dir)
	}
	began := time.Now()
	bin, err := g.scratch.Build(ctx, dir)
	if errors.Is(err, testbin.ErrNoPackage) || errors.Is(err, testbin.ErrNoTests) {
		bin, err = nil, nil
	}
	return built{s, pkg.path, bin, time.Since(began), err}
}

// compareBinaries notes when no code has changed, and is measured all the same.
func (g *gate) compareBinaries() {
	if g.sides[baselineSide].source.Address != "" {
		return // the servers differ, or not: who knows
	}
	baseline, candidate := g.sides[baselineSide].bins, g.sides[candidateSide].bins
	for path, bin := range candidate {
		if other := baseline[path]; other == nil || other.SHA256 != bin.SHA256 || g.sides[baselineSide].unchanged[path] {
			return
		}
	}
	if len(baseline) == len(candidate) {
		planted := ""
		if !g.order.Plant.IsZero() {
			planted = ", the planted slowdown"
		}
		g.note("the test binaries of both sides are identical: only noise" + planted + " and the files that they read can differ")
	}
}

// goVersion is the Go version of all binaries of those sides; empty when they differ, as after a change of toolchain.
func goVersion(sides ...*side) string {
	version := ""
	for _, s := range sides {
		for _, bin := range s.bins {
			if version != "" && version != bin.GoVersion {
				return ""
			}
			version = bin.GoVersion
		}
	}
	return version
}
