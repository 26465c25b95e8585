package benchdata

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"golang.org/x/perf/benchfmt"
)

// A Reader reads results as it is told to. The zero Reader has nothing to go by but the results.
type Reader struct {
	// Procs are the values of GOMAXPROCS that the results were measured with, where that is known; else their names tell.
	Procs []int

	// Needed reports whether values of a unit must be sound; nil: all must. Of other units, those that cannot be are left out, and
	// the Set says so: one that is negative, infinite, absurdly large or no number.
	Needed func(unit string) bool
}

// Read reads results from the output of go test -bench or go test -json, which it tells apart by what stands before the
// first result. The name stands for r in messages. If anything forbids judging the results, the Set is nil and the error
// is [Problems], all of them up to a thousand.
func (as Reader) Read(r io.Reader, name string) (*Set, error) {
	return newParser(r, name, defaultLimits, as).read()
}

// Read reads as the zero [Reader] does.
func Read(r io.Reader, name string) (*Set, error) { return Reader{}.Read(r, name) }

// read reads everything and returns all of it or what is wrong with it.
func (p *parser) read() (*Set, error) {
	p.run()
	p.settleNames()
	if len(p.problems) > 0 {
		if p.unlisted > 0 {
			p.problems = append(p.problems, Problem{File: p.name, Fact: strconv.Itoa(p.unlisted) + " more problems"})
		}
		return nil, p.problems
	}
	return p.set, nil
}

// listed bounds the problems kept of a file.
const listed = 1000

// A parser reads one file. Lines that may hold a result or unit metadata go through benchfmt.Reader, which asks for
// them as an io.Reader does; every other line is judged on the way. Each Read hands over one line, and
// benchfmt.Reader returns what a line holds before it asks for the next, so that the parser always knows the line
// and the package to which a record belongs. (Line numbers of benchfmt count only the lines handed over.)
type parser struct {
	as     Reader
	name   string
	lim    limits
	source source
	rest   []byte // of the line being handed over
	buf    []byte // behind rest
	line   int    // number of the line handed over last
	from   *stream
	stop   bool

	set      *Set
	problems Problems
	unlisted int

	// Of Set.Benchmarks: index by printed name, printed name by index, index of the last result's.
	byName map[printedName]int
	names  []printedName
	last   int // -1 before the first result

	config   map[string]*configKey
	layouts  layouts
	pool     []Value
	columnar bool // runs become Columns

	results, values, metadata int
	series, reserved          int  // of Columns: units of each benchmark, and values for which there was room before they came
	text                      int  // bytes of names and configuration, without those of layouts
	pending                   int  // bytes of lines that packages have begun in go test -json output
	broken                    int  // lines that should have been results
	buildFailed               bool // an event of go test -json said so
	nul                       bool // a NUL byte was seen
}

// A source yields output lines and the package stream to which each belongs.
type source interface {
	next() (text []byte, line int, from *stream, ok bool)
}

func newParser(r io.Reader, name string, lim limits, as Reader) *parser {
	p := &parser{
		as:     as,
		name:   name,
		lim:    lim,
		set:    &Set{Source: name, Config: map[string]string{}, Provenance: Provenance{}, Better: map[string]int{}},
		byName: map[printedName]int{},
		last:   -1,
		config: map[string]*configKey{},
	}
	p.source = &plain{p: p, in: newLines(r, lim.line, lim.file), stream: newStream(p, "")}
	return p
}

// run reads everything.
func (p *parser) run() {
	r := benchfmt.NewReader(p, p.name)
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.Result:
			p.result(rec)
		case *benchfmt.UnitMetadata:
			p.unit(rec)
		case *benchfmt.SyntaxError:
			p.from.broken(p.line, p.buf, rec.Msg)
		}
	}
	if err := r.Err(); err != nil {
		p.problem(Problem{Line: p.line, Fact: err.Error()})
	}
	if p.results == 0 && p.broken == 0 && len(p.problems) == 0 {
		p.problem(Problem{Fact: "no benchmark results", Fix: recordFix(p.name)})
	}
	for key, k := range p.config {
		if k.all {
			p.set.Config[key] = k.value
		}
	}
	// benchfmt keys Unit lines by the tidied unit: a line on "p95-sec" speaks for "p95-ns" too.
	for _, l := range p.layouts.all {
		for _, unit := range l.units {
			if m := r.Units().Get(unit, "better"); m != nil {
				if d, ok := direction(m.Value); ok {
					p.set.Better[unit] = d
				}
			}
		}
	}
}

// Read hands over the next line that benchfmt has to parse, or as much of it as fits.
func (p *parser) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.stop {
			return 0, io.EOF
		}
		text, line, from, ok := p.source.next()
		if !ok {
			p.stop = true
			return 0, io.EOF
		}
		if !p.nul && bytes.IndexByte(text, 0) >= 0 {
			p.nul = true
			p.problem(Problem{Line: line, Fact: "a NUL byte: not text", Fix: "name a file of benchmark results"})
		}
		if !from.line(line, text) {
			continue
		}
		if len(text) > p.lim.resultLine {
			p.broken++
			p.problem(Problem{
				Line: line, Fact: "a result or Unit line of more than " + strconv.Itoa(p.lim.resultLine) + " bytes", Fix: toStderr,
			})
			continue
		}
		p.line, p.from = line, from
		p.buf = append(append(p.buf[:0], text...), '\n')
		p.rest = p.buf
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// problem notes a problem of this file.
func (p *parser) problem(problem Problem) {
	if len(p.problems) >= listed {
		p.unlisted++
		return
	}
	problem.File = p.name
	p.problems = append(p.problems, problem)
}

// exceed notes that there is more than that and ends reading.
func (p *parser) exceed(line int, most string) {
	p.stop = true
	p.problem(Problem{Line: line, Fact: "more than " + most, Fix: splitFix})
}

// splitFix helps against files that are too large, and against too many of them.
const splitFix = "name a file of benchmark results, or judge parts of it in gates of their own"

// roomForText reports whether the names so far are within the limit; else it ends reading.
func (p *parser) roomForText(line int) bool {
	if p.text+p.layouts.text <= p.lim.text {
		return true
	}
	p.exceed(line, tooMuchText(p.lim.text))
	return false
}

func tooMuchText(most int) string {
	return strconv.Itoa(most) + " bytes of names of benchmarks, packages and units, and of configuration"
}

func tooManySeries(most int) string {
	return strconv.Itoa(most) + " units of benchmarks, each benchmark's added up"
}

// ended notes why a source ended early.
func (p *parser) ended(in *lines) {
	switch {
	case in.err == nil:
	case errors.Is(in.err, errFileTooLarge):
		p.exceed(in.num, strconv.FormatInt(in.limit>>20, 10)+" MiB")
	default:
		p.problem(Problem{Line: in.num, Fact: "cannot be read: " + in.err.Error(), Fix: "check the file"})
	}
}

// overlong notes a line that was cut.
func (p *parser) overlong(line int) {
	p.problem(Problem{Line: line, Fact: "a line of more than " + strconv.Itoa(p.lim.line) + " bytes", Fix: toStderr})
}
