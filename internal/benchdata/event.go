package benchdata

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// An event is one line of go test -json. Fields that later Go versions add are none of our business.
type event struct {
	Action      string
	Package     string
	Test        string
	Output      string
	ImportPath  string // of a build
	FailedBuild string // ImportPath of the build that failed a package
}

// known tells an event from other JSON that a program prints.
func (ev event) known() bool {
	switch ev.Action {
	case "start", "run", "output", "pass", "fail", "skip", "build-output", "build-fail":
		return true
	}
	return false
}

// events yields the output lines inside go test -json. A result may be split over two events, and packages may
// alternate, so that output is joined by package.
type events struct {
	p       *parser
	in      *lines
	streams map[string]*stream
	order   []*stream

	out     string  // output not yet yielded
	outLine int     // its line in the file
	stream  *stream // its package
	ending  *stream // the package that the last event ended, its last output yet to be yielded
	end     event
	flushed int  // streams whose last output was yielded at the end of the input
	drained bool // the input is at its end
}

func (e *events) next() (text []byte, line int, from *stream, ok bool) {
	for {
		if text, ok := e.output(); ok {
			return text, e.stream.partialLine, e.stream, true
		}
		if e.p.stop {
			return nil, 0, nil, false
		}
		if s := e.ending; s != nil {
			if text, ok := s.flush(); ok {
				return text, s.partialLine, s, true
			}
			e.ending = nil
			s.packageEnds(e.end, e.outLine)
			continue
		}
		if e.drained {
			if e.flushed == len(e.order) {
				return nil, 0, nil, false
			}
			s := e.order[e.flushed]
			if text, ok := s.flush(); ok {
				return text, s.partialLine, s, true
			}
			e.flushed++
			s.ended()
			continue
		}
		e.read()
	}
}

// read takes the next event.
func (e *events) read() {
	text, ok := e.in.next()
	num := e.in.num
	if !ok {
		e.drained = true
		e.p.ended(e.in)
		return
	}
	if e.in.overlong {
		e.p.overlong(num)
		return
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 || bytes.HasPrefix(text, []byte("go: ")) {
		return
	}
	var ev event
	if err := json.Unmarshal(text, &ev); err != nil || ev.Action == "" {
		why := "no action"
		if err != nil {
			why = err.Error()
		}
		fix := "keep standard error out of the file"
		if e.in.open {
			fix = recordFix(e.p.name)
		}
		e.p.problem(Problem{Line: num, Fact: "not an event of go test -json: " + why, Fix: fix})
		return
	}
	e.event(ev, num)
}

// event acts on one event.
func (e *events) event(ev event, num int) {
	e.outLine = num
	switch ev.Action {
	case "build-fail":
		e.p.buildFailed = true
		e.p.problem(Problem{Line: num, Fact: printable(ev.ImportPath) + " does not build", Fix: "make it build"})
		return
	case "build-output":
		return
	}
	s := e.streams[ev.Package]
	if s == nil {
		if len(e.streams) >= e.p.lim.packages {
			e.p.exceed(num, strconv.Itoa(e.p.lim.packages)+" packages")
			return
		}
		if e.p.text += len(ev.Package); !e.p.roomForText(num) {
			return
		}
		s = newStream(e.p, ev.Package)
		e.streams[ev.Package] = s
		e.order = append(e.order, s)
	}
	switch ev.Action {
	case "start":
		if s.open || s.running {
			s.ended()
		}
		s.running, s.failed = true, false
	case "output":
		e.out, e.stream = ev.Output, s
		s.running = true
	case "pass", "fail", "skip":
		if ev.Test == "" {
			e.ending, e.end = s, ev
		} else if ev.Action == "fail" && !s.failed {
			s.fail(num, "", printable(ev.Test)+" failed", makePass)
		}
	}
}

// output returns the next whole line of the output at hand, joined to what its package printed before.
func (e *events) output() (text []byte, ok bool) {
	s := e.stream
	for e.out != "" {
		if len(s.partial) == 0 && !s.overlong {
			s.partialLine = e.outLine
		}
		head, rest, whole := strings.Cut(e.out, "\n")
		e.out = rest
		if s.overlong = s.overlong || len(s.partial)+len(head) > e.p.lim.line; !s.overlong {
			s.partial = append(s.partial, head...)
			if e.p.pending += len(head); e.p.pending > e.p.lim.pending {
				e.p.exceed(e.outLine, strconv.Itoa(e.p.lim.pending)+" bytes of lines that packages have begun and not ended")
				return nil, false
			}
		} else if s.drop(); whole {
			s.overlong = false
			e.p.overlong(s.partialLine)
			continue
		}
		if whole {
			return s.take()
		}
	}
	return nil, false
}

// flush returns output that never got its line end.
func (s *stream) flush() (text []byte, ok bool) {
	if len(s.partial) == 0 {
		return nil, false
	}
	return s.take()
}

// take returns the line collected, valid until the next output of its package.
func (s *stream) take() (text []byte, ok bool) {
	text = bytes.TrimSuffix(s.partial, []byte("\r"))
	s.drop()
	return text, true
}

// drop forgets the line begun, and with a long one its room: there may be thousands of packages.
func (s *stream) drop() {
	const most = 4 << 10
	s.p.pending -= len(s.partial)
	if s.partial = s.partial[:0]; cap(s.partial) > most {
		s.partial = nil
	}
}

// packageEnds acts on the event that ends a package.
func (s *stream) packageEnds(ev event, num int) {
	if ev.Action == "fail" && !s.failed && (ev.FailedBuild == "" || !s.p.buildFailed) {
		s.fail(num, "", printable(s.name)+" failed", makePass)
	}
	s.open, s.running = false, false
}
