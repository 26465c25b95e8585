package shards

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/few"
)

// Found is a manifest and where it was found.
type Found struct {
	Manifest
	Dir string
}

// String names the shard: "shard 2 of 3 (shards/b)".
func (f Found) String() string { return fmt.Sprintf("shard %d of %d (%s)", f.Shard, f.Of, f.Dir) }

// Agree lists all that forbids judging the shards as one gate: shards that are missing, there twice, or of another gate.
func Agree(found []Found) []string {
	if len(found) == 0 {
		return []string{"there are no shards"}
	}
	var problems []string
	first := found[0]
	for _, f := range found[1:] {
		if problem := first.differs(f); problem != "" {
			problems = append(problems, problem)
		}
	}
	if len(problems) > 0 {
		return problems // how many there should be is not known
	}
	where := map[int][]string{}
	for _, f := range found {
		where[f.Shard] = append(where[f.Shard], f.Dir)
	}
	var missing []string
	for i := 1; i <= first.Of; i++ {
		switch dirs := where[i]; {
		case len(dirs) == 0:
			missing = append(missing, fmt.Sprint(i))
		case len(dirs) > 1:
			problems = append(problems, fmt.Sprintf("shard %d of %d is there %d times: in %s",
				i, first.Of, len(dirs), strings.Join(dirs, " and ")))
		}
	}
	if len(missing) > 0 {
		left := first.of(missing)
		problems = append(problems, fmt.Sprintf("shard %s of %d is missing, which was to measure %s: "+
			"see what became of its job, and let it leave its folder of results", strings.Join(missing, ", "), first.Of, left))
	}
	return problems
}

// of names the benchmarks of the shards.
func (f Found) of(shards []string) string {
	var names []string
	for _, b := range f.Benchmarks {
		if slices.Contains(shards, fmt.Sprint(b.Shard)) {
			names = append(names, b.Name)
		}
	}
	if len(names) == 0 {
		return "nothing"
	}
	return few.Of(names, 5)
}

// differs says why two shards are not of one gate; empty if they are.
func (f Found) differs(o Found) string {
	for _, is := range []struct{ what, one, other string }{
		{"another gate", f.Gate, o.Gate},
		{"a gate of another number of shards", fmt.Sprint(f.Of), fmt.Sprint(o.Of)},
		{"another version of tailgate", f.Tailgate, o.Tailgate},
		{"another policy", f.Policy, o.Policy},
		{"another baseline commit", f.Baseline.commit(), o.Baseline.commit()},
		{"another candidate commit", f.Candidate.commit(), o.Candidate.commit()},
		{"another baseline", f.Baseline.What, o.Baseline.What},
		{"another candidate", f.Candidate.What, o.Candidate.What},
		{"another anchor commit", f.Anchor.or().commit(), o.Anchor.or().commit()},
		{"another anchor", f.Anchor.or().What, o.Anchor.or().What},
		{"another planted slowdown", f.Planted, o.Planted},
		{"another expected outcome", f.Expected, o.Expected},
		{"another baseline binary", binaries(f.Baseline), binaries(o.Baseline)},
		{"another candidate binary", binaries(f.Candidate), binaries(o.Candidate)},
		{"another anchor binary", binaries(f.Anchor.or()), binaries(o.Anchor.or())},
		{"another file of costs", f.Costs, o.Costs},
		{"other trailers of commits", f.accepting(), o.accepting()},
	} {
		if is.one != is.other {
			return fmt.Sprintf("%s is of %s than %s: %s, not %s", o, is.what, f, named(is.other), named(is.one))
		}
	}
	if len(f.Benchmarks) != len(o.Benchmarks) {
		return fmt.Sprintf("%s found %d benchmarks, and %s found %d: a benchmark must be there on every machine",
			o, len(o.Benchmarks), f, len(f.Benchmarks))
	}
	for i, b := range f.Benchmarks {
		if other := o.Benchmarks[i]; other.ID == b.ID &&
			(other.Unchanged != b.Unchanged || other.AnchorUnchanged != b.AnchorUnchanged) {
			return fmt.Sprintf("%s and %s do not agree whether %s is unchanged: the files that it reads, and -regress.identical, "+
				"must be the same on every machine", f, o, b.Name)
		}
		if other := o.Benchmarks[i]; !reflect.DeepEqual(b.structure(), other.structure()) {
			return fmt.Sprintf("%s found the benchmark %s otherwise than %s found %s: "+
				"its name, its units and its shard must be the same on every machine", o, other.Name, f, b.Name)
		}
	}
	if !reflect.DeepEqual(f.Baseline.Better, o.Baseline.Better) || !reflect.DeepEqual(f.Candidate.Better, o.Candidate.Better) ||
		!reflect.DeepEqual(f.Anchor.or().Better, o.Anchor.or().Better) {
		return fmt.Sprintf("%s and %s declare different directions of units: Unit lines must be the same on every machine", f, o)
	}
	return ""
}

// or is the side, or the zero Side if there is none.
func (s *Side) or() Side {
	if s == nil {
		return Side{}
	}
	return *s
}

// accepting are the trailers that the shard heeded, a line each.
func (m Manifest) accepting() string {
	if !m.Accepts {
		return "none are read"
	}
	lines := make([]string, len(m.Trailers))
	for i, t := range m.Trailers {
		lines[i] = fmt.Sprintf("%s (commit %.12s)", t, t.Commit)
	}
	return strings.Join(lines, ", ")
}

func (s Side) commit() string {
	if s.Dirty {
		return s.Commit + " with changes"
	}
	return s.Commit
}

// binaries are the side's, a package a word. They are told apart by a sum of all, since nobody reads so many.
func binaries(s Side) string {
	var b strings.Builder
	for _, f := range s.Binaries {
		fmt.Fprintf(&b, "%s %s\n", f.Name, f.Sum)
	}
	if b.Len() == 0 {
		return ""
	}
	return sum([]byte(b.String()))
}

func named(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// structure is b without values: what is the same on every machine.
func (b Benchmark) structure() Benchmark {
	b.Baseline, b.Candidate, b.Anchor, b.Measured = b.Baseline.structure(), b.Candidate.structure(), b.Anchor.structure(), nil
	return b
}

func (s *Smoke) structure() *Smoke {
	if s == nil {
		return nil
	}
	out := &Smoke{}
	for _, m := range s.Metrics {
		out.Metrics = append(out.Metrics, Metric{Unit: m.Unit})
	}
	return out
}
