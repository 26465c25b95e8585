package measure_test

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// recording is what the requests of two processes of identical code took, served in turn in several launches. Gate runs are
// replayed from it: see replay. Its file is text, compressed with gzip:
//
//	# key: value          where it comes from: each key of provenance, and others
//	launch                both processes started anew
//	b 5012345 5101234     a pair of turns: who served first, the baseline or the candidate (c), and what the request of each took, ns
type recording struct {
	name     string // the file's, without its folder and ".txt.gz"
	about    []fact
	launches []launch
}

// fact is a line of a recording's head.
type fact struct{ key, value string }

// launch is the pairs of turns in one launch of the processes, in the order in which they were served.
type launch []turns

// turns are one turn of each side, a request each.
type turns struct {
	candidateFirst bool
	ns             [2]int64 // baseline and candidate
}

// provenance are the keys that every recording has: what was recorded, when, the machine's CPU, the version of Go, the machine's
// load, the benchmark, what else ran beside it, and the seed of the order of turns.
var provenance = []string{"what", "when", "cpu", "go", "load", "benchmark", "neighbour", "seed"}

// write writes r as its file's content, and refuses what could not be read again.
func (r recording) write(w io.Writer) error {
	if err := r.check(); err != nil {
		return err
	}
	z := gzip.NewWriter(w)
	text := bufio.NewWriter(z)
	for _, f := range r.about {
		fmt.Fprintf(text, "# %s: %s\n", f.key, f.value)
	}
	for _, l := range r.launches {
		fmt.Fprintln(text, "launch")
		for _, t := range l {
			first := "b"
			if t.candidateFirst {
				first = "c"
			}
			fmt.Fprintln(text, first, t.ns[0], t.ns[1])
		}
	}
	return errors.Join(text.Flush(), z.Close())
}

// save writes r to a file.
func (r recording) save(file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := errors.Join(r.write(f), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// check says what is wrong with r as a whole, nil if nothing is.
func (r recording) check() error {
	for i, f := range r.about {
		if err := f.check(r.about[:i]); err != nil {
			return err
		}
	}
	for _, key := range provenance {
		if !slices.ContainsFunc(r.about, func(f fact) bool { return f.key == key }) {
			return fmt.Errorf(`no line "# %s: ..." says where it comes from`, key)
		}
	}
	if len(r.launches) == 0 {
		return errors.New("no launches")
	}
	for i, l := range r.launches {
		if len(l) == 0 {
			return fmt.Errorf("launch %d has no turns", i+1)
		}
		for j, t := range l {
			if min(t.ns[0], t.ns[1]) < 1 {
				return fmt.Errorf("launch %d, pair %d: a request took %d ns", i+1, j+1, min(t.ns[0], t.ns[1]))
			}
		}
	}
	return nil
}

func (f fact) check(before []fact) error {
	switch {
	case f.key == "" || strings.ContainsAny(f.key, ": \n"),
		f.value == "" || strings.TrimSpace(f.value) != f.value || strings.Contains(f.value, "\n"):
		return fmt.Errorf(`%q: %q; write "# key: value", the key one word, the value one line`, f.key, f.value)
	case slices.ContainsFunc(before, func(b fact) bool { return b.key == f.key }):
		return fmt.Errorf("%s comes twice", f.key)
	}
	return nil
}

// openRecording reads a recording's file.
func openRecording(file string) (recording, error) {
	f, err := os.Open(file)
	if err != nil {
		return recording{}, err
	}
	defer f.Close()
	return readRecording(file, f)
}

// readRecording reads what write wrote; errors name the file.
func readRecording(file string, from io.Reader) (recording, error) {
	r := recording{name: strings.TrimSuffix(file[strings.LastIndexByte(file, '/')+1:], ".txt.gz")}
	text, err := gzip.NewReader(from)
	if err != nil {
		return r, fmt.Errorf("%s: %w", file, err)
	}
	lines := bufio.NewScanner(text)
	number := 0
	for lines.Scan() {
		number++
		if err := r.readLine(lines.Text()); err != nil {
			return r, fmt.Errorf("%s:%d: %w", file, number, err)
		}
	}
	if err := errors.Join(lines.Err(), text.Close()); err != nil {
		return r, fmt.Errorf("%s:%d: %w", file, number+1, err)
	}
	if err := r.check(); err != nil {
		return r, fmt.Errorf("%s:%d: %w", file, number, err)
	}
	return r, nil
}

func (r *recording) readLine(line string) error {
	about, comment := strings.CutPrefix(line, "# ")
	switch {
	case comment && len(r.launches) > 0:
		return errors.New("where it comes from must be said before the first launch")
	case comment:
		key, value, _ := strings.Cut(about, ": ")
		r.about = append(r.about, fact{key, value})
		return r.about[len(r.about)-1].check(r.about[:len(r.about)-1])
	case line == "launch":
		r.launches = append(r.launches, nil)
		return nil
	case len(r.launches) == 0:
		return fmt.Errorf(`%q comes before the first "launch"`, line)
	}
	t, err := parseTurns(line)
	last := &r.launches[len(r.launches)-1]
	*last = append(*last, t)
	return err
}

func parseTurns(line string) (t turns, err error) {
	fields := strings.Split(line, " ")
	if len(fields) != 3 || fields[0] != "b" && fields[0] != "c" {
		return t, fmt.Errorf(`%q is no pair of turns; write "b" or "c" and two latencies in ns`, line)
	}
	t.candidateFirst = fields[0] == "c"
	for i, field := range fields[1:] {
		ns, err := strconv.ParseUint(field, 10, 63)
		if err != nil || ns == 0 {
			return t, fmt.Errorf("%q is no latency in whole nanoseconds above 0", field)
		}
		t.ns[i] = int64(ns)
	}
	return t, nil
}
