package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/samecode"
)

// errInputs means that the same code may have been given other work.
var errInputs = errors.New("the folders named testdata differ")

// compareCode finds out whether the code that the benchmark runs is the same on both sides, where that would explain what was seen:
// the binaries differ, and a time differs by more than the limits. A slowdown that was planted, or a server, is not in the code.
func (m *measurement) compareCode(ctx context.Context) {
	g, path := m.gate, m.pair.Package()
	baseline, candidate := g.sides[baselineSide], g.sides[candidateSide]
	if m.problem.Code != "" || !slices.ContainsFunc(m.judging.Verdicts(), judge.Doubts) || !g.order.Plant.IsZero() ||
		g.take != nil || baseline.source.Address != "" || candidate.source.Address != "" ||
		baseline.bins[path].SHA256 == candidate.bins[path].SHA256 {
		return
	}
	defer g.spend("compared code", time.Now())
	same, err := g.sameCode(ctx, path, m.pair.Name())
	switch {
	case errors.Is(err, errInputs):
		g.note(fmt.Sprintf("%s: the code is the same on both sides but for addresses, but %v: what they hold may make the difference",
			m.pair.Name(), err))
	case err != nil: // it is no more than not known
		g.order.Display.Say("%s: %v", m.pair.Name(), err)
	default:
		m.sameCode = same
	}
}

// sameCode is the number of functions that a benchmark may run if all are the same on both sides; else 0.
func (g *gate) sameCode(ctx context.Context, path, benchmark string) (int, error) {
	var packages [2][]samecode.Package
	for i, s := range g.sides {
		archives, err := s.bins[path].Archives(ctx)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", s.name, err)
		}
		for _, a := range archives {
			packages[i] = append(packages[i], samecode.Package{Path: a.ImportPath, File: a.File, Standard: a.Standard})
		}
	}
	function, _, _ := strings.Cut(benchmark, "/")
	result, err := samecode.Compare(packages[baselineSide], packages[candidateSide], path, "Benchmark"+function)
	if err != nil || !result.Same() {
		return 0, err
	}
	var folders [2]string
	for i, s := range g.sides {
		folders[i] = s.bins[path].Dir
	}
	for top := len(g.top(g.sides[candidateSide])); ; {
		same, err := sameFiles(filepath.Join(folders[0], "testdata"), filepath.Join(folders[1], "testdata"))
		if err != nil {
			return 0, err
		}
		if !same {
			return 0, errInputs
		}
		if len(folders[candidateSide]) <= top {
			return result.Functions, nil
		}
		folders = [2]string{filepath.Dir(folders[0]), filepath.Dir(folders[1])}
	}
}

// mostInput is how many bytes of files are compared: more are not known to be the same.
const mostInput = 1 << 30

// sameFiles reports whether two folders hold the same, both nothing if they are not there.
func sameFiles(baseline, candidate string) (bool, error) {
	var listed [2][]string
	for i, root := range []string{baseline, candidate} {
		size := int64(0)
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && path == root {
				return fs.SkipAll
			}
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := entry.Info()
			if err != nil {
				return err
			}
			if size += info.Size(); size > mostInput || !info.Mode().IsRegular() {
				return errInputs
			}
			relative, err := filepath.Rel(root, path)
			listed[i] = append(listed[i], relative)
			return err
		})
		if err != nil {
			return false, err
		}
	}
	if !slices.Equal(listed[0], listed[1]) {
		return false, nil
	}
	for _, name := range listed[0] {
		a, err := os.ReadFile(filepath.Join(baseline, name))
		if err != nil {
			return false, err
		}
		b, err := os.ReadFile(filepath.Join(candidate, name))
		if err != nil || !bytes.Equal(a, b) {
			return false, err
		}
	}
	return true, nil
}
