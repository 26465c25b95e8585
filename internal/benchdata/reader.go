package benchdata

import (
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"golang.org/x/perf/benchfmt"
)

// Read reads results from the output of go test -bench or go test -json, which it tells apart by the first line.
// The name stands for r in messages. If anything forbids judging the results, the Set is nil and the error is
// [Problems], all of them up to a thousand.
func Read(r io.Reader, name string) (*Set, error) {
	return read(r, name, defaultLimits)
}

func read(r io.Reader, name string, lim limits) (*Set, error) {
	p := newParser(r, name, lim)
	p.run()
	if len(p.problems) > 0 {
		if p.unlisted > 0 {
			p.problems = append(p.problems, Problem{File: name, Fact: strconv.Itoa(p.unlisted) + " more problems"})
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

	byName                    map[string]map[string]int // index in Set.Benchmarks by pkg and name as printed
	printed                   []string                  // names as printed, by index in Set.Benchmarks
	last                      int                       // index of the benchmark of the last result, -1 before
	config                    map[string]*configKey
	layouts                   layouts
	pool                      []Value
	results, values, metadata int
	broken                    int  // lines that should have been results
	buildFailed               bool // an event of go test -json said so
}

// A configKey tells whether results agree on one configuration key.
type configKey struct {
	value    string
	line     int  // of the first result below it
	all      bool // stands above every result so far
	reported bool
}

// A source yields output lines and the package stream to which each belongs.
type source interface {
	next() (text []byte, line int, from *stream, ok bool)
}

func newParser(r io.Reader, name string, lim limits) *parser {
	p := &parser{
		name:   name,
		lim:    lim,
		set:    &Set{Source: name, Config: map[string]string{}, Provenance: map[string]string{}, Better: map[string]int{}},
		byName: map[string]map[string]int{},
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
		if !from.line(line, text) {
			continue
		}
		if len(text) > p.lim.resultLine {
			p.broken++
			p.problem(Problem{Line: line, Fact: "a result or Unit line of more than " + strconv.Itoa(p.lim.resultLine) + " bytes", Fix: toStderr})
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

// exceed notes that a limit is exceeded and ends reading.
func (p *parser) exceed(line int, fact string) {
	p.stop = true
	p.problem(Problem{Line: line, Fact: fact, Fix: "name a file of benchmark results, or split it"})
}

// ended notes why a source ended early.
func (p *parser) ended(in *lines) {
	switch {
	case in.err == nil:
	case errors.Is(in.err, errFileTooLarge):
		p.exceed(in.num, "more than "+strconv.FormatInt(in.limit>>20, 10)+" MiB")
	default:
		p.problem(Problem{Line: in.num, Fact: "cannot be read: " + in.err.Error(), Fix: "check the file"})
	}
}

// result takes over one result.
func (p *parser) result(rec *benchfmt.Result) {
	p.results++
	p.values += len(rec.Values)
	if p.results > p.lim.results {
		p.exceed(p.line, "more than "+strconv.Itoa(p.lim.results)+" results")
		return
	}
	if p.values > p.lim.values {
		p.exceed(p.line, "more than "+strconv.Itoa(p.lim.values)+" values")
		return
	}
	p.from.opened(p.line)
	p.agree()

	b := p.benchmark(rec.Name)
	run := Run{File: p.name, Line: p.line, Iters: rec.Iters, Values: p.take(len(rec.Values))}
	for i, v := range rec.Values {
		// benchfmt tidies ns to sec and MB to B, except for values that this would not change: 0 and Inf.
		run.Values[i] = Value{v.Unit, v.Value}
		if v.OrigUnit != "" {
			run.Values[i] = Value{v.OrigUnit, v.OrigValue}
		}
	}
	layout := p.layouts.of(run.Values)
	if p.layouts.units > p.lim.units {
		p.exceed(p.line, "more than "+strconv.Itoa(p.lim.units)+" units")
		return
	}
	for i := range run.Values {
		run.Values[i].Unit = layout.units[i] // one string for all runs: benchfmt forgets its own after 1,024
	}
	for _, f := range layout.check(run.Iters, run.Values) {
		p.problem(Problem{Line: p.line, Benchmark: printable(p.printed[b]), Fact: f.fact, Fix: f.fix})
	}
	runs := &p.set.Benchmarks[b].Runs
	if *runs == nil && b > 0 {
		// As many as the benchmark before: -count is the same for all.
		*runs = make([]Run, 0, len(p.set.Benchmarks[b-1].Runs))
	}
	*runs = append(*runs, run)
}

// take returns room for n values, cut from blocks: a result line costs no allocation of its own.
func (p *parser) take(n int) []Value {
	const block = 1 << 10 // 24 KiB
	if n > len(p.pool) {
		p.pool = make([]Value, max(n, block))
	}
	values := p.pool[:n:n]
	p.pool = p.pool[n:]
	return values
}

// benchmark returns the index of the benchmark of this name in the package of the line.
func (p *parser) benchmark(name []byte) int {
	pkg := p.from.pkg()
	if p.last >= 0 && string(name) == p.printed[p.last] && pkg == p.set.Benchmarks[p.last].Pkg {
		return p.last
	}
	names := p.byName[pkg]
	if names == nil {
		names = make(map[string]int)
		p.byName[pkg] = names
	}
	b, ok := names[string(name)]
	if !ok {
		b = len(p.set.Benchmarks)
		printed := string(name)
		if !utf8.ValidString(printed) {
			p.problem(Problem{Line: p.line, Benchmark: quote(printed), Fact: "the name is not UTF-8", Fix: "name benchmarks in UTF-8"})
		}
		base, procs := splitProcs(printed)
		names[printed] = b
		p.printed = append(p.printed, printed)
		p.set.Benchmarks = append(p.set.Benchmarks, Benchmark{Pkg: pkg, Name: base, Procs: procs})
	}
	p.last = b
	return b
}

// agree compares the configuration above the line with that of the results before.
func (p *parser) agree() {
	if !p.from.changed {
		return
	}
	p.from.changed = false
	for key, value := range p.from.config {
		if key == "pkg" {
			continue
		}
		have := p.config[key]
		switch {
		case have == nil:
			p.config[key] = &configKey{value: value, line: p.line, all: p.results == 1}
		case have.value != value && !have.reported:
			have.reported = true
			p.problem(Problem{Line: p.line, Fact: quoteFact(key, value) + " for this result and " + quote(have.value) + " for the one on line " + strconv.Itoa(have.line),
				Fix: "keep results of different configurations in different files, and print nothing of the form \"key: value\" to standard output"})
		}
	}
	for key, have := range p.config {
		if have.all && p.from.config[key] == "" {
			have.all = false
		}
	}
}

// unit takes over one piece of unit metadata.
func (p *parser) unit(rec *benchfmt.UnitMetadata) {
	if !utf8.ValidString(rec.OrigUnit) {
		p.problem(Problem{Line: p.line, Fact: "unit " + quote(rec.OrigUnit) + " is not UTF-8", Fix: "name units in UTF-8"})
		return
	}
	p.metadata++
	if p.metadata > p.lim.units {
		p.exceed(p.line, "more than "+strconv.Itoa(p.lim.units)+" statements in Unit lines")
		return
	}
	if rec.Key != "better" {
		return
	}
	d, ok := direction(rec.Value)
	if !ok {
		p.problem(Problem{Line: p.line, Fact: "better=" + printable(rec.Value) + " for unit " + printable(rec.OrigUnit), Fix: "write better=lower or better=higher"})
		return
	}
	p.set.Better[rec.OrigUnit] = d
}

func direction(better string) (int, bool) {
	switch better {
	case "lower":
		return -1, true
	case "higher":
		return +1, true
	}
	return 0, false
}

// provenance keeps what a comment line says.
func (p *parser) provenance(key, value string) {
	have, ok := p.set.Provenance[key]
	if !ok && len(p.set.Provenance) >= p.lim.config {
		return
	}
	p.set.Provenance[key] = joinDistinct(have, value)
}
