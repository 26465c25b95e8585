package measure

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/samecode"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// errInputs means that the same code may have been given other work.
var errInputs = errors.New("a file differs that it may read")

// compareCode finds out whether the code that the benchmark runs is the same on both sides, where that would explain what was seen:
// the binaries differ, and a time differs by more than the limits. A slowdown that was planted, or a server, is not in the code.
func (m *measurement) compareCode(ctx context.Context) {
	g, pkg := m.gate, m.pair.Package()
	baseline, candidate := g.sides[baselineSide], g.sides[candidateSide]
	if m.problem.Code != "" || !slices.ContainsFunc(m.judging.Verdicts(), judge.Doubts) || !g.order.Plant.IsZero() ||
		g.take != nil || baseline.source.Address != "" || candidate.source.Address != "" ||
		baseline.bins[pkg].SHA256 == candidate.bins[pkg].SHA256 {
		return
	}
	defer g.spend("compared code", time.Now())
	same, err := g.sameCode(ctx, pkg, m.pair.Name())
	switch {
	case errors.Is(err, errInputs):
		g.note(fmt.Sprintf("%s: the code is the same on both sides but for addresses, but %v", m.pair.Name(), err))
	case err != nil: // it is no more than not known
		g.order.Display.Say("%s: %v", m.pair.Name(), err)
	default:
		m.sameCode = same
	}
}

// sameCode is the number of functions that a benchmark may run if all are the same on both sides; else 0.
func (g *gate) sameCode(ctx context.Context, pkg, benchmark string) (int, error) {
	if !slices.Equal(g.sides[baselineSide].bins[pkg].Settings, g.sides[candidateSide].bins[pkg].Settings) {
		return 0, errors.New("the sides are built with other settings")
	}
	var packages [2][]samecode.Package
	for i, s := range g.sides {
		archives, err := s.bins[pkg].Archives(ctx)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", s.name, err)
		}
		for _, a := range archives {
			packages[i] = append(packages[i], samecode.Package{Path: a.ImportPath, File: a.File, Standard: a.Standard})
		}
	}
	function, _, _ := strings.Cut(benchmark, "/")
	result, err := samecode.Compare(packages[baselineSide], packages[candidateSide], pkg, "Benchmark"+function)
	if err != nil || !result.Same() {
		return 0, err
	}
	return result.Functions, g.sameInputs(ctx)
}

// sameInputs is an errInputs if a file differs that a benchmark may read. What is written in Go is code, which is compared itself.
func (g *gate) sameInputs(ctx context.Context) error {
	baseline := g.sides[baselineSide].source.Commit
	if baseline == nil {
		return errors.New("the baseline is no commit: whether its files are the same is not known")
	}
	changed, err := testbin.Changed(ctx, g.top(g.sides[candidateSide]), *baseline)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(changed, isInput); i >= 0 {
		return fmt.Errorf("%w: %s", errInputs, changed[i])
	}
	return nil
}

// isInput reports whether a benchmark may read the file.
func isInput(name string) bool {
	switch path.Ext(name) {
	case ".go", ".mod", ".sum", ".work", ".md":
		return slices.Contains(strings.Split(name, "/"), "testdata")
	}
	return true
}
