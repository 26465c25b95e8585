package serving

// blank skips white space.
func (s *scan) blank() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// is takes the next character if it is c.
func (s *scan) is(c byte) bool {
	if s.at < len(s.text) && s.text[s.at] == c {
		s.at++
		return true
	}
	return false
}

// objectOr reads an object as object does, or a value of another kind.
func (s *scan) objectOr(field func(key []byte) error) error {
	if s.blank(); s.at < len(s.text) && s.text[s.at] == '{' {
		return s.object(field)
	}
	return s.value()
}

// object reads an object, whose fields' values field reads.
func (s *scan) object(field func(key []byte) error) error {
	if s.blank(); !s.is('{') || s.depth >= maxNesting {
		return errSyntax
	}
	s.depth++
	defer func() { s.depth-- }()
	if s.blank(); s.is('}') {
		return nil
	}
	for {
		s.blank()
		begin := s.at
		if err := s.string(); err != nil {
			return err
		}
		key := s.text[begin+1 : s.at-1]
		if s.blank(); !s.is(':') {
			return errSyntax
		}
		if err := field(key); err != nil {
			return err
		}
		if s.blank(); s.is('}') {
			return nil
		}
		if !s.is(',') {
			return errSyntax
		}
	}
}

// array reads an array, whose values element reads, or a value of another kind.
func (s *scan) array(element func() error) error {
	if s.blank(); !s.is('[') {
		return s.value()
	}
	if s.depth >= maxNesting {
		return errSyntax
	}
	s.depth++
	defer func() { s.depth-- }()
	if s.blank(); s.is(']') {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if s.blank(); s.is(']') {
			return nil
		}
		if !s.is(',') {
			return errSyntax
		}
	}
}

// value reads a value of any kind.
func (s *scan) value() error {
	s.blank()
	if s.at == len(s.text) {
		return errSyntax
	}
	switch s.text[s.at] {
	case '{':
		return s.object(s.skip)
	case '[':
		return s.array(s.value)
	case '"':
		return s.string()
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	}
	return s.number()
}

// raw reads a value of any kind, and returns it as it stands.
func (s *scan) raw() ([]byte, error) {
	s.blank()
	begin := s.at
	err := s.value()
	return s.text[begin:s.at], err
}

func (s *scan) skip([]byte) error { return s.value() }

func (s *scan) word(w string) error {
	if len(s.text)-s.at < len(w) || string(s.text[s.at:s.at+len(w)]) != w {
		return errSyntax
	}
	s.at += len(w)
	return nil
}

func (s *scan) string() error {
	if !s.is('"') {
		return errSyntax
	}
	for s.at < len(s.text) {
		c := s.text[s.at]
		s.at++
		switch {
		case c == '"':
			return nil
		case c < ' ':
			return errSyntax
		case c == '\\':
			if err := s.escape(); err != nil {
				return err
			}
		}
	}
	return errSyntax
}

// escape reads what follows a backslash.
func (s *scan) escape() error {
	if s.at == len(s.text) {
		return errSyntax
	}
	c := s.text[s.at]
	s.at++
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
		for range 4 {
			if s.at == len(s.text) || !isHex(s.text[s.at]) {
				return errSyntax
			}
			s.at++
		}
		return nil
	}
	return errSyntax
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// number reads -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
func (s *scan) number() error {
	s.is('-')
	if !s.is('0') && !s.digits() {
		return errSyntax
	}
	if s.is('.') && !s.digits() {
		return errSyntax
	}
	if s.is('e') || s.is('E') {
		if !s.is('+') {
			s.is('-')
		}
		if !s.digits() {
			return errSyntax
		}
	}
	return nil
}

// digits reads one digit or more.
func (s *scan) digits() bool {
	begin := s.at
	for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
	return s.at > begin
}
