// Package benchdata reads, checks and writes benchmark results.
//
// Results arrive as the output of go test -bench, plain or as go test -json, or as a file that a [Writer] wrote.
// [Read] either returns all of them or none: whatever makes a comparison untrustworthy is a [Problem] with its
// place and its remedy, found before any statistics see a value. One NaN makes a U-test eat memory until the process
// dies (aclements/go-moremath#5), and a benchmark that fails from its second -count on still ends in "ok" (Go 1.26),
// so neither the numbers nor the exit status can be trusted unread.
//
// Values keep the unit in which they were printed. golang.org/x/perf/benchfmt turns ns into seconds, where an exact
// +1 ms misses a limit of 1 ms; here latencies stay integral nanoseconds.
package benchdata

import (
	"slices"

	"github.com/tailgate-go/tailgate/policy"
)

// A Set is what one side measured: results of one machine and one configuration.
type Set struct {
	// Source says where the results were read from, for messages: "testdata/base.txt".
	Source string

	// Config holds the configuration lines that stand above every result, without pkg: goos, goarch, cpu, and what a
	// Writer adds, such as go, gomaxprocs and blas. Never nil when Read returned the Set.
	Config map[string]string

	// Provenance is commit, ref, load, seed, and what else a Writer notes. Never nil when Read returned the Set.
	Provenance Provenance

	// Better holds what Unit lines say, by unit as written ("p95-ns"): -1 if lower values are better, +1 if higher.
	// Direction adds the built-in knowledge.
	Better map[string]int

	// Benchmarks are in order of first appearance.
	Benchmarks []Benchmark

	// Spared is what a Reader left out.
	Spared Spared
}

// A Benchmark holds the runs of one benchmark. Its Package is empty if the output named none, and Procs is 1 if the name has no
// suffix.
type Benchmark struct {
	policy.ID
	Runs []Run // in the order measured; of a Set from ReadColumns the first alone, without values
	// Columns are the runs of a Set from ReadColumns; else nil.
	Columns *Columns
}

// A Run is one result line: one value per unit.
type Run struct {
	File   string // where it was read
	Line   int    // from 1; in go test -json output, the line of the event in which the result line begins
	Iters  int    // iterations, at least 1
	Values []Value
}

// A Value is one measurement in the unit in which it was printed.
type Value struct {
	Unit  string
	Value float64
}

// units returns the units of all runs, in order of first appearance.
func (b Benchmark) units() []string {
	var units []string
	for _, r := range b.Runs {
		for _, v := range r.Values {
			if !slices.Contains(units, v.Unit) {
				units = append(units, v.Unit)
			}
		}
	}
	return units
}

// Value returns the value of unit and whether the run has one.
func (r Run) Value(unit string) (float64, bool) {
	for _, v := range r.Values {
		if v.Unit == unit {
			return v.Value, true
		}
	}
	return 0, false
}

// Add appends the runs of o, as when a gate reads one process run at a time. It returns what forbids that, and then
// leaves s as it was: configuration, Unit lines or readings of names of the two that contradict each other. Configuration
// that only one of the two has is dropped, since Config is what all results share. Add leaves o as it was.
func (s *Set) Add(o *Set) Problems {
	var problems Problems
	for _, key := range sortedKeys(o.Config) {
		if have, ok := s.Config[key]; ok && have != o.Config[key] {
			problems = append(problems, Problem{File: o.Source,
				Fact: quoteFact(key, o.Config[key]) + ", in " + s.Source + " " + quote(have),
				Fix:  "keep results of different configurations apart"})
		}
	}
	for _, unit := range sortedKeys(o.Better) {
		if have, ok := s.Better[unit]; ok && have != o.Better[unit] {
			problems = append(problems, Problem{File: o.Source,
				Fact: "the Unit line of " + printable(unit) + " says " + betterWord(o.Better[unit]) + " is better, in " +
					s.Source + " " + betterWord(have),
				Fix: "correct one of them"})
		}
	}
	problems = append(problems, readOtherwise(s, o)...)
	if problems != nil {
		return problems
	}

	s.Spared = slices.Clip(s.Spared).With(o.Spared)
	first := len(s.Benchmarks) == 0
	if first {
		s.Config = make(map[string]string)
		for key, value := range o.Config {
			s.Config[key] = value
		}
	} else if len(o.Benchmarks) > 0 {
		for key := range s.Config {
			if _, ok := o.Config[key]; !ok {
				delete(s.Config, key)
			}
		}
	}
	if s.Better == nil {
		s.Better = make(map[string]int)
	}
	for unit, d := range o.Better {
		s.Better[unit] = d
	}
	if s.Provenance == nil {
		s.Provenance = make(Provenance)
	}
	for key, values := range o.Provenance {
		for _, value := range values {
			s.Provenance.add(key, value)
		}
	}
	if s.Source == "" {
		s.Source = o.Source
	}

	index := make(map[policy.ID]int, len(s.Benchmarks))
	for i, b := range s.Benchmarks {
		index[b.ID] = i
	}
	for _, b := range o.Benchmarks {
		if i, ok := index[b.ID]; ok {
			s.Benchmarks[i] = s.Benchmarks[i].with(b)
			continue
		}
		index[b.ID] = len(s.Benchmarks)
		b.Runs = slices.Clip(b.Runs) // a later append must not write into o's array
		s.Benchmarks = append(s.Benchmarks, b)
	}
	return nil
}
