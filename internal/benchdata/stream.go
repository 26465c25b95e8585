package benchdata

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A stream is the output of one package in go test -json, or of all packages one after the other in plain output. It
// knows the configuration above a line, and what benchfmt.Reader ignores: whether the run passed, failed or was cut
// short.
type stream struct {
	p       *parser
	name    string // package by the events of go test -json, "" in plain output
	config  map[string]string
	changed bool // config changed since the last result

	open      bool   // there are results that no PASS or ok has confirmed
	last      int    // line of the last result
	failed    bool   // a failure was reported since the last summary line
	hasFailed bool   // a failure was ever reported
	culprit   string // the benchmark or test that failed last
	said      string // the name that go test -v has said last, above the benchmark's results
	hasSaid   bool

	// Of go test -json:
	running     bool   // started and neither passed nor failed
	partial     []byte // output without its line end yet
	partialLine int    // of the event in which partial began
	overlong    bool   // partial was given up; skip to the line end
}

const (
	toStderr = "print with b.Log or to standard error, not to standard output"
	makePass = "make the run pass: results beside a failure are not judged"
)

func newStream(p *parser, name string) *stream {
	return &stream{p: p, name: name, config: make(map[string]string), changed: true}
}

// recordFix says how to record results into a file of this name.
func recordFix(file string) string {
	if strings.ContainsAny(file, " *?[\\\"'$`;&|<>()") || file == "" {
		file = "FILE"
	}
	return "record with: go test -run '^$' -bench . -count 10 > " + file
}

// pkg returns the import path that results belong to.
func (s *stream) pkg() string {
	if pkg, ok := s.config["pkg"]; ok {
		return pkg
	}
	return s.name
}

// line takes a line of output and reports whether benchfmt has to parse it: results and Unit lines.
func (s *stream) line(num int, text []byte) (parse bool) {
	if bytes.HasPrefix(text, []byte("Benchmark")) {
		return s.benchmark(num, text)
	}
	if s.inside(num, text) || s.summary(num, text) || s.failure(num, text) {
		return false
	}
	if rest, ok := bytes.CutPrefix(text, []byte("Unit")); ok {
		r, _ := utf8.DecodeRune(rest)
		return len(rest) == 0 || unicode.IsSpace(r)
	}
	if len(text) > s.p.lim.resultLine {
		return false // prose
	}
	if rest, ok := bytes.CutPrefix(text, []byte("# ")); ok && s.name == "" {
		if key, value, ok := keyValue(rest); ok && value != "" && utf8.Valid(rest) {
			s.p.provenance(key, value)
		}
		return false
	}
	if key, value, ok := keyValue(text); ok && isConfig(key, value) {
		s.configure(num, key, value)
	}
	return false
}

// benchmark judges a line that begins with "Benchmark".
func (s *stream) benchmark(num int, text []byte) (parse bool) {
	rest := text[len("Benchmark"):]
	end := 0
	for end < len(rest) && ' ' < rest[end] && rest[end] < utf8.RuneSelf {
		end++
	}
	if end < len(rest) && rest[end] != ' ' && rest[end] != '\t' {
		end = bytes.IndexFunc(rest, unicode.IsSpace)
	}
	if end < 0 || end == len(rest) { // go test -v prints a name alone when a benchmark starts
		if s.hasSaid = len(rest) <= s.p.lim.resultLine; s.hasSaid && s.said != string(rest) {
			s.said = string(rest)
		}
		return false
	}
	first, _ := utf8.DecodeRune(rest)
	name, tail := rest[:end], bytes.TrimLeft(rest[end:], " \t")
	switch {
	case len(name) == 0: // func Benchmark(b *testing.B), or prose
		return len(tail) > 0 && '0' <= tail[0] && tail[0] <= '9'
	case !isName(first):
		if resultUnnamed.Match(text[:min(len(text), mostMatched)]) {
			s.p.broken++
			s.p.problem(Problem{Line: num, Benchmark: printable(string(name)), Fact: "not a name that go test prints",
				Fix: "begin it with an upper-case letter"})
		}
		return false
	case s.failure(num, tail): // printed where the numbers belong
		s.p.broken++
		return false
	}
	return true
}

// mostMatched bounds, in bytes, what of a line a pattern is tried on.
const mostMatched = 4 << 10

// inside notes a result behind other output: printing "loading..." without a line end hides the result line, and
// skipping it would lose a run.
func (s *stream) inside(num int, text []byte) bool {
	at := bytes.Index(text, []byte("Benchmark"))
	if at < 0 || text[0] == ' ' || text[0] == '\t' { // what b.Log prints is indented
		return false
	}
	if !resultInside.Match(text[at:min(len(text), at+mostMatched)]) {
		return false
	}
	name, _, _ := bytes.Cut(text[at+len("Benchmark"):], []byte(" "))
	name, _, _ = bytes.Cut(name, []byte("\t"))
	s.p.broken++
	s.p.problem(Problem{Line: num, Benchmark: printable(string(name)),
		Fact: "the result line is broken: " + quote(string(text[:at])) + " stands before it", Fix: toStderr})
	return true
}

