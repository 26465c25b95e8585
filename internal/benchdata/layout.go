package benchdata

import (
	"cmp"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A layout is a sequence of units as it stands on result lines, with all that can be known from names alone. Lines of
// one benchmark share a layout, so that a line costs a comparison of a few strings.
type layout struct {
	units    []string
	positive []bool   // by unit: zero is impossible
	ordered  [][2]int // pairs of units: the value of the first must not be above that of the second
	faults   []fault  // wrong on every line of this layout
}

// A fault is a problem without its place.
type fault struct{ fact, fix string }

func newLayout(units []string) *layout {
	l := &layout{units: units, positive: make([]bool, len(units))}
	seen := make(map[string]int, len(units))
	families := make(map[string][]member)
	var names []string
	for i, unit := range units {
		seen[unit]++
		if seen[unit] == 2 {
			l.faults = append(l.faults, fault{printable(unit) + " is written twice", "report each unit once"})
		}
		if !utf8.ValidString(unit) {
			l.faults = append(l.faults, fault{"unit " + quote(unit) + " is not UTF-8", "name units in UTF-8"})
		}
		if _, err := strconv.ParseFloat(unit, 64); err == nil && (unit[0] < 'A') {
			l.faults = append(l.faults, fault{"number " + quote(unit) + " stands where a unit belongs", toStderr})
		}
		m, family, ok := familyOf(unit)
		l.positive[i] = ok || neverZero(unit)
		if ok && seen[unit] == 1 {
			if families[family] == nil {
				names = append(names, family)
			}
			m.index = i
			families[family] = append(families[family], m)
		}
	}
	for _, name := range names {
		l.order(families[name])
	}
	return l
}

// neverZero reports whether a value of 0 is impossible. The testing package hides a ns/op of 0.
func neverZero(unit string) bool {
	switch unit {
	case "ns/op", "sec/op", "req/s":
		return true
	}
	return false
}

// A member is a unit of a family: the quantiles, least, mean and greatest of one quantity.
type member struct {
	index int
	rank  float64 // 0 for the least, the quantile, 1 for the greatest
	mean  bool    // between the least and the greatest, otherwise free
}

// familyOf tells the place of a unit among the quantiles of one time. Only times: a team may well define the p95 of a
// throughput from above.
func familyOf(unit string) (m member, family string, ok bool) {
	if better(unit) >= 0 {
		return member{}, "", false
	}
	timed := false
	for tok, per := range tokens(unit) {
		timed = timed || !per && isTime(tok)
	}
	if !timed {
		return member{}, "", false
	}
	if q, rest, ok := splitQuantile(unit); ok {
		return member{rank: q}, rest, true
	}
	pos := 0
	for tok := range tokens(unit) {
		if pos > 0 { // only as the first word: "max-batch-ns", not "batch-max-wait-ns"
			break
		}
		pos += len(tok)
		switch tok {
		case "min":
			return member{rank: 0}, unit[pos:], true
		case "mean", "avg":
			return member{mean: true}, unit[pos:], true
		case "max":
			return member{rank: 1}, unit[pos:], true
		}
	}
	return member{}, "", false
}

// order notes which values of a family must not be above which.
func (l *layout) order(family []member) {
	slices.SortStableFunc(family, func(a, b member) int { return cmp.Compare(a.rank, b.rank) })
	last, mean := -1, -1
	for i, m := range family {
		if m.mean {
			mean = m.index
			continue
		}
		if last >= 0 {
			l.ordered = append(l.ordered, [2]int{family[last].index, m.index})
		}
		last = i
	}
	if mean < 0 {
		return
	}
	for _, m := range family {
		switch {
		case m.mean:
		case m.rank == 0:
			l.ordered = append(l.ordered, [2]int{m.index, mean})
		case m.rank == 1:
			l.ordered = append(l.ordered, [2]int{mean, m.index})
		}
	}
}

// same reports whether values have this layout.
func (l *layout) same(values []Value) bool {
	if l == nil || len(l.units) != len(values) {
		return false
	}
	for i := range values {
		if values[i].Unit != l.units[i] {
			return false
		}
	}
	return true
}

// layouts keeps the layouts seen.
type layouts struct {
	last  *layout
	all   map[string]*layout // by units joined with blanks
	units int                // of all of them
	text  int                // bytes of these
	key   []byte
}

// of returns the layout of values.
func (ls *layouts) of(values []Value) *layout {
	if ls.last.same(values) {
		return ls.last
	}
	ls.key = ls.key[:0]
	for _, v := range values {
		ls.key = append(append(ls.key, v.Unit...), ' ') // no unit holds a blank
	}
	l := ls.all[string(ls.key)]
	if l == nil {
		units := make([]string, len(values))
		for i, v := range values {
			units[i] = v.Unit
		}
		l = newLayout(units)
		if ls.all == nil {
			ls.all = make(map[string]*layout)
		}
		ls.all[string(ls.key)] = l
		ls.units += len(units)
		ls.text += len(ls.key)
	}
	ls.last = l
	return l
}
