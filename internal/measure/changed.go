package measure

import (
	"context"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/internal/testsource"
)

// compareTests finds out whether the benchmark itself is the same on the candidate's side and in place i, where they differ by more
// than the limits. What cannot be compared is taken for changed.
func (m *measurement) compareTests(ctx context.Context, i int) {
	g := m.gate
	if m.problem.Code != "" || g.sides[i].tree == nil || g.take != nil || m.like[i].sameCode > 0 ||
		!slices.ContainsFunc(m.verdicts(i), judge.IsBeyond) {
		return
	}
	defer g.spend("compared tests", time.Now())
	differs, err := g.differs(ctx, g.sides[i], m.pair.Package(), m.pair.Name())
	if err != nil {
		differs = strings.ToValidUTF8(err.Error(), "?")
	}
	m.like[i].changed = differs
}

// differs is what differs of a benchmark's own source and of its package's testdata from those of side s; empty if nothing does.
func (g *gate) differs(ctx context.Context, s *side, pkg, benchmark string) (string, error) {
	candidate := g.sides[candidateSide]
	function, _, _ := strings.Cut(benchmark, "/")
	from := candidate.bins[pkg].Dir
	if name, err := testsource.Differs(s.bins[pkg].Dir, from, "Benchmark"+function); name != "" || err != nil {
		return name, err
	}
	dir, err := filepath.Rel(g.top(candidate), from)
	if err != nil {
		return "", err
	}
	changed, err := g.changed(ctx, s)
	if err != nil {
		return "", err
	}
	at := filepath.ToSlash(dir)
	if data := changedData(at, changed); data != "" || holder(at, changed) == "" {
		return data, nil
	}
	return differentData([2]string{g.top(s), g.top(candidate)}, at)
}

// changedData is the first of the files that is below the testdata of the package in dir; empty if none is.
func changedData(dir string, files []string) string {
	testdata := path.Join(dir, "testdata")
	for _, file := range files {
		if isBelow(file, testdata) {
			return file
		}
	}
	return ""
}

// changed are the files that differ between what is measured of the candidate and of side s, as paths from the top; but for those
// that were laid over that side's.
func (g *gate) changed(ctx context.Context, s *side) ([]string, error) {
	files, err := testbin.Changed(ctx, g.top(g.sides[candidateSide]), *s.source.Commit)
	return slices.DeleteFunc(files, func(file string) bool { return s.laid[file] }), err
}
