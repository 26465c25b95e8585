package benchdata

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/perf/benchunit"
)

// A Header is what stands above the results of a file. The zero value is an empty header.
type Header struct {
	Config     map[string]string // configuration lines, without pkg; empty values are left out
	Provenance Provenance        // comment lines, one a value; empty values are left out
	Better     map[string]int    // by unit: -1 writes better=lower, +1 better=higher
}

// A Writer writes results as they come, in the format that benchstat reads. Values keep their unit and every digit, so
// that [Read] returns what was written. Only Close writes PASS: the file of a gate that was killed, or whose Write
// returned an error, is refused as cut short. A Writer is not for concurrent use.
type Writer struct {
	w       io.Writer
	header  Header
	started bool // the header is written
	pkg     string
	procs   map[string]int  // by package, GOMAXPROCS of its first benchmark
	said    *string         // the name that was said last, in this package
	results bool            // a result was written
	better  map[string]bool // by tidied unit: a Unit line was written
	layouts layouts
	known   *layout // the last one whose units have their Unit lines
	buf     []byte
	err     error
}

// NewWriter returns a Writer that writes to w; the header goes before the first result.
func NewWriter(w io.Writer, h Header) *Writer {
	return &Writer{w: w, header: h, better: make(map[string]bool), procs: make(map[string]int)}
}

// Write writes the runs of b, one io.Writer.Write each. It refuses, with Problems, what Read would refuse; after any
// error it writes nothing more.
func (w *Writer) Write(b Benchmark) error {
	if err := w.start(); err != nil {
		return err
	}
	if problems := w.check(b); len(problems) > 0 {
		w.err = problems
		return w.err
	}
	for _, run := range b.Runs {
		w.units(run)
		if b.Package != w.pkg {
			w.buf = append(w.buf, "\npkg:"...)
			if b.Package != "" {
				w.buf = append(append(w.buf, ' '), b.Package...)
			}
			w.buf = append(w.buf, '\n')
			w.pkg, w.said = b.Package, nil
			w.results = false
		}
		if !w.results {
			w.buf = append(w.buf, '\n')
			w.results = true
		}
		w.say(b)
		begin := len(w.buf)
		w.buf = append(append(w.buf, "Benchmark"...), b.String()...)
		w.buf = strconv.AppendInt(append(w.buf, ' '), int64(run.Iters), 10)
		for _, v := range run.Values {
			w.buf = appendNumber(append(w.buf, ' '), v.Value)
			w.buf = append(append(w.buf, ' '), v.Unit...)
		}
		if n := len(w.buf) - begin; n > defaultLimits.resultLine {
			w.err = Problems{
				{File: run.File, Line: run.Line, Benchmark: printable(b.String()), Fact: "a result line of " + strconv.Itoa(n) + " bytes",
					Fix: "report fewer units"},
			}
			return w.err
		}
		w.buf = append(w.buf, '\n')
		if err := w.flush(); err != nil {
			return err
		}
	}
	return nil
}

// say writes the name of b alone, as go test -v does, unless its lines mean b without: they do if they end in the GOMAXPROCS of the
// package's first benchmark, and in nothing else that could be one.
func (w *Writer) say(b Benchmark) {
	if w.procs[b.Package] == 0 {
		w.procs[b.Package] = b.Procs
	}
	printed := b.String()
	name, procs := splitProcs(printed)
	means := name == b.Name && procs == b.Procs && procs == w.procs[b.Package]
	if w.said != nil {
		if suffix, ok := strings.CutPrefix(printed, *w.said); ok && isSuffix(suffix) {
			means = *w.said == b.Name
		}
	}
	if !means {
		w.buf = append(append(append(w.buf, "Benchmark"...), b.Name...), '\n')
		w.said = &b.Name
	}
}

// Close writes the final PASS, which says that the results are complete. It does not close the io.Writer.
func (w *Writer) Close() error {
	if err := w.start(); err != nil {
		return err
	}
	w.buf = append(w.buf, "PASS\n"...)
	return w.flush()
}

func (w *Writer) flush() error {
	if len(w.buf) > 0 {
		_, w.err = w.w.Write(w.buf)
		w.buf = w.buf[:0]
	}
	return w.err
}

// start writes the header once.
func (w *Writer) start() error {
	if w.err != nil || w.started {
		return w.err
	}
	w.started = true
	if problems := w.header.check(); len(problems) > 0 {
		w.err = problems
		return w.err
	}
	keys := sortedKeys(w.header.Config)
	slices.SortStableFunc(keys, func(a, b string) int { return headerRank(a) - headerRank(b) })
	for _, key := range keys {
		if value := w.header.Config[key]; value != "" {
			w.buf = append(w.buf, key+": "+value+"\n"...)
		}
	}
	for _, key := range sortedKeys(w.header.Provenance) {
		for _, value := range w.header.Provenance[key] {
			if value != "" {
				w.buf = append(w.buf, "# "+key+": "+value+"\n"...)
			}
		}
	}
	for _, unit := range sortedKeys(w.header.Better) {
		w.unit(unit, w.header.Better[unit])
	}
	return w.flush()
}

