package samecode

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// packages compares what runs whoever calls it: C code, and the initialization of each package, which may leave anything behind in
// variables. The error is ErrUnknown if the sides' standard libraries are not one.
func (f *flood) packages() error {
	for _, path := range slices.Sorted(maps.Keys(f.sides[0].packages)) {
		a, b := f.sides[0].packages[path], f.sides[1].packages[path]
		if b == nil {
			continue
		}
		if f.sides[0].standard[path] && a != b && !bytes.Equal(a.content, b.content) {
			return fmt.Errorf("%w: package %s is not the same on both sides: another toolchain, or other flags", ErrUnknown, path)
		}
		if !bytes.Equal(a.foreign, b.foreign) {
			f.differ = append(f.differ, unescape(path)+" (C code)")
		}
		x, err := f.inits(0, path)
		if err != nil {
			return err
		}
		y, err := f.inits(1, path)
		if err != nil {
			return err
		}
		if len(x) != len(y) {
			f.differ = append(f.differ, unescape(path)+".init")
			continue
		}
		for i := range x {
			f.root(pair{x[i], y[i]})
		}
	}
	f.exports()
	return nil
}

// exports are the Go functions that C may call.
func (f *flood) exports() {
	for side, p := range f.sides {
		for key, s := range p.names {
			if !strings.HasPrefix(key.text, "_cgoexp_") {
				continue
			}
			other := f.sides[1-side].names[key]
			switch {
			case other == 0:
				f.differ = append(f.differ, unescape(key.text))
			case side == 0:
				f.root(pair{s, other})
			}
		}
	}
}

const initTask = "..inittask"

// inits are the functions that initialize a package, in their order.
func (f *flood) inits(side int, path string) ([]id, error) {
	task := f.sides[side].names[name{path + initTask, abi0}]
	if task == 0 {
		return nil, nil
	}
	o, i := f.universe.at(task)
	relocs := o.relocs(i)
	var functions []id
	for k := range relocs.len() {
		to, err := f.universe.resolve(f.sides[side], o, relocs.target(k))
		if err != nil {
			return nil, err
		}
		if to.symbol < firstID {
			continue
		}
		if q, j := f.universe.at(to.symbol); q.symbol(j).isText() { // the rest are the packages that come before
			functions = append(functions, to.symbol)
		}
	}
	return functions, nil
}

// lone compares what only one side links, after all else. It counts if it has C code or is initialized; but the initialization of a
// standard package, which a test may import by the way, only if it gets at a variable that counts, other than those of what every
// test links: formats that it registers are an example.
func (f *flood) lone() error {
	for side, p := range f.sides {
		core := p.imports("testing")
		for _, path := range slices.Sorted(maps.Keys(p.packages)) {
			if f.sides[1-side].packages[path] != nil {
				continue
			}
			if len(p.packages[path].foreign) > 0 {
				f.differ = append(f.differ, unescape(path)+" (C code)")
			}
			functions, err := f.inits(side, path)
			if err != nil {
				return err
			}
			counts := len(functions) > 0 && !p.standard[path]
			if !counts {
				if counts, err = f.meets(side, core, functions); err != nil {
					return err
				}
			}
			if counts {
				f.differ = append(f.differ, unescape(path)+".init")
			}
		}
	}
	return nil
}

// meets reports whether functions of one side get at a variable that was reached, outside of core.
func (f *flood) meets(side int, core map[string]bool, functions []id) (bool, error) {
	seen := map[id]bool{}
	for queue := slices.Clone(functions); len(queue) > 0; {
		s := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if s < firstID || seen[s] {
			continue
		}
		seen[s] = true
		o, i := f.universe.at(s)
		if _, reached := f.partners[side][s]; reached && !core[o.owner] {
			return true, nil
		}
		relocs := o.relocs(i)
		for k := range relocs.len() {
			to, err := f.universe.resolve(f.sides[side], o, relocs.target(k))
			if err != nil {
				return false, err
			}
			queue = append(queue, to.symbol)
		}
	}
	return false, nil
}

// imports are a package and all that it needs.
func (p *program) imports(path string) map[string]bool {
	seen := map[string]bool{}
	for queue := []string{path}; len(queue) > 0; {
		path, queue = queue[0], queue[1:]
		a := p.packages[path]
		if seen[path] || a == nil || a.compiled() == nil {
			continue
		}
		seen[path] = true
		for _, other := range a.compiled().imports() {
			queue = append(queue, escape(other))
		}
	}
	return seen
}
