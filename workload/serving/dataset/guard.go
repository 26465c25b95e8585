package dataset

import (
	"fmt"
	"io"
)

const (
	maxDepth = 64
	maxText  = 16 << 20 // bytes of one string, number or word: encoding/json holds it whole
)

// guard passes JSON on to a decoder as long as no value and no nesting in it would fill the memory. It checks no grammar.
type guard struct {
	from    io.Reader
	offset  int64 // of the next byte
	depth   int
	length  int  // of the value under way
	text    bool // in a string
	escaped bool // after a backslash in it
	err     error
}

func (g *guard) Read(to []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	n, err := g.from.Read(to)
	for i, c := range to[:n] {
		if fault := g.take(c); fault != nil {
			g.err = fmt.Errorf("byte %d: %w", g.offset, fault)
			return i, g.err
		}
		g.offset++
	}
	return n, err
}

func (g *guard) take(c byte) error {
	if g.text {
		g.length++
		switch {
		case g.length > maxText:
			return fmt.Errorf("a text of more than %d bytes; split the file's conversations", maxText)
		case g.escaped:
			g.escaped = false
		case c == '\\':
			g.escaped = true
		case c == '"':
			g.text, g.length = false, 0
		}
		return nil
	}
	switch c {
	case '"':
		g.text, g.length = true, 0
	case '{', '[':
		g.depth++
		g.length = 0
		if g.depth > maxDepth {
			return fmt.Errorf("nested more than %d deep; write an array of conversations", maxDepth)
		}
	case '}', ']':
		g.depth--
		g.length = 0
	case ' ', '\t', '\r', '\n', ',', ':':
		g.length = 0
	default:
		if g.length++; g.length > maxText {
			return fmt.Errorf("a number or word of more than %d bytes; write JSON", maxText)
		}
	}
	return nil
}
