// Package strictjson reads configuration from JSON as strictly as a person would: it refuses what encoding/json lets pass,
// and says of every fault in which line and column it is.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Text is a JSON text of which it is known where each value stands, by its path ("rules[2].min_regression"). Make one with [Read].
type Text struct {
	what  string
	data  []byte
	free  []string
	order []place // in the order of the text
}

type place struct {
	path   string
	offset int64 // of the key, or of the value in a list
}

// Read reads the text of a what ("policy"), and refuses what encoding/json lets pass: a key twice in one object, a key that
// differs in case, data after the end, a top value that is no object. Objects at the paths free, and in those, may have keys of any
// case. Errors begin with "line:column: ".
func Read(what string, data []byte, free ...string) (Text, error) {
	at := Text{what: what, data: data, free: free}
	d := json.NewDecoder(bytes.NewReader(data))
	if err := at.value(d, "", 0); err != nil {
		var syntax *json.SyntaxError
		offset := d.InputOffset()
		if errors.As(err, &syntax) && syntax.Offset > offset {
			offset = syntax.Offset - 1
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			offset, err = int64(len(data)), errors.New("the JSON ends too early")
		}
		return at, fmt.Errorf("%s: %w", at.at(offset), err)
	}
	end := d.InputOffset()
	if rest := bytes.TrimSpace(data[end:]); len(rest) > 0 {
		return at, fmt.Errorf("%s: there is data after the end of the %s",
			at.at(int64(len(data)-len(bytes.TrimLeft(data[end:], " \t\r\n")))), what)
	}
	if first := bytes.TrimSpace(data); first[0] != '{' {
		return at, fmt.Errorf("%s: a %s is an object in { }", at.at(0), what)
	}
	return at, nil
}

// maxDepth is far more than a configuration has: hostile nesting ends there.
const maxDepth = 16

func (at *Text) value(d *json.Decoder, path string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("nested too deeply for a %s", at.what)
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			offset := at.skip(d.InputOffset())
			key, err := d.Token()
			if err != nil {
				return err
			}
			name, _ := key.(string)
			if seen[name] {
				return fmt.Errorf("%q stands twice in one object", name)
			}
			if name != strings.ToLower(name) && !at.isFree(path) { // encoding/json would take it for the lower-case one
				return fmt.Errorf("unknown field %q", name)
			}
			seen[name] = true
			child := strings.TrimPrefix(path+"."+name, ".")
			at.order = append(at.order, place{child, offset})
			if err := at.value(d, child, depth+1); err != nil {
				return err
			}
		}
		_, err = d.Token()
	case json.Delim('['):
		for i := 0; d.More(); i++ {
			child := fmt.Sprintf("%s[%d]", path, i)
			at.order = append(at.order, place{child, at.skip(d.InputOffset())})
			if err := at.value(d, child, depth+1); err != nil {
				return err
			}
		}
		_, err = d.Token()
	}
	return err
}

// isFree reports whether an object may have keys of any case.
func (at *Text) isFree(path string) bool {
	return slices.ContainsFunc(at.free, func(free string) bool { return path == free || strings.HasPrefix(path, free+".") })
}

// skip moves from the end of one token to the beginning of the next.
func (at *Text) skip(offset int64) int64 {
	for offset < int64(len(at.data)) && strings.IndexByte(" \t\r\n,:", at.data[offset]) >= 0 {
		offset++
	}
	return offset
}

// Has reports whether the top object has the key.
func (at *Text) Has(key string) bool {
	for _, p := range at.order {
		if p.path == key {
			return true
		}
	}
	return false
}

// before is the path of the value that ends at or holds the offset.
func (at *Text) before(offset int64) string {
	path := ""
	for _, p := range at.order {
		if p.offset < offset {
			path = p.path
		}
	}
	return path
}

// ending is the first path whose last key is that.
func (at *Text) ending(key string) string {
	for _, p := range at.order {
		if p.path == key || strings.HasSuffix(p.path, "."+key) {
			return p.path
		}
	}
	return key
}

// Position is "line:column" of the path, or of the nearest value that holds it.
func (at *Text) Position(path string) string {
	for path != "" {
		for _, p := range at.order {
			if p.path == path {
				return at.at(p.offset)
			}
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return at.at(0)
}

func (at *Text) at(offset int64) string {
	head := at.data[:min(offset, int64(len(at.data)))]
	line := 1 + bytes.Count(head, []byte("\n"))
	return fmt.Sprintf("%d:%d", line, len(head)-bytes.LastIndexByte(head, '\n'))
}
