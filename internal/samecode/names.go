package samecode

import (
	"encoding/binary"
	"net/url"
)

// methodName is the name of the method that is described at an offset of a type; empty if it cannot be read.
func (f *flood) methodName(side int, typ place, offset int32) string {
	if typ.symbol == 0 {
		return ""
	}
	if typ.symbol < firstID {
		return "Error" // of the interfaces that the compiler knows by number, error alone has a method
	}
	o, i := f.universe.at(typ.symbol)
	relocs := o.relocs(i)
	for k := range relocs.len() {
		if relocs.offset(k) != offset {
			continue
		}
		at, err := f.universe.resolve(f.sides[side], o, relocs.target(k))
		if err != nil {
			return ""
		}
		// A byte of flags, the length as a varint, the name.
		data := f.content(at)
		if data == "" {
			return ""
		}
		length, n := binary.Uvarint([]byte(data[1:]))
		if n <= 0 || length > uint64(len(data)-1-n) {
			return ""
		}
		return data[1+n : 1+n+int(length)]
	}
	return ""
}

// content is the data of a symbol; empty if it has none.
func (f *flood) content(at place) string {
	if at.symbol < firstID {
		return ""
	}
	o, i := f.universe.at(at.symbol)
	return string(o.data(i))
}

// differs notes a pair that differs by the function that it is, or that led to it.
func (f *flood) differs(p pair) {
	at := p
	for {
		o, i := f.universe.at(at.candidate)
		parent := f.parents[at]
		if o.symbol(i).isText() || parent == at {
			break
		}
		at = parent
	}
	f.differ = append(f.differ, f.nameOf(at.candidate))
}

func (f *flood) nameOf(s id) string {
	o, i := f.universe.at(s)
	return unescape(o.name(i))
}

// unescape writes a symbol's name as source does: the import path in it has its dots again.
func unescape(symbol string) string {
	if text, err := url.PathUnescape(symbol); err == nil {
		return text
	}
	return symbol
}
