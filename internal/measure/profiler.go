package measure

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/google/pprof/profile"

	"github.com/tailgate-go/tailgate/internal/growth"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// profileKind is a profile that package testing writes.
type profileKind struct {
	name       string   // of what it counts
	file       string   // a word for file names
	flags      []string // of a test binary; the first is completed by a file's name
	sampleType string   // as in the profile
	unit       string
	measured   string // the unit in which package testing measures what the profile counts, or what it is to explain
}

var (
	processor = profileKind{
		name: "CPU time", file: "cpu", flags: []string{"-test.cpuprofile="}, sampleType: "cpu", unit: "ns", measured: "ns/op",
	}
	memory = profileKind{
		name: "allocated memory", file: "memory", flags: []string{"-test.memprofile=", "-test.memprofilerate=1"},
		sampleType: "alloc_space", unit: "B", measured: "B/op",
	}
	waiting = profileKind{
		name: "waiting", file: "block", flags: []string{"-test.blockprofile=", "-test.blockprofilerate=1"},
		sampleType: "delay", unit: "ns", measured: "ns/op",
	}
)

// profiler profiles both sides of a benchmark.
type profiler struct {
	measurement *measurement // how both sides are made to serve
	of          profileKind
	dir         string // where processes write
	module      growth.Module
	profiled    [2]profiled
}

// profiled is what the profiles of one side say.
type profiled struct {
	costs    *growth.Profiles
	all      []*profile.Profile
	measured float64 // of n requests, in the kind's unit
	n        float64
}

func (g *gate) newProfiler(pair judge.Pair, of profileKind) (*profiler, error) {
	m := &measurement{ // of no verdict: no budget holds
		gate: g, pair: pair, inDuet: pair.Noise.Method == "duet", sides: []int{baselineSide, candidateSide},
		shape: g.shapeOf(pair.ID()),
	}
	m.plain = m.inDuet && !m.recorded()
	p := &profiler{measurement: m, of: of}
	var err error
	if p.dir, err = os.MkdirTemp(g.scratch.Dir, "profile-"); err != nil {
		return nil, err
	}
	for _, i := range m.sides {
		if p.module, err = growth.ReadModule(g.sides[i].bins[pair.Package()].Path); err != nil {
			return nil, err
		}
		p.profiled[i].costs = growth.NewProfiles(p.module)
		m.flags[i] = append([]string{of.flags[0] + p.file(i)}, of.flags[1:]...)
	}
	return p, nil
}

func (p *profiler) file(i int) string {
	return filepath.Join(p.dir, p.measurement.gate.sides[i].name+".pb.gz")
}

// launch starts each side once more, lets it serve for about so long, and adds what the profiles say.
func (p *profiler) launch(ctx context.Context, long time.Duration) error {
	measure := p.measurement.wholeRuns
	if p.measurement.inDuet {
		measure = p.measurement.duet
	}
	began := time.Now()
	p.measurement.long = long / 3 // of a whole run: two sides, and what comes before
	l, err := measure(ctx, math.MaxInt, func() bool { return time.Since(began) >= long })
	if err != nil {
		return err
	}
	for i := range p.profiled {
		if err := p.add(i, l); err != nil {
			return fmt.Errorf("%s: %w", p.measurement.gate.sides[i].name, err)
		}
	}
	return nil
}

// mostOfProfile is how many bytes of a profile are read: it is written by the code under test.
const mostOfProfile = 64 << 20

func (p *profiler) add(i int, l launch) error {
	f, err := os.Open(p.file(i))
	if err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(f, mostOfProfile+1))
	err = errors.Join(err, f.Close(), os.Remove(p.file(i)))
	if err == nil && len(data) > mostOfProfile {
		err = fmt.Errorf("a profile of over %d MiB", mostOfProfile>>20)
	}
	if err != nil {
		return err
	}
	prof, err := parseProfile(data)
	if err != nil {
		return err
	}
	s := &p.profiled[i]
	run := l.round.runs[i]
	requests := run.Iters
	if value, ok := run.Value(p.of.measured); ok {
		s.measured += value * float64(requests)
		s.n += float64(requests)
	}
	if requests == 0 {
		return errors.New("no requests were served")
	}
	s.costs.Add(prof, p.of.sampleType, int64(requests+l.warmed))
	s.all = append(s.all, prof)
	return nil
}

// parseProfile reads a profile. profile.Parse would unpack what was packed to a thousandth of its size, whatever that is.
func parseProfile(data []byte) (*profile.Profile, error) {
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		packed, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("profile: %w", err)
		}
		data, err = io.ReadAll(io.LimitReader(packed, mostOfProfile+1))
		if err != nil {
			return nil, fmt.Errorf("profile: %w", err)
		}
		if len(data) > mostOfProfile {
			return nil, fmt.Errorf("a profile of over %d MiB, unpacked", mostOfProfile>>20)
		}
	}
	prof, err := profile.ParseUncompressed(data)
	if err == nil {
		err = prof.CheckValid()
	}
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	return prof, nil
}

// measured is what a request took, or allocated, in the turns that were profiled; zero when not known of both sides.
func (p *profiler) measured() report.Costs {
	baseline, candidate := &p.profiled[baselineSide], &p.profiled[candidateSide]
	if baseline.n == 0 || candidate.n == 0 {
		return report.Costs{}
	}
	return report.Costs{Baseline: baseline.measured / baseline.n, Candidate: candidate.measured / candidate.n}
}

var notPlain = regexp.MustCompile(`[^A-Za-z0-9.=_-]+`)

// plainName is a benchmark's name for a file and a shell, and no longer than either likes.
func plainName(name string) string {
	name = notPlain.ReplaceAllString(name, "_")
	return name[:min(len(name), 100)]
}

// save saves the profiles of both sides in the folder profiles of the folder of results, the baseline's as if it had served as many
// requests as the candidate. The command shows their difference, from that folder.
func (p *profiler) save(results *output.Folder) (command string, err error) {
	base := fmt.Sprintf("%d-%s.%s.", len(p.measurement.gate.order.Doc.Causes)+1, plainName(p.measurement.pair.Name()), p.of.file)
	for i := range p.profiled {
		merged, err := profile.Merge(p.profiled[i].all)
		if err != nil {
			return "", err
		}
		if i == baselineSide {
			merged.Scale(float64(p.profiled[candidateSide].costs.Requests) / float64(p.profiled[baselineSide].costs.Requests))
		}
		if err := results.Profile(base+p.measurement.gate.sides[i].name+".pb.gz", merged.Write); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("go tool pprof -http=: -sample_index=%s -diff_base=profiles/%sbaseline.pb.gz profiles/%[2]scandidate.pb.gz",
		p.of.sampleType, base), nil
}

// compareLines has the profiles' lines compared by where they were in the baseline's files, as far as these are of the module that
// is tested, and can be read: else by their numbers.
func (p *profiler) compareLines(ctx context.Context) {
	pkg, sides := p.measurement.pair.Package(), p.measurement.gate.sides
	from, to := sides[baselineSide].bins[pkg].Dir, sides[candidateSide].bins[pkg].Dir
	moved := map[string]testbin.Moved{}
	p.profiled[candidateSide].costs.Was = func(file string, line int64) int64 {
		of, known := moved[file]
		if earlier, later := p.module.Source(file, pkg, from), p.module.Source(file, pkg, to); !known && earlier != "" && later != "" {
			of, _ = testbin.ReadMoved(ctx, earlier, later)
			moved[file] = of
		}
		return of.Was(line)
	}
}
