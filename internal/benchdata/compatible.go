package benchdata

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// Compatible returns what forbids comparing candidate with baseline: configuration, packages or GOMAXPROCS that
// differ, each problem naming both values. It says nothing of benchmarks and units that only one side has: whether these are
// removed, added or of no concern is for a policy to say.
//
// Some differences are none. The Go version may differ, since a change of toolchain is a change that a gate has to
// judge. A key that go test does not print (go, gomaxprocs, blas) may be missing from one side, which then was not
// written by a [Writer].
func Compatible(baseline, candidate *Set) Problems {
	c := comparison{baseline: baseline, candidate: candidate}
	moved := c.procs()
	c.config(moved)
	c.packages()
	return append(c.problems, readOtherwise(baseline, candidate)...)
}

type comparison struct {
	baseline, candidate *Set
	problems            Problems
}

func (c *comparison) problem(run Run, benchmark, fact, fix string) {
	file := run.File
	if file == "" {
		file = c.candidate.Source
	}
	c.problems = append(c.problems, Problem{File: file, Line: run.Line, Benchmark: benchmark, Fact: fact, Fix: fix})
}

// inBaseline names the other side.
func (c *comparison) inBaseline(what string) string {
	if c.baseline.Source == "" {
		return ", in the baseline " + what
	}
	return ", in the baseline " + what + " (" + c.baseline.Source + ")"
}

// config compares configuration; moved says that the sides ran with different GOMAXPROCS, which is reported already.
func (c *comparison) config(moved bool) {
	for _, key := range sortedKeys(union(c.baseline.Config, c.candidate.Config)) {
		base, inBase := c.baseline.Config[key]
		cand, inCand := c.candidate.Config[key]
		if base == cand || key == "go" || key == "gomaxprocs" && moved {
			continue
		}
		if (!inBase || !inCand) && (key == "gomaxprocs" || key == "blas") {
			continue
		}
		fact := quoteFact(key, cand)
		if !inCand {
			fact = "no " + printable(key)
		}
		other := quote(base)
		if !inBase {
			other = "missing"
		}
		fix := "measure both sides with the same configuration, and print nothing of the form \"key: value\" to standard output"
		switch key {
		case "goos", "goarch", "cpu":
			fix = "measure both sides on one machine"
		case "gomaxprocs":
			fix = "measure both sides with the same GOMAXPROCS"
		case "blas":
			fix = "build both sides with the same tags"
		}
		c.problem(Run{}, "", fact+c.inBaseline(other), fix)
	}
}

// procs compares the GOMAXPROCS of benchmarks that both sides have; it reports whether any differ.
func (c *comparison) procs() bool {
	type pair struct{ baseline, candidate string }
	count := make(map[pair]int)
	first := make(map[pair]Benchmark)
	var order []pair
	baseline := byProcs(c.baseline)
	candidate := byProcs(c.candidate)
	for _, b := range c.candidate.Benchmarks {
		key := policy.ID{Package: b.Package, Name: b.Name}
		base, cand := baseline[key], candidate[key]
		if len(base) == 0 || cand[0] != b.Procs || overlap(base, cand) {
			continue
		}
		p := pair{join(base), join(cand)}
		if count[p]++; count[p] == 1 {
			first[p] = b
			order = append(order, p)
		}
	}
	for _, p := range order {
		fact := "GOMAXPROCS is " + p.candidate + c.inBaseline(p.baseline)
		if n := count[p] - 1; n > 0 {
			fact += ", as for " + strconv.Itoa(n) + " more"
		}
		c.problem(firstRun(first[p]), printable(first[p].Name), fact, "measure both sides with the same GOMAXPROCS")
	}
	return len(order) > 0
}

// byProcs lists the GOMAXPROCS with which each benchmark ran.
func byProcs(s *Set) map[policy.ID][]int {
	procs := make(map[policy.ID][]int)
	for _, b := range s.Benchmarks {
		key := policy.ID{Package: b.Package, Name: b.Name}
		procs[key] = append(procs[key], b.Procs)
	}
	return procs
}

func overlap(a, b []int) bool {
	return slices.ContainsFunc(a, func(n int) bool { return slices.Contains(b, n) })
}

func join(procs []int) string {
	words := make([]string, len(procs))
	for i, n := range procs {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, " and ")
}

// packages finds benchmarks that have moved to a package of another import path, as when a module is renamed.
func (c *comparison) packages() {
	has := func(s *Set) (pkgs map[string]bool, names map[policy.ID]string) {
		pkgs, names = make(map[string]bool), make(map[policy.ID]string)
		for _, b := range s.Benchmarks {
			pkgs[b.Package] = true
			names[policy.ID{Name: b.Name, Procs: b.Procs}] = b.Package
		}
		return pkgs, names
	}
	pkgs, names := has(c.baseline)
	kept, _ := has(c.candidate)
	told := make(map[string]bool)
	for _, b := range c.candidate.Benchmarks {
		was, ok := names[policy.ID{Name: b.Name, Procs: b.Procs}]
		if !ok || pkgs[b.Package] || kept[was] || told[b.Package] {
			continue
		}
		told[b.Package] = true
		c.problem(firstRun(b), printable(b.String()), "pkg is "+quote(b.Package)+c.inBaseline(quote(was)),
			"measure the same package on both sides")
	}
}

func firstRun(b Benchmark) Run {
	if len(b.Runs) == 0 {
		return Run{}
	}
	return Run{File: b.Runs[0].File, Line: b.Runs[0].Line}
}

func union(a, b map[string]string) map[string]string {
	all := make(map[string]string, len(a)+len(b))
	for key := range a {
		all[key] = ""
	}
	for key := range b {
		all[key] = ""
	}
	return all
}
