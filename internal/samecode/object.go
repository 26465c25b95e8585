package samecode

import (
	"encoding/binary"
	"unsafe"
)

// object is an object file of Go: cmd/internal/goobj of Go 1.24 to 1.27, which differ in nothing that is read here.
type object struct {
	body  []byte
	block [blocks + 1]uint32 // where each block begins
	flags uint32
	first uint32 // number of its first symbol in the universe
	owner string // import path, escaped as in names

	defined [4]uint32 // where the package's own, the hashed of both sizes and the named symbols end
}

const objectMagic = "\x00go120ld"

// The blocks that are read, by their place in the header.
const (
	blockPackages  = 1
	blockSymbols   = 3 // own, hashed64, hashed, named and, last, names of others: all of one shape
	blockRefs      = 7
	blockRelocAt   = 11
	blockDataAt    = 13
	blockRelocs    = 14
	blockData      = 16
	blocks         = 18
	headerSize     = 8 + 8 + 4 + 4*(blocks+1)
	stringSize     = 8
	importSize     = stringSize + 8 // with a fingerprint
	symbolSize     = 21
	relocSize      = 23
	fromAssembly   = 1 << 2
	staticABI      = 1<<16 - 1
	noPackage      = 1<<31 - 1 // symbols by name
	hashed64       = noPackage - 1
	hashed         = noPackage - 2
	builtin        = noPackage - 3
	self           = noPackage - 4
	dupOK          = 1 << 0 // of flag
	reflectsMethod = 1 << 5
	isType         = 1 << 6
)

// parseObject checks what is not checked at each use: that blocks follow each other, and indices into them too.
func parseObject(body []byte) (*object, error) {
	if len(body) < headerSize || string(body[:len(objectMagic)]) != objectMagic {
		return nil, errDamaged
	}
	o := &object{body: body, flags: binary.LittleEndian.Uint32(body[16:])}
	last := uint32(headerSize)
	for i := range o.block {
		o.block[i] = binary.LittleEndian.Uint32(body[20+4*i:])
		if o.block[i] < last || int64(o.block[i]) > int64(len(body)) {
			return nil, errDamaged
		}
		last = o.block[i]
	}
	for i := range o.defined {
		o.defined[i] = (o.block[blockSymbols+i+1] - o.block[blockSymbols]) / symbolSize
		if (o.block[blockSymbols+i+1]-o.block[blockSymbols])%symbolSize != 0 {
			return nil, errDamaged
		}
	}
	n := o.defined[3]
	relocs := (o.block[blockRelocs+1] - o.block[blockRelocs]) / relocSize
	data := o.block[blockData+1] - o.block[blockData]
	if !o.rising(blockRelocAt, n, relocs) || !o.rising(blockDataAt, n, data) {
		return nil, errDamaged
	}
	return o, nil
}

// rising reports whether a block holds n+1 numbers that do not fall, and none over the limit.
func (o *object) rising(block int, n, limit uint32) bool {
	numbers := o.body[o.block[block]:o.block[block+1]]
	if int64(len(numbers)) < 4*(int64(n)+1) {
		return false
	}
	last := uint32(0)
	for i := range n + 1 {
		next := binary.LittleEndian.Uint32(numbers[4*i:])
		if next < last || next > limit {
			return false
		}
		last = next
	}
	return true
}

func (o *object) assembled() bool { return o.flags&fromAssembly != 0 }

// imports are the packages that the linker loads for this one, in its order.
func (o *object) imports() []string {
	var paths []string
	for at := o.block[0]; at+importSize <= o.block[1]; at += importSize {
		paths = append(paths, o.text(at))
	}
	return paths
}

// pkg is the i-th of the list that references to other packages count in.
func (o *object) pkg(i uint32) (string, bool) {
	if int64(i) >= int64(o.block[blockPackages+1]-o.block[blockPackages])/stringSize {
		return "", false
	}
	return o.text(o.block[blockPackages] + i*stringSize), true
}