// summary judges the lines in which a test binary or go test sums up a package.
func (s *stream) summary(num int, text []byte) bool {
	switch {
	case string(text) == "PASS":
		s.open, s.hasSaid = false, false
	case bytes.HasPrefix(text, []byte("ok  \t")):
		pkg, _, _ := strings.Cut(string(text[len("ok  \t"):]), "\t")
		if s.open && s.pkg() != "" && pkg != s.pkg() {
			s.cutShort()
		}
		s.summedUp()
	case string(text) == "FAIL":
		if !s.hasFailed {
			s.fail(num, "", "the run failed", makePass)
		}
		s.open = false
	case bytes.HasPrefix(text, []byte("FAIL\t")):
		what := string(text[len("FAIL\t"):])
		pkg, _, _ := strings.Cut(what, "\t")
		if build, ok := strings.CutSuffix(what, " [build failed]"); ok {
			if !s.p.buildFailed {
				s.fail(num, "", printable(build)+" does not build", "make it build")
			}
			s.failed, s.hasFailed = true, true
		} else if !s.failed {
			s.fail(num, "", printable(pkg)+" failed", makePass)
		}
		s.summedUp()
	default:
		return false
	}
	return true
}

// summedUp is called at the line in which go test sums up a package. Events of go test -json tell of it once more.
func (s *stream) summedUp() {
	s.open, s.culprit = false, ""
	s.failed = s.failed && s.name != ""
}

// failure judges lines that tell of a failure. The exit status does not: a benchmark that fails from its second -count
// on prints "--- FAIL" between its results, and then PASS and ok (Go 1.26).
func (s *stream) failure(num int, text []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimLeft(text, " "), []byte("--- FAIL: "))
	if ok {
		name, _, _ := strings.Cut(string(rest), " ")
		base, _ := splitProcs(name)
		if base == s.culprit && base != "" {
			return true // testing says it twice, with and without -N
		}
		s.culprit = base
		if base == "" {
			s.fail(num, "", "a failure without a name", makePass)
		} else if b, ok := strings.CutPrefix(name, "Benchmark"); ok {
			s.fail(num, b, "failed", makePass)
		} else {
			s.fail(num, "", printable(name)+" failed", makePass)
		}
		return true
	}
	for _, prefix := range []string{"panic: ", "fatal error: ", "*** Test killed"} {
		if bytes.HasPrefix(text, []byte(prefix)) {
			if !s.failed {
				s.fail(num, "", printable(string(text[:min(len(text), 200)])), makePass)
			}
			return true
		}
	}
	return false
}

func (s *stream) fail(num int, benchmark, fact, fix string) {
	s.failed, s.hasFailed = true, true
	if benchmark != "" {
		benchmark = printable(benchmark)
	}
	s.p.problem(Problem{Line: num, Benchmark: benchmark, Fact: fact, Fix: fix})
}

// broken notes a line that benchfmt could not parse.
func (s *stream) broken(num int, text []byte, msg string) {
	text = bytes.TrimSpace(text)
	rest, ok := bytes.CutPrefix(text, []byte("Benchmark"))
	if !ok {
		s.p.problem(Problem{Line: num, Fact: "Unit line: " + printable(msg), Fix: "write it as: Unit p95-ns better=lower"})
		return
	}
	s.p.broken++
	name, tail := rest, []byte(nil)
	if end := bytes.IndexFunc(rest, unicode.IsSpace); end >= 0 {
		name, tail = rest[:end], bytes.TrimSpace(rest[end:])
	}
	fact := "the result line is broken (" + msg + ")"
	if len(tail) > 0 {
		fact += ": " + quote(string(tail))
	}
	s.p.problem(Problem{Line: num, Benchmark: printable(string(name)), Fact: fact, Fix: toStderr})
}

// opened notes a result.
func (s *stream) opened(num int) {
	s.open, s.last = true, num
}

// cutShort notes that results were not confirmed by a summary.
func (s *stream) cutShort() {
	if s.failed {
		return
	}
	of := ""
	if pkg := s.pkg(); pkg != "" {
		of = " of " + printable(pkg)
	}
	s.p.problem(Problem{
		Line: s.last, Fact: "the results" + of + " end here without PASS or ok: the run was cut short", Fix: recordFix(s.p.name),
	})
}

// ended is called at the end of the input.
func (s *stream) ended() {
	if s.open {
		s.cutShort()
	} else if s.running && !s.failed {
		s.p.problem(Problem{Fact: printable(s.name) + " started and did not end: the run was cut short", Fix: recordFix(s.p.name)})
	}
	s.open, s.running = false, false
}
