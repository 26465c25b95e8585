package benchdata

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// printedName is a benchmark's name as it stands on result lines.
type printedName struct {
	pkg, printed string
	own          int // length of the benchmark's own name, which go test -v said above the line; -1: it did not
}

// A reading settles what the printed names of one package mean. go test measures every benchmark with each GOMAXPROCS that it is
// given, and prints "Serve-2" with 2 and "Serve" with 1. A sub-benchmark may itself be called Serve/size-2: so "Serve/size-2" is
// Serve/size with 2, or Serve/size-2 with 1. The name of a function holds no "-", so that functions tell with which GOMAXPROCS the
// package was measured.
type reading struct {
	printed map[string]bool // all names
	procs   map[int]bool    // GOMAXPROCS of which functions tell, or that are known otherwise
	single  int             // number of sub-benchmarks without a suffix
	open    []int           // indices of names that can be read in two ways
	split   map[int]int     // by GOMAXPROCS, how many of the single ones are there with its suffix, too; has that of every open name
}

// settleNames gives every benchmark its own name and its GOMAXPROCS. What can be read in two ways is a problem.
func (p *parser) settleNames() {
	readings := make(map[string]*reading)
	said := 0
	for i, n := range p.names {
		id := &p.set.Benchmarks[i].ID
		id.Name, id.Procs = splitProcs(n.printed)
		if n.own >= 0 {
			said++
			id.Name, id.Procs = n.printed[:n.own], max(1, procsIn(n.printed[n.own:]))
			continue
		}
		r := readings[n.pkg]
		if r == nil {
			r = &reading{printed: make(map[string]bool), procs: make(map[int]bool), split: make(map[int]int)}
			readings[n.pkg] = r
		}
		r.printed[n.printed] = true
		switch {
		case !strings.Contains(n.printed, "/"):
			r.procs[id.Procs] = true
		case id.Procs == 1:
			r.single++
		default:
			r.open = append(r.open, i)
		}
	}
	for _, pkg := range sortedKeys(readings) {
		p.settle(readings[pkg])
	}
	if 0 < said && said < len(p.names) {
		p.unite()
	}
}

// settle settles the names of a package that can be read in two ways.
func (p *parser) settle(r *reading) {
	if len(p.as.Procs) > 0 {
		clear(r.procs)
		for _, n := range p.as.Procs {
			r.procs[n] = true
		}
	}
	for _, i := range r.open {
		split := p.set.Benchmarks[i].ID
		r.split[split.Procs] += 0
		if _, procs := splitProcs(split.Name); procs == 1 && r.printed[split.Name] {
			r.split[split.Procs]++
		}
	}
	for _, i := range r.open {
		b := &p.set.Benchmarks[i]
		whole, sure := r.whole(b.ID)
		switch {
		case !sure:
			p.problem(Problem{Line: firstRun(*b).Line, Benchmark: printable(b.String()),
				Fact: "its name can be read in two ways: " + twoReadings(b.ID),
				Fix:  "record with go test -v, which says each name above its results"})
		case whole:
			b.Name, b.Procs = b.String(), 1
		}
	}
}

// twoReadings are those of a name that was printed with the GOMAXPROCS of split.
func twoReadings(split policy.ID) string {
	return printable(split.Name) + " with GOMAXPROCS " + strconv.Itoa(split.Procs) + ", or " +
		printable(Benchmark{ID: split}.String()) + " with 1"
}

// whole reports whether a printed name is the benchmark's own, measured with 1, and not what split says; and whether that is sure.
func (r *reading) whole(split policy.ID) (whole, sure bool) {
	suffix := "-" + strconv.Itoa(split.Procs)
	switch one, more := r.procs[1], r.procs[split.Procs]; {
	case one && more: // each has a line for either
		asSplit, asWhole := r.printed[split.Name], r.printed[split.Name+suffix+suffix]
		return asWhole, asSplit != asWhole
	case one || more:
		return one, true
	case len(r.procs) > 0:
		return false, false
	case r.single > 0: // it was measured with 1, and with more only if each has a line for that
		return true, r.split[split.Procs] < r.single
	}
	return false, len(r.split) == 1 // all share the suffix, as benchstat reads it
}

// unite makes one of what is one: go test -v said the name above some of its lines, and not above others. In Columns either stand
// together.
func (p *parser) unite() {
	at := make(map[policy.ID]int, len(p.set.Benchmarks))
	all := p.set.Benchmarks[:0]
	for _, b := range p.set.Benchmarks {
		i, ok := at[b.ID]
		if !ok {
			at[b.ID] = len(all)
			all = append(all, b)
			continue
		}
		all[i] = all[i].with(b)
		slices.SortStableFunc(all[i].Runs, func(a, b Run) int { return a.Line - b.Line })
	}
	p.set.Benchmarks = all
}

// readOtherwise finds what is printed alike in two sets and was read in two ways: neither has the other's reading of it.
func readOtherwise(s, o *Set) Problems {
	var problems Problems
	var first, second map[policy.ID]bool // of most sets nothing is asked
	for _, b := range o.Benchmarks {
		other, split, two := b.otherReading()
		if !two {
			continue
		}
		if first == nil {
			first, second = s.ids(), o.ids()
		}
		if !first[other] || first[b.ID] || second[other] {
			continue
		}
		run := firstRun(b)
		problems = append(problems, Problem{File: cmp.Or(run.File, o.Source), Line: run.Line, Benchmark: printable(b.String()),
			Fact: "its name is read in two ways: " + twoReadings(split) + "; one of them in " + s.Source,
			Fix:  "record both with go test -v, which says each name above its results"})
	}
	return problems
}

// otherReading is the other way to read the name of a sub-benchmark as it is printed, and the one of both that has a suffix for
// GOMAXPROCS.
func (b Benchmark) otherReading() (other, split policy.ID, two bool) {
	if !strings.Contains(b.Name, "/") {
		return b.ID, b.ID, false
	}
	other = b.ID
	if b.Procs > 1 {
		other.Name, other.Procs = b.String(), 1
		return other, b.ID, true
	}
	other.Name, other.Procs = splitProcs(b.Name)
	return other, other, other.Procs > 1
}

// ids are those of all benchmarks.
func (s *Set) ids() map[policy.ID]bool {
	ids := make(map[policy.ID]bool, len(s.Benchmarks))
	for _, b := range s.Benchmarks {
		ids[b.ID] = true
	}
	return ids
}
