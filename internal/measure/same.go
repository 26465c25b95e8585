package measure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/samecode"
	"github.com/tailgate-go/tailgate/policy"
)

// errInputs means that the same code may have been given other work.
var errInputs = errors.New("a file differs that it may read")

// compareCode finds out whether the code that the benchmark runs is the same on the candidate's side and in place i, if the
// binaries differ. A slowdown that was planted, or a server, is not in the code.
func (m *measurement) compareCode(ctx context.Context, i int) {
	g, pkg := m.gate, m.pair.Package()
	other, candidate := g.sides[i], g.sides[candidateSide]
	if m.like[i].compared || !g.order.Plant.IsZero() || g.take != nil ||
		other.source.Address != "" || candidate.source.Address != "" || other.bins[pkg].SHA256 == candidate.bins[pkg].SHA256 {
		return
	}
	m.like[i].compared = true
	defer g.spend("compared code", time.Now())
	same, err := g.same(g, ctx, i, pkg, m.pair.Name())
	switch {
	case errors.Is(err, errInputs):
		m.note(fmt.Sprintf("the code of the %s and the candidate is the same but for addresses, but %v", other.name, err))
	case err != nil: // it is no more than not known
		g.order.Display.Say("%s: %v", m.pair.Name(), err)
	default:
		m.like[i].sameCode = same
	}
}

// leaveOutSameCode takes the one benchmark of a search for unchanged if all code that it runs is the same on both sides: what its
// times would differ by is how that is laid out. What is no time is measured, as judge.Doubts has it.
func (g *gate) leaveOutSameCode(ctx context.Context) {
	if g.order.Identical || !g.order.Plant.IsZero() {
		return
	}
	defer g.spend("compared code", time.Now())
	for _, pair := range g.pairs() {
		if !pair.Comparable() || slices.ContainsFunc(pair.Rules(), func(r policy.Rule) bool { return !policy.IsSpeed(r.Unit()) }) {
			continue
		}
		if n, err := g.same(g, ctx, baselineSide, pair.Package(), pair.Name()); err == nil && n > 0 { // else it is measured
			g.sides[baselineSide].unchanged[pair.Package()] = true
			g.note(fmt.Sprintf("%s was not measured: all %d functions that it may run are the same on both sides", pair.Name(), n))
		}
	}
}

// comparer is the number of functions that a benchmark may run if all are the same on the candidate's side and in place i; else 0:
// sameCode, but in tests.
type comparer func(g *gate, ctx context.Context, i int, pkg, benchmark string) (int, error)

// sameCode is the number of functions that a benchmark may run if all are the same on the candidate's side and in place i; else 0.
func (g *gate) sameCode(ctx context.Context, i int, pkg, benchmark string) (int, error) {
	if !slices.Equal(g.sides[i].bins[pkg].Settings, g.sides[candidateSide].bins[pkg].Settings) {
		return 0, errors.New("the sides are built with other settings")
	}
	s := g.sides[i]
	if s.code.sides == nil || s.code.pkg != pkg {
		others, err := g.archives(ctx, i, pkg)
		if err != nil {
			return 0, err
		}
		own, err := g.archives(ctx, candidateSide, pkg)
		if err != nil {
			return 0, err
		}
		sides, err := samecode.Load(others, own)
		if err != nil {
			return 0, err
		}
		s.code.pkg, s.code.sides = pkg, sides
	}
	function, _, _ := strings.Cut(benchmark, "/")
	result, err := s.code.sides.Compare(pkg, "Benchmark"+function)
	if err != nil || !result.Same() {
		return 0, err
	}
	return result.Functions, s.sameInputs(pkg)
}

// compared is the code of two sides that was compared last: the benchmarks of a package come one after the other.
type compared struct {
	pkg   string
	sides *samecode.Sides
}

// archives are what the binary of side i links for a package.
func (g *gate) archives(ctx context.Context, i int, pkg string) ([]samecode.Package, error) {
	s := g.sides[i]
	archives, err := s.bins[pkg].Archives(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	var packages []samecode.Package
	for _, a := range archives {
		if !a.Standard && len(a.Links) > 0 {
			return nil, fmt.Errorf("%s: %s links C code that cannot be compared: %s", s.name, a.ImportPath, strings.Join(a.Links, " "))
		}
		packages = append(packages, samecode.Package{Path: a.ImportPath, File: a.File, Standard: a.Standard})
	}
	return packages, nil
}

// sameInputs is an errInputs if a file differs from the candidate's that the benchmarks of a package read when they were tried, or
// may read. What is written in Go is code, which is compared itself.
func (s *side) sameInputs(pkg string) error {
	switch file, known := s.reads[pkg]; {
	case !known:
		return fmt.Errorf("%w: what its package reads is not known", errInputs)
	case file != "":
		return fmt.Errorf("%w: %s", errInputs, file)
	}
	return nil
}
