package samecode

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// flood compares, pair by pair, all that can be reached from the pairs that it is given. It goes where the linker's own search for
// dead code goes (cmd/link/internal/ld/deadcode.go) and further: a method counts if a call through an interface has its name, of
// whatever type, and if its type is reached, converted to an interface or not.
type flood struct {
	universe *universe
	sides    [2]*program

	parents   map[pair]pair // of each pair that was reached; a root is its own
	queue     []pair
	partners  [2]map[id]id // of variables, which have one each
	methods   []method     // of types that were reached, and not yet called
	called    map[string]bool
	reflected bool // a function was reached that calls methods by reflection

	functions int // pairs of them compared
	differ    []string
}

type pair struct{ baseline, candidate id }

// method is a method of both sides' type: its type, and the code for calls through interfaces and others.
type method struct {
	of      pair
	name    string
	targets [3][2]place
}

func newFlood(u *universe, baseline, candidate *program) *flood {
	return &flood{
		universe: u, sides: [2]*program{baseline, candidate},
		parents:  map[pair]pair{},
		partners: [2]map[id]id{{}, {}},
		// What a panic calls, from code that is known by number only.
		called: map[string]bool{"Error": true, "String": true, "RuntimeError": true, "GoString": true},
	}
}

// run goes on until nothing new is reached.
func (f *flood) run() error {
	for len(f.queue) > 0 {
		for len(f.queue) > 0 {
			last := len(f.queue) - 1
			next := f.queue[last]
			f.queue = f.queue[:last]
			if err := f.compare(next); err != nil {
				return err
			}
		}
		waiting := f.methods
		f.methods = nil
		for _, m := range waiting {
			first, _ := utf8.DecodeRuneInString(m.name)
			if !f.called[m.name] && !(f.reflected && unicode.IsUpper(first)) {
				f.methods = append(f.methods, m)
				continue
			}
			for _, t := range m.targets {
				f.reach(m.of, t[0], t[1])
			}
		}
	}
	return nil
}

// root is reached by itself.
func (f *flood) root(p pair) {
	if _, seen := f.parents[p]; !seen {
		f.parents[p] = p
		f.queue = append(f.queue, p)
	}
}

// reach is what parent refers to.
func (f *flood) reach(parent pair, baseline, candidate place) {
	p := pair{baseline.symbol, candidate.symbol}
	if baseline.name != candidate.name || (p.baseline < firstID || p.candidate < firstID) && p.baseline != p.candidate {
		f.differs(parent)
		return
	}
	if p.baseline < firstID {
		return // of the runtime, which is the same, or of the linker
	}
	if _, seen := f.parents[p]; !seen {
		f.parents[p] = parent
		f.queue = append(f.queue, p)
	}
}

// compare compares a pair and reaches what it refers to.
func (f *flood) compare(p pair) error {
	o, i := f.universe.at(p.baseline)
	q, j := f.universe.at(p.candidate)
	s := o.symbol(i)
	if s.isText() {
		f.functions++
	}
	if p.baseline != p.candidate && !alike(o, i, q, j) || s.isVariable() && !f.pairedOnce(p) {
		f.differs(p)
		return nil
	}
	f.reflected = f.reflected || s.flag()&reflectsMethod != 0
	a, b := o.relocs(i), q.relocs(j)
	for k := 0; k < a.len(); k++ {
		kind := a.kind(k)
		switch {
		case kind == relocUseType, kind == relocUseIface:
			continue
		case kind&relocWeak != 0 && !s.isText():
			continue // reached otherwise, or not at all; weak calls are of the initialization of maps
		}
		x, err := f.universe.resolve(f.sides[0], o, a.target(k))
		if err != nil {
			return err
		}
		y, err := f.universe.resolve(f.sides[1], q, b.target(k))
		if err != nil {
			return err
		}
		switch {
		case kind == relocUseIfaceMethod:
			f.call(f.methodName(0, x, int32(a.addend(k))), f.methodName(1, y, int32(a.addend(k))))
		case kind == relocUseNamedMethod:
			f.call(f.content(x), f.content(y))
		case kind == relocMethodOffset:
			if err := f.keep(p, o, q, a, b, k); err != nil {
				return err
			}
			k += 2
		case f.isTable(o, x):
		default:
			f.reach(p, x, y)
		}
	}
	return nil
}

// isTable reports whether x is one of the tables of all tests and benchmarks, of which only one benchmark counts.
func (f *flood) isTable(o *object, x place) bool {
	if o.owner != "main" || x.symbol < firstID {
		return false
	}
	q, i := f.universe.at(x.symbol)
	return q.owner == "main" && slices.Contains(tables, q.name(i))
}

var tables = []string{"main.tests", "main.benchmarks", "main.fuzzTargets", "main.examples"}

// pairedOnce reports whether a pair of variables is the only one of either: else two variables of one side would be one of the
// other.
func (f *flood) pairedOnce(p pair) bool {
	baseline, seen := f.partners[0][p.baseline]
	candidate, seenToo := f.partners[1][p.candidate]
	if seen && baseline != p.candidate || seenToo && candidate != p.baseline {
		return false
	}
	f.partners[0][p.baseline], f.partners[1][p.candidate] = p.candidate, p.baseline
	return true
}

// call notes the methods that a call may mean. A name that is not known may be any.
func (f *flood) call(names ...string) {
	for _, name := range names {
		if name == "" {
			f.reflected = true
		}
		f.called[name] = true
	}
}

// keep notes a method of a type: three relocations, and before the first that of its name.
func (f *flood) keep(p pair, o, q *object, a, b relocs, k int) error {
	if k+2 >= a.len() {
		return errDamaged
	}
	m := method{of: p}
	for n := range m.targets {
		x, err := f.universe.resolve(f.sides[0], o, a.target(k+n))
		if err != nil {
			return err
		}
		y, err := f.universe.resolve(f.sides[1], q, b.target(k+n))
		if err != nil {
			return err
		}
		m.targets[n] = [2]place{x, y}
	}
	m.name = f.methodName(0, place{symbol: p.baseline}, a.offset(k)-4)
	if m.name == "" {
		for _, t := range m.targets {
			f.reach(p, t[0], t[1])
		}
		return nil
	}
	f.methods = append(f.methods, m)
	return nil
}
