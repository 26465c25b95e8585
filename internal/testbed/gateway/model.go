package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// maxModelName is the longest name of a model, in bytes as written: whoever asks for a longer one did not mean a model.
const maxModelName = 1024

var (
	errNotObject  = errors.New("the body must be a JSON object")
	errTruncated  = errors.New("the body is not whole JSON")
	errNoModel    = errors.New("model: no such field; name the model")
	errTwoModels  = errors.New("model: the field is there twice; name one model")
	errModelType  = errors.New("model: want a string")
	errModelName  = fmt.Errorf("model: the name is longer than %d bytes", maxModelName)
	errEmptyModel = errors.New("model: the name is empty")
)

// modelOf finds the model that a request asks for: the string at key "model" of the JSON object that body is.
//
// It reads body once, skips what it does not need without decoding, and allocates nothing but the name. It is not a check of
// the JSON, which is for the replica to make, but for every valid body it finds what encoding/json would: keys fold case and may
// have escapes. A body with two models is refused: two readers might take different ones, and the class of one would let the other
// in.
func modelOf(body []byte) (name string, err error) {
	s := scanner{body: body}
	if !s.next('{') {
		return "", errNotObject
	}
	if s.next('}') {
		return "", errNoModel
	}
	found := false
	for {
		key, ok := s.text()
		if !ok || !s.next(':') {
			return "", errTruncated
		}
		if isModel(key) {
			if found {
				return "", errTwoModels
			}
			found = true
			value, ok := s.text()
			if !ok {
				return "", errModelType
			}
			if name, err = unquote(value); err != nil {
				return "", err
			}
		} else if !s.skip() {
			return "", errTruncated
		}
		switch {
		case s.next(','):
		case !s.next('}'):
			return "", errTruncated
		case !found:
			return "", errNoModel
		case name == "":
			return "", errEmptyModel
		default:
			return name, nil
		}
	}
}

// isModel tells whether a key, quotes and all, is one that encoding/json takes for "model".
func isModel(key []byte) bool {
	if bytes.IndexByte(key, '\\') < 0 {
		return len(key) == len(`"model"`) && strings.EqualFold(string(key[1:len(key)-1]), "model")
	}
	if len(key) > len(`"model"`)*6 { // every letter as \u006d
		return false
	}
	var s string
	return json.Unmarshal(key, &s) == nil && strings.EqualFold(s, "model")
}

func unquote(quoted []byte) (string, error) {
	if len(quoted) > maxModelName {
		return "", errModelName
	}
	var name string
	if err := json.Unmarshal(quoted, &name); err != nil {
		return "", fmt.Errorf("model: %w", err)
	}
	return name, nil
}

// scanner goes over JSON from left to right.
type scanner struct {
	body []byte
	at   int // the next byte
}

// next goes over white space and then over c, if c is what comes.
func (s *scanner) next(c byte) bool {
	s.blank()
	if s.at == len(s.body) || s.body[s.at] != c {
		return false
	}
	s.at++
	return true
}

func (s *scanner) blank() {
	for s.at < len(s.body) {
		switch s.body[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// text goes over a string and returns it with its quotes.
func (s *scanner) text() ([]byte, bool) {
	from := s.at
	if !s.next('"') {
		s.at = from
		return nil, false
	}
	start := s.at
	for {
		quote := bytes.IndexByte(s.body[s.at:], '"')
		if quote < 0 {
			return nil, false
		}
		s.at += quote + 1
		slashes := s.at - 1
		for slashes > start && s.body[slashes-1] == '\\' {
			slashes--
		}
		if (s.at-1-slashes)%2 == 0 { // an even number of backslashes are half as many, and escape nothing
			return s.body[start-1 : s.at], true
		}
	}
}

// skip goes over one value of any kind.
func (s *scanner) skip() bool {
	s.blank()
	for depth := 0; s.at < len(s.body); {
		switch s.body[s.at] {
		case '"':
			if _, ok := s.text(); !ok {
				return false
			}
		case '{', '[':
			depth++
			s.at++
			continue
		case '}', ']':
			if depth--; depth < 0 {
				return false // where a value should be
			}
			s.at++
		case ',', ':', ' ', '\t', '\n', '\r': // inside brackets
			if depth == 0 {
				return false
			}
			s.at++
			continue
		default:
			s.scalar()
		}
		if depth == 0 {
			return true
		}
	}
	return false
}

// scalar goes over a number, true, false, null, or nonsense.
func (s *scanner) scalar() {
	for s.at < len(s.body) {
		switch s.body[s.at] {
		case ',', ':', ' ', '\t', '\n', '\r', '}', ']', '{', '[', '"':
			return
		}
		s.at++
	}
}
