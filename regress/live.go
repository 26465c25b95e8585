package regress

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// live measures two sides on this machine, one after the other in turn, and judges as it goes.
type live struct {
	settings
	name     string // the test's
	dir      string // its folder
	scratch  *testbin.Scratch
	repo     *testbin.Repo
	sides    [2]*side // baseline, candidate
	progress func(format string, args ...any)
	out      *output
	doc      *report.Document
}

// side is one of the two things measured.
type side struct {
	name   string // "baseline", "candidate"
	source source
	tree   *testbin.Tree              // nil: the work tree
	bins   map[string]*testbin.Binary // by import path
	smoke  benchdata.Set              // one run of every benchmark, for its structure
	env    []string
}

const (
	baselineSide  = 0
	candidateSide = 1
)

// run measures and judges. What it finds is in l.doc; the error says why there is nothing to find.
func (l *live) run(ctx context.Context) (err error) {
	if l.scratch, err = testbin.NewScratch(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.scratch.Close()) }()
	if err := l.build(ctx); err != nil {
		return err
	}
	if err := l.discover(ctx); err != nil {
		return err
	}
	release, err := l.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	return l.measure(ctx)
}

// lock waits until no other gate measures on this machine.
func (l *live) lock(ctx context.Context) (release func(), err error) {
	release, err = testbin.Lock(ctx, testbin.LockPath(), func(holder string) {
		l.progress("another gate is measuring on this machine (%s): waiting for it", holder)
	})
	if err != nil {
		return nil, fmt.Errorf("another gate is measuring on this machine: %w", err)
	}
	return release, nil
}

// build compiles every package of both sides.
func (l *live) build(ctx context.Context) error {
	for _, s := range l.sides {
		s.bins = map[string]*testbin.Binary{}
		if s.source.commit == nil {
			continue
		}
		tree, err := l.scratch.Worktree(ctx, l.repo, *s.source.commit)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		s.tree = tree
	}
	packages, err := l.packages(ctx)
	if err != nil {
		return err
	}
	for _, pkg := range packages {
		for i, s := range l.sides {
			if i == candidateSide && l.sides[baselineSide].tree == nil && s.tree == nil {
				s.bins = l.sides[baselineSide].bins // the work tree against itself
				continue
			}
			if err := l.buildPackage(ctx, s, pkg); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	if len(l.sides[candidateSide].bins) == 0 {
		return fmt.Errorf("no test files in %s: a gate measures benchmarks", strings.Join(l.settings.packages, " "))
	}
	l.compareBinaries()
	return nil
}

// place is where a package stands in each side's tree.
type place struct {
	path string // import path
	dir  string // relative to the top of the tree; absolute when there is no repository
}

// packages finds the packages of both sides: the patterns may match some that only the baseline has.
func (l *live) packages(ctx context.Context) ([]place, error) {
	var all []place
	for i, s := range []*side{l.sides[candidateSide], l.sides[baselineSide]} {
		dir, err := l.in(s, l.dir)
		if err != nil {
			return nil, err
		}
		patterns := l.settings.packages
		if i > 0 { // a package named by itself that the baseline lacks is a new one
			patterns = slices.DeleteFunc(slices.Clone(patterns), func(p string) bool { return !strings.Contains(p, "...") })
			if len(patterns) == 0 || l.sides[candidateSide].tree == s.tree {
				continue
			}
		}
		find := testbin.Packages
		if s.tree != nil {
			find = s.tree.Packages
		}
		packages, err := find(ctx, dir, patterns...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		for _, pkg := range packages {
			at := pkg.Dir
			if l.repo != nil {
				if at, err = filepath.Rel(l.top(s), pkg.Dir); err != nil {
					return nil, err
				}
			}
			if p := (place{pkg.ImportPath, at}); !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all, nil
}

// top is the top of the side's tree.
func (l *live) top(s *side) string {
	if s.tree != nil {
		return s.tree.Dir
	}
	return l.repo.Root
}

// in is the folder of the side's tree that corresponds to dir in the work tree.
func (l *live) in(s *side, dir string) (string, error) {
	if s.tree == nil {
		return filepath.EvalSymlinks(dir)
	}
	return s.tree.Locate(dir)
}

// buildPackage compiles one package of one side, if the side has it and it has tests.
func (l *live) buildPackage(ctx context.Context, s *side, pkg place) error {
	dir := pkg.dir
	if l.repo != nil {
		dir = filepath.Join(l.top(s), pkg.dir)
	}
	began := time.Now()
	bin, err := l.scratch.Build(ctx, dir)
	if errors.Is(err, testbin.ErrNoPackage) || errors.Is(err, testbin.ErrNoTests) {
		return nil
	}
	if err != nil {
		return err
	}
	l.progress("%s: built %s in %.1f s", s.name, pkg.path, time.Since(began).Seconds())
	for _, warning := range bin.Warnings {
		l.note(s.name + ": " + warning)
	}
	s.bins[pkg.path] = bin
	return nil
}

// compareBinaries notes when nothing has changed.
func (l *live) compareBinaries() {
	baseline, candidate := l.sides[baselineSide].bins, l.sides[candidateSide].bins
	for path, bin := range candidate {
		if other := baseline[path]; other == nil || other.SHA256 != bin.SHA256 {
			return
		}
	}
	if len(baseline) == len(candidate) {
		l.note("the test binaries of both sides are identical: nothing changed, what differs is noise" + l.unlessPlanted())
	}
}

func (l *live) unlessPlanted() string {
	if l.plant.IsZero() {
		return ""
	}
	return " and the planted slowdown"
}

// goVersion is the Go version of all binaries; empty when they differ, as after a change of toolchain.
func (l *live) goVersion() string {
	version := ""
	for _, s := range l.sides {
		for _, bin := range s.bins {
			if version != "" && version != bin.GoVersion {
				return ""
			}
			version = bin.GoVersion
		}
	}
	return version
}

func (l *live) note(text string) {
	if !slices.Contains(l.doc.Notes, text) {
		l.doc.Notes = append(l.doc.Notes, text)
	}
}

// results are what a side has measured, as policy sees it.
func results(s *benchdata.Set) policy.Results {
	r := policy.Results{Better: map[string]policy.Direction{}}
	for unit, better := range s.Better {
		r.Better[unit] = policy.Lower
		if better > 0 {
			r.Better[unit] = policy.Higher
		}
	}
	for _, b := range s.Benchmarks {
		r.Benchmarks = append(r.Benchmarks, benchmark(b))
	}
	return r
}

func benchmark(b benchdata.Benchmark) policy.Benchmark {
	out := policy.Benchmark{Package: b.Pkg, Name: b.Name, Procs: b.Procs, Metrics: map[string][]float64{}}
	for i, run := range b.Runs {
		if i == 0 || run.Iters < out.Requests {
			out.Requests = run.Iters
		}
		for _, v := range run.Values {
			out.Metrics[v.Unit] = append(out.Metrics[v.Unit], v.Value)
		}
	}
	return out
}
