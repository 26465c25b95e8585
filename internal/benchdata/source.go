package benchdata

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// plain yields the lines of go test -bench. If the first line is an event of go test -json, it hands over to events.
type plain struct {
	p       *parser
	in      *lines
	stream  *stream
	decided bool
	nul     bool
}

func (s *plain) next() (text []byte, line int, from *stream, ok bool) {
	for {
		text, ok := s.in.next()
		if !ok {
			s.p.ended(s.in)
			s.stream.ended()
			return nil, 0, nil, false
		}
		if s.in.num == 1 {
			if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
				s.p.stop = true
				s.p.problem(Problem{Line: 1, Fact: "UTF-16 text", Fix: "record as UTF-8; in PowerShell: go test ... | Out-File -Encoding utf8"})
				return nil, 0, nil, false
			}
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
		}
		if s.in.overlong {
			s.decided = true
			s.p.overlong(s.in.num)
			continue
		}
		if !s.nul && bytes.IndexByte(text, 0) >= 0 {
			s.nul = true
			s.p.problem(Problem{Line: s.in.num, Fact: "a NUL byte: not text", Fix: "name a file of benchmark results"})
		}
		if !s.decided && len(text) > 0 {
			var ev event
			if text[0] == '{' && json.Unmarshal(text, &ev) == nil && ev.Action != "" {
				e := &events{p: s.p, in: s.in, streams: make(map[string]*stream)}
				s.p.source = e
				e.event(ev, s.in.num)
				return e.next()
			}
			// Lines that a wrapper or a Writer may put first decide nothing.
			s.decided = !bytes.HasPrefix(text, []byte("go: ")) && text[0] != '#'
		}
		return text, s.in.num, s.stream, true
	}
}

// overlong notes a line that was cut.
func (p *parser) overlong(line int) {
	p.problem(Problem{Line: line, Fact: "a line of more than " + strconv.Itoa(p.lim.line) + " bytes", Fix: toStderr})
}
