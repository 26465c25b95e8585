package openai

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// Prompt is what a completion continues: a text, or token ids. On the wire it is a string, a list of strings, a list of ids or a
// list of lists of ids; of the lists of prompts the first one is kept and Count tells how many there were.
type Prompt struct {
	Text   string
	Tokens []int // nil: Text is the prompt
	Count  int   // of prompts; 0: none, or null
}

// TextPrompt is the prompt with this text.
func TextPrompt(text string) Prompt { return Prompt{Text: text, Count: 1} }

// MarshalJSON writes the prompt as a string or a list of ids.
func (p Prompt) MarshalJSON() ([]byte, error) {
	if p.Tokens != nil {
		return json.Marshal(p.Tokens)
	}
	return json.Marshal(p.Text)
}

// UnmarshalJSON reads any of the four forms. The error is a *json.UnmarshalTypeError.
func (p *Prompt) UnmarshalJSON(b []byte) error {
	*p = Prompt{}
	switch first(b) {
	case 'n':
		return nil
	case '"':
		p.Count = 1
		return json.Unmarshal(b, &p.Text)
	case '[':
		return p.unmarshalList(b)
	}
	return wrongType(b, p)
}

func (p *Prompt) unmarshalList(b []byte) error {
	switch first(b[1:]) {
	case ']':
		p.Tokens = []int{}
		return nil
	case '"':
		var texts []string
		if json.Unmarshal(b, &texts) != nil {
			return wrongType(b, p)
		}
		p.Text, p.Count = texts[0], len(texts)
	case '[':
		var lists [][]int
		if json.Unmarshal(b, &lists) != nil {
			return wrongType(b, p)
		}
		p.Tokens, p.Count = lists[0], len(lists)
	default:
		p.Count = 1
		if json.Unmarshal(b, &p.Tokens) != nil {
			return wrongType(b, p)
		}
	}
	return nil
}

// Stop are the texts at which generation stops. On the wire it is a string or a list of strings.
type Stop []string

// UnmarshalJSON reads either form. The error is a *json.UnmarshalTypeError.
func (s *Stop) UnmarshalJSON(b []byte) error {
	*s = nil
	switch first(b) {
	case 'n':
		return nil
	case '"':
		*s = Stop{""}
		return json.Unmarshal(b, &(*s)[0])
	case '[':
		if json.Unmarshal(b, (*[]string)(s)) == nil {
			return nil
		}
	}
	return wrongType(b, s)
}

// Content is what a message says. On the wire it is a string, null, or a list of parts; the parts' texts are joined by newlines.
type Content struct {
	Text string
	// Other is the type of a part that is no text, such as image_url; empty when there is none.
	Other string
}

// MarshalJSON writes the content as a string.
func (c Content) MarshalJSON() ([]byte, error) { return json.Marshal(c.Text) }

// UnmarshalJSON reads any of the three forms. The error is a *json.UnmarshalTypeError.
func (c *Content) UnmarshalJSON(b []byte) error {
	*c = Content{}
	switch first(b) {
	case 'n':
		return nil
	case '"':
		return json.Unmarshal(b, &c.Text)
	case '[':
		return c.unmarshalParts(b)
	}
	return wrongType(b, c)
}

func (c *Content) unmarshalParts(b []byte) error {
	var parts []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	if json.Unmarshal(b, &parts) != nil {
		return wrongType(b, c)
	}
	var text []byte
	for i, part := range parts {
		if part.Type != "text" {
			c.Other = part.Type
			if c.Other == "" {
				c.Other = "untyped"
			}
			return nil
		}
		if i > 0 {
			text = append(text, '\n')
		}
		text = append(text, part.Text...)
	}
	c.Text = string(text)
	return nil
}

// first is the first byte of b that is no blank; 0 when there is none.
func first(b []byte) byte {
	if b = bytes.TrimLeft(b, " \t\r\n"); len(b) > 0 {
		return b[0]
	}
	return 0
}

// wrongType says that b is no value for a field of this kind; encoding/json adds the field's name.
func wrongType(b []byte, into any) error {
	kinds := map[byte]string{'"': "string", '[': "array", '{': "object", 't': "bool", 'f': "bool", 'n': "null"}
	kind, ok := kinds[first(b)]
	if !ok {
		kind = "number"
	}
	return &json.UnmarshalTypeError{Value: kind, Type: reflect.TypeOf(into).Elem()}
}
