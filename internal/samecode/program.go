package samecode

import (
	"bytes"
	"fmt"
	"strings"
)

// universe holds both programs. An archive that both link is read once, and its symbols have one number.
type universe struct {
	archives map[string]*archive
	objects  []*object // by the number of their first symbol
	symbols  uint32
	tool     string
}

// id is the number of a defined symbol in the universe. Below firstID are those of the runtime that the compiler knows by number.
type id uint32

const firstID = 1 << 16

// program is what one side links.
type program struct {
	packages map[string]*archive // by import path, escaped
	standard map[string]bool
	names    map[name]id
}

type name struct {
	text string
	abi  uint16
}

// load reads an archive, unless it has been read.
func (u *universe) load(p Package) (*archive, error) {
	if a := u.archives[p.File]; a != nil {
		return a, nil
	}
	a, err := readArchive(p.File)
	if err != nil {
		return nil, err
	}
	if u.tool == "" {
		u.tool = a.tool
	}
	if a.tool != u.tool {
		return nil, fmt.Errorf("%w: the sides are built differently, by %q and %q", ErrUnknown, u.tool, a.tool)
	}
	for _, o := range a.objects {
		o.first, o.owner = u.symbols, escape(p.Path)
		u.objects = append(u.objects, o)
		u.symbols += o.defined[3]
	}
	u.archives[p.File] = a
	return a, nil
}

// program loads what one side links.
func (u *universe) program(packages []Package) (*program, error) {
	p := &program{packages: map[string]*archive{}, standard: map[string]bool{}}
	for _, pkg := range packages {
		path := escape(pkg.Path)
		if p.packages[path] != nil {
			return nil, fmt.Errorf("%w: two packages are called %s", ErrUnknown, pkg.Path)
		}
		a, err := u.load(pkg)
		if err != nil {
			return nil, err
		}
		p.packages[path], p.standard[path] = a, pkg.Standard
	}
	objects, names := p.objects(), uint32(0)
	for _, o := range objects {
		names += o.defined[0] + o.defined[3] - o.defined[2]
	}
	p.names = make(map[name]id, names/3) // the rest is for debuggers
	for _, o := range objects {
		u.define(p, o, 0, o.defined[0])
	}
	for _, o := range objects {
		u.define(p, o, o.defined[2], o.defined[3])
	}
	return p, nil
}

// objects are those of the program in the order in which the linker loads them: each package's, then its imports'.
func (p *program) objects() []*object {
	var objects []*object
	seen := map[string]bool{"main": true}
	for queue := []string{"main"}; len(queue) > 0; queue = queue[1:] {
		a := p.packages[queue[0]]
		if a == nil {
			continue
		}
		objects = append(objects, a.objects...)
		for _, o := range a.objects {
			for _, path := range o.imports() {
				if path = escape(path); !seen[path] {
					seen[path] = true
					queue = append(queue, path)
				}
			}
		}
	}
	return objects
}

// define enters names of an object. Packages may have code of one name, such as that of a generic function, and not always the
// same, for it may have been inlined otherwise: who has the say is as for the linker (cmd/link/internal/loader, addSym). The
// first, or the larger one; what has content, or is code, before a variable without.
func (u *universe) define(p *program, o *object, first, end uint32) {
	for i := first; i < end; i++ {
		s := o.symbol(i)
		if s.kind() >= kindDWARF && s.kind() <= kindLastDWARF {
			continue
		}
		key, now := name{o.name(i), s.abi()}, id(firstID+o.first+i)
		if key.abi == staticABI || key.text == "" {
			continue
		}
		before, ok := p.names[key]
		if !ok {
			p.names[key] = now
			continue
		}
		q, j := u.at(before)
		old := q.symbol(j)
		larger, empty := s.size() > old.size(), old.isVariable() && len(q.data(j)) == 0
		switch {
		case s.flag()&dupOK != 0:
			ok = !larger
		case old.flag()&dupOK != 0:
		case empty:
			ok = !s.isText() && len(o.data(i)) == 0 && !larger
		}
		if !ok {
			p.names[key] = now
		}
	}
}

// at is the object that defines a symbol, and its number there.
func (u *universe) at(s id) (*object, uint32) {
	n := uint32(s) - firstID
	low, high := 0, len(u.objects)
	for high-low > 1 {
		if middle := (low + high) / 2; u.objects[middle].first <= n {
			low = middle
		} else {
			high = middle
		}
	}
	return u.objects[low], n - u.objects[low].first
}

// place is where a reference leads: to a symbol, or to a name that nothing defines but the linker or the system.
type place struct {
	symbol id
	name   name
}

// resolve finds what a reference in o leads to, in the program p.
func (u *universe) resolve(p *program, o *object, t target) (place, error) {
	i := t.symbol
	switch t.pkg {
	case 0:
		return place{}, nil
	case builtin:
		if i >= firstID-1 {
			return place{}, errDamaged
		}
		return place{symbol: id(1 + i)}, nil
	case self:
		return u.own(o, i, 0, o.defined[0])
	case hashed64:
		return u.own(o, i, o.defined[0], o.defined[1])
	case hashed:
		return u.own(o, i, o.defined[1], o.defined[2])
	case noPackage:
		i, named := o.defined[2]+i, (o.block[blockRefs+1]-o.block[blockSymbols])/symbolSize
		if t.symbol >= named || i >= named {
			return place{}, errDamaged
		}
		key := name{o.name(i), o.symbol(i).abi()}
		if key.abi == staticABI {
			return u.own(o, t.symbol, o.defined[2], o.defined[3])
		}
		if s, ok := p.names[key]; ok {
			return place{symbol: s}, nil
		}
		return place{name: key}, nil
	}
	path, ok := o.pkg(t.pkg)
	if !ok {
		return place{}, errDamaged
	}
	a := p.packages[path]
	if a == nil || a.compiled() == nil {
		return place{}, fmt.Errorf("%w: %s refers to %s, which is not there", ErrUnknown, o.owner, path)
	}
	return u.own(a.compiled(), i, 0, a.compiled().defined[0])
}

// own is the i-th of the symbols of o from the first number on.
func (u *universe) own(o *object, i, first, end uint32) (place, error) {
	if i >= end-first {
		return place{}, errDamaged
	}
	return place{symbol: id(firstID + o.first + first + i)}, nil
}

// alike compares two symbols but for what they refer to.
func alike(o *object, i uint32, q *object, j uint32) bool {
	a, b := o.symbol(i), q.symbol(j)
	const attributes = reflectsMethod | isType
	if a.kind() != b.kind() || a.size() != b.size() || a.align() != b.align() || (a.flag()^b.flag())&attributes != 0 {
		return false
	}
	if !bytes.Equal(o.data(i), q.data(j)) {
		return false
	}
	ra, rb := o.relocs(i), q.relocs(j)
	if len(ra) != len(rb) {
		return false
	}
	for k := range ra.len() {
		if !bytes.Equal(ra.shape(k), rb.shape(k)) {
			return false
		}
	}
	return true
}

// escape writes an import path as symbols do: cmd/internal/objabi.PathToPrefix.
func escape(path string) string {
	slash := strings.LastIndexByte(path, '/')
	var b strings.Builder
	for i := range len(path) {
		if c := path[i]; c <= ' ' || c == '.' && i > slash || c == '%' || c == '"' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