// headerRank puts first what go test prints first.
func headerRank(key string) int {
	if i := slices.Index([]string{"goos", "goarch", "cpu", "go", "gomaxprocs"}, key); i >= 0 {
		return i
	}
	return 5
}

// units writes Unit lines for units of a known direction that have none yet.
func (w *Writer) units(run Run) {
	layout := w.layouts.of(run.Values)
	if layout == w.known {
		return
	}
	w.known = layout
	for _, v := range run.Values {
		w.unit(v.Unit, better(v.Unit))
	}
}

// unit writes a Unit line, one for all units that benchunit tidies to the same.
func (w *Writer) unit(unit string, direction int) {
	_, tidied := benchunit.Tidy(1, unit)
	if direction == 0 || w.better[tidied] {
		return
	}
	w.better[tidied] = true
	w.buf = append(w.buf, "Unit "+unit+" better="+betterWord(direction)+"\n"...)
}

// check returns why the header cannot be written.
func (h Header) check() Problems {
	var problems Problems
	check := func(what, key, value string, fits bool) {
		k, v, ok := keyValue([]byte(key + ": " + value))
		if !ok || k != key || v != value || !oneLine(key+value) || !fits {
			problems = append(problems, Problem{Fact: what + " " + quote(key) + ": " + quote(value) + " cannot be written",
				Fix: "begin the key with a lower-case letter and keep both on one line"})
		}
	}
	for _, key := range sortedKeys(h.Config) {
		check("configuration", key, h.Config[key], key != "pkg" && isConfig(key, h.Config[key]))
	}
	for _, key := range sortedKeys(h.Provenance) {
		for _, value := range h.Provenance[key] {
			check("provenance", key, value, true)
		}
	}
	directions := make(map[string]int)
	for _, unit := range sortedKeys(h.Better) {
		_, tidied := benchunit.Tidy(1, unit)
		if !oneWord(unit) {
			problems = append(problems, Problem{Fact: "unit " + quote(unit) + " cannot be written", Fix: "name units without blanks"})
		} else if directions[tidied]*h.Better[unit] < 0 {
			problems = append(problems, Problem{
				Fact: "unit " + printable(unit) + " contradicts another unit of the same quantity", Fix: "correct one of them",
			})
		}
		directions[tidied] = h.Better[unit]
	}
	return problems
}

// check returns why b cannot be written.
func (w *Writer) check(b Benchmark) Problems {
	var problems Problems
	add := func(run Run, fact, fix string) {
		problems = append(problems, Problem{File: run.File, Line: run.Line, Benchmark: printable(b.String()), Fact: fact, Fix: fix})
	}
	if suffix := "-" + strconv.Itoa(b.Procs); b.Procs != max(1, procsIn(suffix)) {
		add(Run{}, "GOMAXPROCS "+strconv.Itoa(b.Procs)+" cannot be written", "measure it with 1 to 99999")
	}
	first, _ := utf8.DecodeRuneInString(b.String())
	if b.Name != "" && !oneWord(b.Name) || !isName(first) {
		add(Run{}, "name "+quote(b.Name)+" cannot be written", "name benchmarks without blanks, beginning with an upper-case letter")
	}
	if _, pkg, _ := keyValue([]byte("pkg: " + b.Package)); !oneLine(b.Package) || pkg != b.Package {
		add(Run{}, "pkg "+quote(b.Package)+" cannot be written", "keep it on one line")
	}
	if len(b.Runs) == 0 {
		add(Run{}, "there are no runs", "measure it")
	}
	for _, run := range b.Runs {
		if len(run.Values) == 0 {
			add(run, "a run has no values", "measure it")
			continue
		}
		if i := slices.IndexFunc(run.Values, func(v Value) bool { return !oneWord(v.Unit) }); i >= 0 {
			add(run, "unit "+quote(run.Values[i].Unit)+" cannot be written", "name units without blanks")
			continue
		}
		for _, f := range w.layouts.of(run.Values).check(run.Iters, run.Values) {
			add(run, f.fact, f.fix)
		}
	}
	return problems
}

func oneWord(s string) bool {
	return s != "" && oneLine(s) && !strings.ContainsFunc(s, unicode.IsSpace)
}

func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsAny(s, "\n\x00")
}
