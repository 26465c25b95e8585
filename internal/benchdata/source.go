package benchdata

import (
	"bytes"
	"encoding/json"
)

// plain yields the lines of go test -bench. At an event of go test -json before any result it hands over to events.
type plain struct {
	p      *parser
	in     *lines
	stream *stream
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
			s.p.overlong(s.in.num)
			continue
		}
		if s.p.results == 0 && bytes.HasPrefix(text, []byte("{")) {
			var ev event
			if json.Unmarshal(text, &ev) == nil && ev.known() {
				e := &events{p: s.p, in: s.in, streams: make(map[string]*stream)}
				s.p.source = e
				e.event(ev, s.in.num)
				return e.next()
			}
		}
		return text, s.in.num, s.stream, true
	}
}
