package measure

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// shareTests lays the candidate's tests over those of each other side.
func (g *gate) shareTests(ctx context.Context) error {
	for _, i := range g.others() {
		if err := g.shareTestsWith(ctx, g.sides[i]); err != nil {
			return err
		}
	}
	return nil
}

// shareTestsWith lays the candidate's tests over those of side s, package by package, where they build and run there: then what a
// benchmark is given and how it is written is the same on both sides, and the code alone differs. What code embeds is a part of it,
// and stays. The side was built and tried with its own tests before. What only those have was removed, and is known by them.
func (g *gate) shareTestsWith(ctx context.Context, s *side) error {
	candidate := g.sides[candidateSide]
	if s.tree == nil || g.order.OwnTests {
		return nil
	}
	changed, err := testbin.Changed(ctx, g.top(candidate), *s.source.Commit)
	if err != nil {
		return err
	}
	embedded, err := g.embedded(ctx, s, changed)
	if err != nil {
		return err
	}
	files, packages := 0, 0
	var apart []string
	var because error
	for _, pkg := range g.places {
		tests := testsOf(filepath.ToSlash(pkg.dir), changed)
		tests = slices.DeleteFunc(tests, func(file string) bool { return embedded[file] })
		if len(tests) == 0 || !g.sharable(s, pkg) {
			continue
		}
		had := s.bins[pkg.path] != nil
		laid, why := g.share(ctx, s, pkg, tests)
		switch {
		case why == nil && laid != nil:
			files, packages = files+len(laid.Files), packages+1
			for _, file := range laid.Files {
				s.laid[file] = true
			}
		case errors.Is(why, errApart) && had: // a package that is new has nothing to fall back on: its benchmarks are added
			apart = append(apart, pkg.path)
			because = errors.Join(because, why)
		case why != nil && !errors.Is(why, errApart):
			return fmt.Errorf("%s: %w", s.name, why)
		}
	}
	if files > 0 {
		g.note(fmt.Sprintf("the %s is measured with the candidate's tests, which differ in %s of %s "+
			"(-regress.tests=own leaves each side its own)", s.name, plural(files, "file"), plural(packages, "package")))
	}
	if len(apart) > 0 {
		of := "each side"
		if s == g.anchor() {
			of = "the anchor"
		}
		g.note(fmt.Sprintf("%s is measured with its own tests in %s: %s", of, strings.Join(apart, ", "), firstLine(s, because)))
	}
	return nil
}

// testsOf are those of the files, by their paths from the top, that are tests of the package in the folder dir or below its
// testdata.
func testsOf(dir string, files []string) []string {
	var tests []string
	for _, file := range files {
		if path.Dir(file) == dir && strings.HasSuffix(file, "_test.go") || isBelow(file, path.Join(dir, "testdata")) {
			tests = append(tests, file)
		}
	}
	slices.Sort(tests)
	return slices.Compact(tests)
}

// embedded are the files, from the top, that code of side s or of the candidate embeds which is no test. They are not looked for
// where none of the files is below a testdata.
func (g *gate) embedded(ctx context.Context, s *side, files []string) (map[string]bool, error) {
	embedded := map[string]bool{}
	if !slices.ContainsFunc(files, func(file string) bool { return strings.Contains("/"+file, "/testdata/") }) {
		return embedded, nil
	}
	for _, of := range []*side{s, g.sides[candidateSide]} {
		found, err := g.reaches(ctx, of)
		if err != nil && !errors.Is(err, testbin.ErrNoPackage) { // the side may have none
			return nil, fmt.Errorf("%s: %w", of.name, err)
		}
		for _, r := range found {
			for _, file := range r.Embedded {
				name, err := filepath.Rel(g.top(of), file)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", of.name, err)
				}
				embedded[filepath.ToSlash(name)] = true
			}
		}
	}
	return embedded, nil
}

// isBelow reports whether a path is dir or below it.
func isBelow(file, dir string) bool { return file == dir || strings.HasPrefix(file, dir+"/") }

// sharable reports whether the candidate has the package there, and side s has it nowhere else.
func (g *gate) sharable(s *side, pkg place) bool {
	for _, of := range []*side{s, g.sides[candidateSide]} {
		bin := of.bins[pkg.path]
		if of != s && bin == nil || bin != nil && bin.Dir != filepath.Join(g.top(of), pkg.dir) {
			return false
		}
	}
	return true
}

