package serving

// choice reads a field of the first choice: a completion's text, or the message or delta of a chat.
func (s *scan) choice(key []byte, c *chunk) error {
	switch string(key) {
	case "text":
		return s.generated(c)
	case "delta", "message":
		return s.objectOr(func(key []byte) error { return s.message(key, c) })
	case "finish_reason":
		value, err := s.raw()
		if err == nil && value[0] == '"' {
			c.finish = string(value[1 : len(value)-1])
		}
		return err
	case "error":
		value, err := s.raw()
		if err == nil && !isEmpty(value) {
			c.failure = value
		}
		return err
	}
	return s.value()
}

// message reads a field of a chat's message or delta. Whatever the model generates is text: thoughts, refusals and calls, too.
func (s *scan) message(key []byte, c *chunk) error {
	switch string(key) {
	case "content", "reasoning_content", "reasoning", "refusal":
		return s.generated(c)
	case "tool_calls":
		return s.array(func() error {
			return s.objectOr(func(key []byte) error {
				if string(key) == "function" {
					return s.call(c)
				}
				return s.value()
			})
		})
	case "function_call": // of earlier releases of the OpenAI API
		return s.call(c)
	}
	return s.value()
}

// call reads a call of a function, or a part of one: its name, and its arguments as the model writes them.
func (s *scan) call(c *chunk) error {
	return s.objectOr(func(key []byte) error {
		switch string(key) {
		case "name", "arguments":
			return s.words(c)
		}
		return s.value()
	})
}

// generated reads a value that holds text that was generated: a string with anything in it, or parts of a content.
func (s *scan) generated(c *chunk) error {
	if s.blank(); s.at < len(s.text) {
		switch s.text[s.at] {
		case '[':
			return s.array(func() error { return s.generated(c) })
		case '{':
			return s.object(func(key []byte) error {
				switch string(key) {
				case "text", "content", "thinking", "refusal":
					return s.generated(c)
				}
				return s.value()
			})
		}
	}
	return s.words(c)
}

// words reads a value of any kind, which is text that was generated if it is a string with anything in it.
func (s *scan) words(c *chunk) error {
	value, err := s.raw()
	c.hasText = c.hasText || len(value) > 2 && value[0] == '"'
	return err
}