// text is the string that the length and the offset at this place tell; empty if they lead outside.
func (o *object) text(at uint32) string {
	length := uint64(binary.LittleEndian.Uint32(o.body[at:]))
	offset := uint64(binary.LittleEndian.Uint32(o.body[at+4:]))
	if offset+length > uint64(len(o.body)) {
		return ""
	}
	if length == 0 {
		return ""
	}
	return unsafe.String(&o.body[offset], length) // nothing writes to body; there are 300,000 names
}

// symbol is a symbol's record: name, ABI, kind, flags, size, alignment.
type symbol []byte

// symbol is the i-th: the defined ones, then names of others.
func (o *object) symbol(i uint32) symbol {
	at := o.block[blockSymbols] + i*symbolSize
	return symbol(o.body[at : at+symbolSize])
}

func (o *object) name(i uint32) string { return o.text(o.block[blockSymbols] + i*symbolSize) }

func (s symbol) abi() uint16   { return binary.LittleEndian.Uint16(s[8:]) }
func (s symbol) kind() byte    { return s[10] }
func (s symbol) flag() byte    { return s[11] }
func (s symbol) size() uint32  { return binary.LittleEndian.Uint32(s[13:]) }
func (s symbol) align() uint32 { return binary.LittleEndian.Uint32(s[17:]) }

// Kinds of symbols, of cmd/internal/objabi.
const (
	kindText      = 1
	kindTextFIPS  = 2
	kindVariable  = 5 // up to the last: what a program may write
	kindLastVar   = 11
	kindDWARF     = 12 // up to the last: for debuggers
	kindLastDWARF = 20
)

func (s symbol) isText() bool     { return s.kind() == kindText || s.kind() == kindTextFIPS }
func (s symbol) isVariable() bool { return s.kind() >= kindVariable && s.kind() <= kindLastVar }

// data is the content of the i-th symbol, which is defined here.
func (o *object) data(i uint32) []byte {
	begin, end := o.span(blockDataAt, i)
	return o.body[o.block[blockData]+begin : o.block[blockData]+end]
}

// relocs are the places in the i-th symbol where the linker writes an address.
func (o *object) relocs(i uint32) relocs {
	begin, end := o.span(blockRelocAt, i)
	return relocs(o.body[o.block[blockRelocs]+begin*relocSize : o.block[blockRelocs]+end*relocSize])
}

func (o *object) span(block int, i uint32) (begin, end uint32) {
	at := o.body[o.block[block]+4*i:]
	return binary.LittleEndian.Uint32(at), binary.LittleEndian.Uint32(at[4:])
}

// relocs are records of 23 bytes: offset, size, type, addend and what is referred to.
type relocs []byte

func (r relocs) len() int { return len(r) / relocSize }

// shape is all but what is referred to.
func (r relocs) shape(i int) []byte { return r[i*relocSize : i*relocSize+15] }

func (r relocs) offset(i int) int32 { return int32(binary.LittleEndian.Uint32(r[i*relocSize:])) }
func (r relocs) kind(i int) uint16  { return binary.LittleEndian.Uint16(r[i*relocSize+5:]) }
func (r relocs) addend(i int) int64 { return int64(binary.LittleEndian.Uint64(r[i*relocSize+7:])) }

func (r relocs) target(i int) target {
	return target{binary.LittleEndian.Uint32(r[i*relocSize+15:]), binary.LittleEndian.Uint32(r[i*relocSize+19:])}
}

// target is a reference: a package, or one of the special numbers, and a symbol in it.
type target struct{ pkg, symbol uint32 }

// Types of relocations that say something other than "here is an address", of cmd/internal/objabi.
const (
	relocUseType        = 22
	relocUseIface       = 23
	relocUseIfaceMethod = 24
	relocUseNamedMethod = 25
	relocMethodOffset   = 26
	relocWeak           = 1 << 15
)