// errApart means that the candidate's tests do not go with the code of another side, which has its own again.
var errApart = errors.New("the candidate's do not go with the code")

// share measures the package of side s with these files of the candidate; nil where there are none to lay. The error is errApart,
// or says that the side is not what it was.
func (g *gate) share(ctx context.Context, s *side, pkg place, files []string) (*testbin.Laid, error) {
	laid, err := g.scratch.Lay(ctx, s.tree, g.top(g.sides[candidateSide]), files...)
	if errors.Is(err, testbin.ErrNotLaid) && ctx.Err() == nil {
		return nil, fmt.Errorf("%w of the %s: %w", errApart, s.name, err)
	}
	if err != nil || len(laid.Files) == 0 {
		return nil, err
	}
	err = g.tryShared(ctx, s, pkg)
	if err == nil {
		return laid, nil
	}
	if broken := laid.Lift(); broken != nil || ctx.Err() != nil {
		return nil, errors.Join(err, broken)
	}
	return nil, fmt.Errorf("%w of the %s: %w", errApart, s.name, err)
}

// tryShared builds and tries the package of side s with what lies over it. After an error the side is as it was.
func (g *gate) tryShared(ctx context.Context, s *side, pkg place) error {
	began := time.Now()
	bin, err := g.scratch.Build(ctx, filepath.Join(s.tree.Dir, pkg.dir))
	g.spend("built", began)
	if err != nil {
		return err
	}
	g.order.Display.Say("%s: built %s with the candidate's tests in %.1f s", s.name, pkg.path, time.Since(began).Seconds())
	began = time.Now()
	set, looked, err := g.smoke(ctx, s, bin)
	g.spend("tried", began)
	if err != nil {
		return err
	}
	if s == g.sides[baselineSide] { // what a benchmark reported at an anchor may be gone for long
		set = withRemoved(set, &s.smoke, g.order.Judge.Names)
	}
	smoke, err := merged(pkg.path, set, &s.smoke, &g.sides[candidateSide].smoke)
	if err != nil {
		return err
	}
	s.smoke, s.bins[pkg.path], s.looked[pkg.path] = smoke, bin, looked
	return nil
}

// smoke runs every benchmark of a binary once, and tells what that looked at.
func (g *gate) smoke(ctx context.Context, s *side, bin *testbin.Binary) (set *benchdata.Set, at looked, err error) {
	t := task{
		bench: g.order.Bench, benchtime: "1x", env: append(footprints(g.order.Judge.Needs), duet.SmokeEnv+"=1"), looked: &at,
	}
	if g.order.Program != nil {
		t.looked = nil // it keeps no log, and what differs is the servers
	}
	set, err = g.runBinary(ctx, s, bin, t)
	return set, at, err
}

// merged is what a side has, own, with what a package has with the other side's tests in the place of what it has with its own.
// What only its own have stays: it was removed. The error names one that both sides have with their own tests, and not so.
func merged(pkg string, shared, own, candidate *benchdata.Set) (benchdata.Set, error) {
	has := func(set *benchdata.Set, id policy.ID) bool {
		return slices.ContainsFunc(set.Benchmarks, func(b benchdata.Benchmark) bool { return b.ID == id })
	}
	rest := *own
	rest.Benchmarks = nil
	for _, b := range own.Benchmarks {
		switch {
		case b.Package == pkg && has(shared, b.ID):
		case b.Package == pkg && has(candidate, b.ID):
			return benchdata.Set{}, fmt.Errorf("%s does not run", b.Name)
		default:
			rest.Benchmarks = append(rest.Benchmarks, b)
		}
	}
	all := benchdata.Set{Source: own.Source}
	for _, set := range []*benchdata.Set{shared, &rest} {
		if problems := all.Add(set); len(problems) > 0 {
			return benchdata.Set{}, problems
		}
	}
	slices.SortStableFunc(all.Benchmarks, func(a, b benchdata.Benchmark) int { return strings.Compare(a.Package, b.Package) })
	return all, nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// firstLine is what an error says first that side s led to: of a package that does not build, what the go command says first.
func firstLine(s *side, err error) string {
	if broken, ok := errors.AsType[*testbin.BuildError](err); ok {
		return fmt.Sprintf("the candidate's do not build with the %s's code: %s", s.name, broken.First())
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
