package serving

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

// generated reads a value that holds text that was generated: a string with anything in it, or parts of a content.
func (s *scan) generated(c *chunk) error {
	s.blank()
	begin := s.at
	if begin < len(s.text) {
		switch s.text[begin] {
		case '[':
			return s.array(func() error { return s.generated(c) })
		case '{':
			return s.object(func(key []byte) error {
				switch string(key) {
				case "text", "content", "thinking":
					return s.generated(c)
				}
				return s.value()
			})
		}
	}
	err := s.value()
	c.hasText = c.hasText || s.at > begin+2 && s.text[begin] == '"'
	return err
}
