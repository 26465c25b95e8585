package shards

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// Merged is all shards of one gate, in order.
type Merged struct {
	judge  judge.Judge
	shards []left
}

// left is what one shard left.
type left struct {
	found   Found
	verdict report.Document
	sets    []*benchdata.Set // rounds of each side, by its place; empty sets where nothing was measured
}

// readShard reads what stands beside a manifest.
func readShard(f Found) (s left, err error) {
	s.found = f
	if s.verdict, err = readVerdict(filepath.Join(f.Dir, output.Verdict)); err != nil {
		return s, err
	}
	for side, name := range output.Sides(f.Anchor != nil) {
		rounds, set := 0, &benchdata.Set{}
		for _, b := range f.Benchmarks {
			if b.Measured != nil && b.partakes(side) {
				rounds += b.Measured.Rounds
			}
		}
		if rounds > 0 {
			if set, err = benchdata.ReadFiles(filepath.Join(f.Dir, name)); err != nil {
				return s, err
			}
		}
		s.sets = append(s.sets, set)
	}
	return s, s.check()
}

// check says if there are results of what this shard has not measured.
func (s left) check() error {
	for _, set := range s.sets {
		for _, b := range set.Benchmarks {
			if !slices.ContainsFunc(s.found.Benchmarks, func(m Benchmark) bool {
				return m.Measured != nil && m.ID == b.ID
			}) {
				return fmt.Errorf("%s has results of %s, which this shard did not measure", set.Source, b.Name)
			}
		}
	}
	return nil
}

// rounds are the rounds of a benchmark on a side; none if the side does not exist.
func (s left) rounds(side int, m Benchmark) benchdata.Benchmark {
	if side < len(s.sets) {
		for _, b := range s.sets[side].Benchmarks {
			if m.ID == b.ID {
				return b
			}
		}
	}
	return benchdata.Benchmark{ID: m.ID}
}

// Report fills doc with one report on all shards.
func (m *Merged) Report(doc *report.Document) error {
	pairs, err := m.pairs()
	if err != nil {
		return err
	}
	plan := m.judge.Plan(judge.Family(pairs))
	verdicts := make([][]policy.Verdict, len(pairs))
	var errs []error
	for i, b := range m.shards[0].found.Benchmarks {
		s := m.shards[b.Shard-1]
		j, err := m.judged(pairs[i], s, s.found.Benchmarks[i], plan)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", s.found, b.Name, err))
			continue
		}
		pairs[i], verdicts[i] = j.pair, j.verdicts
		if len(j.detail.Series) > 0 {
			doc.Details = append(doc.Details, j.detail)
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for _, s := range m.shards {
		if err := s.agrees(m.judge, pairs, verdicts); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.found, err))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	doc.Report = m.judge.Report(pairs, verdicts)
	m.describe(doc)
	return nil
}

// pairs are all benchmarks of the gate, as each shard's own smoke runs found them.
func (m *Merged) pairs() ([]judge.Pair, error) {
	var sides [3]judge.Results
	for i, b := range m.shards[0].found.Benchmarks {
		own := m.shards[b.Shard-1].found.Benchmarks[i]
		for side, smoke := range []*Smoke{own.Baseline, own.Candidate, own.Anchor} {
			if smoke == nil {
				continue
			}
			values := judge.Benchmark{
				ID: b.ID, Requests: smoke.Requests, Metrics: map[string][]float64{},
			}
			for _, metric := range smoke.Metrics {
				values.Metrics[metric.Unit] = metric.Values
			}
			sides[side].Benchmarks = append(sides[side].Benchmarks, values)
		}
	}
	pairs := m.judge.Pairs(sides[baselineSide], sides[candidateSide])
	if m.shards[0].found.Anchor != nil {
		judge.Anchored(pairs, sides[anchorSide])
	}
	for i, b := range m.shards[0].found.Benchmarks {
		if p := pairs[i]; p.ID() != b.ID {
			return nil, fmt.Errorf("%s: its benchmarks are not in the order in which a gate finds them: it was edited", m.shards[0].found)
		}
		since := pairs[i].Since
		if b.Unchanged && !pairs[i].Comparable() || b.AnchorUnchanged && (since == nil || !since.Comparable()) {
			return nil, fmt.Errorf("%s: %s: it is said to be unchanged, and there is nothing to judge of it", m.shards[0].found, b.Name)
		}
		if pairs[i].Unchanged = b.Unchanged; since != nil {
			since.Unchanged = b.AnchorUnchanged
		}
	}
	return pairs, nil
}

// judged judges one benchmark as its shard did.
func (m *Merged) judged(pair judge.Pair, s left, b Benchmark, plan judge.Plan) (judged, error) {
	better := judge.Declared{Baseline: declaredBy(s.found.Baseline), Candidate: declaredBy(s.found.Candidate)}
	if s.found.Anchor != nil {
		better.Anchor = declaredBy(*s.found.Anchor)
	}
	switch {
	case b.Measured != nil && !pair.Measurable() && (!pair.New() || b.Measured.Problem == nil):
		return judged{}, errors.New("it was measured, and there is nothing to judge of it")
	case b.Measured == nil && pair.Measurable():
		return judged{}, errors.New("it was to be measured, and was not")
	case b.Measured == nil:
		return judged{pair: pair, verdicts: m.judge.Sequence(pair, plan, better).Verdicts()}, nil
	}
	return replay{
		judge: m.judge, plan: plan, better: better, pair: pair, of: b, how: *b.Measured,
		rounds: [3]benchdata.Benchmark{s.rounds(baselineSide, b), s.rounds(candidateSide, b), s.rounds(anchorSide, b)},
	}.run()
}

// declaredBy are the directions that a side's Unit lines declared.
func declaredBy(s Side) map[string]policy.Direction {
	declared := map[string]policy.Direction{}
	for _, d := range s.Better {
		declared[d.Unit] = policy.Direction(d.Better)
	}
	return declared
}

func sideOf(s Side) report.Side {
	return report.Side{What: s.What, Why: s.Why, Commit: s.Commit, Dirty: s.Dirty}
}

// agrees says if the shard's own verdict.json has other verdicts than those that follow from its rounds.
func (s left) agrees(j judge.Judge, pairs []judge.Pair, verdicts [][]policy.Verdict) error {
	if s.verdict.Error != "" {
		return errors.New("its gate ended with: " + s.verdict.Error)
	}
	own := slices.Clone(pairs)
	for i := range own {
		own[i].Elsewhere = s.found.Benchmarks[i].Shard != s.found.Shard
	}
	want := j.Report(own, verdicts).Verdicts
	if len(want) != len(s.verdict.Report.Verdicts) {
		return fmt.Errorf("verdict.json has %d verdicts, and its rounds lead to %d: it was edited",
			len(s.verdict.Report.Verdicts), len(want))
	}
	for i, v := range s.verdict.Report.Verdicts {
		if !report.SameVerdict(v, want[i]) {
			return fmt.Errorf("verdict.json says %q of %s %s, and its rounds lead to %q: it was edited",
				v.Outcome, v.Name, v.Unit, want[i].Outcome)
		}
	}
	return nil
}
