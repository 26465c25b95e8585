package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// places tells where in a JSON text each value stands, by its path ("rules[2].min_regression").
type places struct {
	data  []byte
	order []place // in the order of the text
}

type place struct {
	path   string
	offset int64 // of the key, or of the value in a list
}

// readPlaces also refuses what encoding/json lets pass: a key twice in one object, data after the end, a top value that
// is no object. Its errors begin with "line:column: ".
func readPlaces(data []byte) (places, error) {
	at := places{data: data}
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
		return at, fmt.Errorf("%s: there is data after the end of the policy", at.at(int64(len(data)-len(bytes.TrimLeft(data[end:], " \t\r\n")))))
	}
	if first := bytes.TrimSpace(data); first[0] != '{' {
		return at, fmt.Errorf("%s: a policy is an object in { }", at.at(0))
	}
	return at, nil
}

// maxDepth is far more than a policy has: hostile nesting ends there.
const maxDepth = 16

func (at *places) value(d *json.Decoder, path string, depth int) error {
	if depth > maxDepth {
		return errors.New("nested too deeply for a policy")
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
			if name != strings.ToLower(name) { // encoding/json would take it for the lower-case one
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

// skip moves from the end of one token to the beginning of the next.
func (at *places) skip(offset int64) int64 {
	for offset < int64(len(at.data)) && strings.IndexByte(" \t\r\n,:", at.data[offset]) >= 0 {
		offset++
	}
	return offset
}

// has reports whether the top object has the key.
func (at *places) has(key string) bool {
	for _, p := range at.order {
		if p.path == key {
			return true
		}
	}
	return false
}

// before is the path of the value that ends at or holds the offset.
func (at *places) before(offset int64) string {
	path := ""
	for _, p := range at.order {
		if p.offset < offset {
			path = p.path
		}
	}
	return path
}

// ending is the first path whose last key is that.
func (at *places) ending(key string) string {
	for _, p := range at.order {
		if p.path == key || strings.HasSuffix(p.path, "."+key) {
			return p.path
		}
	}
	return key
}

// position is "line:column" of the path, or of the nearest value that holds it.
func (at *places) position(path string) string {
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

func (at *places) at(offset int64) string {
	head := at.data[:min(offset, int64(len(at.data)))]
	line := 1 + bytes.Count(head, []byte("\n"))
	return fmt.Sprintf("%d:%d", line, len(head)-bytes.LastIndexByte(head, '\n'))
}
