package serving

import (
	"bytes"
	"errors"
	"fmt"
)

// chunk is what the client wants to know of one JSON object of a reply: an event of a stream, or a whole body.
type chunk struct {
	hasText  bool // some text that was generated
	finished bool // a finish_reason

	hasUsage         bool
	promptTokens     int
	completionTokens int

	failure []byte // the error object; nil when there is none
}

// scan reads JSON without decoding it: an event takes 0.4 us where encoding/json takes 3. It accepts exactly what encoding/json
// takes for valid, nested up to maxNesting deep.
type scan struct {
	text  []byte
	at    int
	depth int
}

const maxNesting = 64

var errSyntax = errors.New("no JSON")

// readChunk reads the object that is the whole of text.
func readChunk(text []byte) (chunk, error) {
	s := &scan{text: text}
	var c chunk
	err := s.object(func(key []byte) error { return s.top(key, &c) })
	if err == nil {
		if s.blank(); s.at < len(text) {
			err = errSyntax
		}
	}
	if err != nil {
		return chunk{}, fmt.Errorf("byte %d of %q: %w", s.at, short(text), err)
	}
	return c, nil
}

// short is the beginning of a text, for messages.
func short(text []byte) []byte { return text[:min(len(text), 80)] }

func (s *scan) top(key []byte, c *chunk) error {
	switch string(key) {
	case "choices":
		first := true
		return s.array(func() error {
			if !first {
				return s.value()
			}
			first = false
			return s.objectOr(func(key []byte) error { return s.choice(key, c) })
		})
	case "usage":
		return s.objectOr(func(key []byte) error { return s.usage(key, c) })
	case "error":
		s.blank()
		begin := s.at
		err := s.value()
		if failure := s.text[begin:s.at]; err == nil && !bytes.Equal(failure, null) {
			c.failure = failure
		}
		return err
	}
	return s.value()
}

var null = []byte("null")

// choice reads a field of the first choice: a completion's text, or the message or delta of a chat.
func (s *scan) choice(key []byte, c *chunk) error {
	switch string(key) {
	case "text":
		return s.generated(c)
	case "delta", "message":
		return s.objectOr(func(key []byte) error {
			switch string(key) {
			case "content", "reasoning_content", "reasoning":
				return s.generated(c)
			}
			return s.value()
		})
	case "finish_reason":
		s.blank()
		c.finished = c.finished || s.at < len(s.text) && s.text[s.at] == '"'
	}
	return s.value()
}

// generated reads a value that, if it is a string with anything in it, is text that was generated.
func (s *scan) generated(c *chunk) error {
	s.blank()
	begin := s.at
	err := s.value()
	c.hasText = c.hasText || s.at > begin+2 && s.text[begin] == '"'
	return err
}

func (s *scan) usage(key []byte, c *chunk) error {
	c.hasUsage = true
	switch string(key) {
	case "prompt_tokens":
		return s.count(&c.promptTokens)
	case "completion_tokens":
		return s.count(&c.completionTokens)
	}
	return s.value()
}

// count reads a value; a whole number of up to nine digits goes to n.
func (s *scan) count(n *int) error {
	s.blank()
	begin := s.at
	if err := s.value(); err != nil {
		return err
	}
	sum := 0
	digits := s.text[begin:s.at]
	if len(digits) > 9 {
		return nil
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return nil
		}
		sum = 10*sum + int(c-'0')
	}
	*n = sum
	return nil
}
