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
	"time"
)

// recording is what the requests of two processes of identical code took, served in turn in several launches. Gate runs are
// replayed from it: see replay. Its file is text, compressed with gzip:
//
//	# key: value           where it comes from: each key of provenance, and others
//	launch                 both processes started anew, of one binary
//	launch link=17,4       the same, of two links of it: the seeds of the baseline's layout and the candidate's, 0 the linker's own
//	b 5012345 5101234      a pair of turns: who served first, the baseline or the candidate (c), and what each request took, ns
//	b 98,101,99 97,99,103  the same of turns of three requests, in the order in which they were served
//	b 5012345 5101234 5000000 5090000    the same as the first with the CPU time of each turn, ns
//
// All turns are of as many requests, and have their CPU time in all pairs or in none.
type recording struct {
	name     string // the file's, without its folder and ".txt.gz"
	about    []fact
	launches []launch
}

// fact is a line of a recording's head.
type fact struct{ key, value string }

// launch is one launch of the processes.
type launch struct {
	links [2]int64 // the layouts of the baseline's link and the candidate's; both are 0 where one binary served both
	turns []turns  // in the order in which they were served
}

// turns are one turn of each side: baseline and candidate.
type turns struct {
	candidateFirst bool
	ns             [2][]int64 // of each request
	cpu            [2]int64   // ns, of the whole turn; 0 where it is not known
}

// provenance are the keys that every recording has: what was recorded, when, the machine's CPU, the version of Go, the machine's
// load, the benchmark, what else ran beside it, and the seed of the order of turns.
var provenance = []string{"what", "when", "cpu", "go", "load", "benchmark", "neighbour", "seed"}

// Keys that a recording may have, whose values are held to be true: the number of requests in a turn and of pairs of turns in a
// launch, and about how long a request takes.
const (
	requestsKey = "requests-a-turn"
	pairsKey    = "pairs-a-launch"
	requestKey  = "request"
)

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
		fmt.Fprint(text, "launch")
		if l.links != [2]int64{} {
			fmt.Fprint(text, " link=", list(l.links[:]))
		}
		fmt.Fprintln(text)
		for _, t := range l.turns {
			first := "b"
			if t.candidateFirst {
				first = "c"
			}
			fmt.Fprint(text, first, " ", list(t.ns[0]), " ", list(t.ns[1]))
			if t.timed() {
				fmt.Fprint(text, " ", t.cpu[0], " ", t.cpu[1])
			}
			fmt.Fprintln(text)
		}
	}
	return errors.Join(text.Flush(), z.Close())
}

// list are numbers with commas between.
func list(numbers []int64) string {
	var b []byte
	for i, n := range numbers {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(b)
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

// timed reports whether the turns have CPU times.
func (t turns) timed() bool { return t.cpu != [2]int64{} }

// timed reports whether r has CPU times.
func (r recording) timed() bool { return r.launches[0].turns[0].timed() }

// requests is the number of requests in each turn.
func (r recording) requests() int { return len(r.launches[0].turns[0].ns[0]) }

// check says what is wrong with r as a whole, nil if nothing is.
func (r recording) check() error {
	for i, f := range r.about {
		if err := f.check(r.about[:i]); err != nil {
			return err
		}
	}
	for _, key := range provenance {
		if r.value(key) == "" {
			return fmt.Errorf(`no line "# %s: ..." says where it comes from`, key)
		}
	}
	if len(r.launches) == 0 {
		return errors.New("no launches")
	}
	for i, l := range r.launches {
		if len(l.turns) == 0 {
			return fmt.Errorf("launch %d has no turns", i+1)
		}
		if min(l.links[0], l.links[1]) < 0 {
			return fmt.Errorf("launch %d has links %d and %d", i+1, l.links[0], l.links[1])
		}
		if said := r.value(pairsKey); said != "" && said != strconv.Itoa(len(l.turns)) {
			return fmt.Errorf("launch %d has %d pairs of turns; %s is %s", i+1, len(l.turns), pairsKey, said)
		}
		for j, t := range l.turns {
			if err := r.fits(t); err != nil {
				return fmt.Errorf("launch %d, pair %d: %w", i+1, j+1, err)
			}
		}
	}
	return nil
}

// fits says what is wrong with turns of r, whose first turns are there.
func (r recording) fits(t turns) error {
	first := r.launches[0].turns[0]
	for side, ns := range t.ns {
		switch {
		case len(ns) == 0 || len(ns) != len(first.ns[0]):
			return fmt.Errorf("a turn has %d requests, where the first has %d", len(ns), len(first.ns[0]))
		case slices.Min(ns) < 1:
			return fmt.Errorf("a request took %d ns", slices.Min(ns))
		case t.timed() && t.cpu[side] < 1:
			return fmt.Errorf("a turn took %d ns of CPU time", t.cpu[side])
		}
	}
	if t.timed() != first.timed() {
		return errors.New("either all turns have CPU times or none")
	}
	if said := r.value(requestsKey); said != "" && said != strconv.Itoa(len(first.ns[0])) {
		return fmt.Errorf("a turn has %d requests; %s is %s", len(first.ns[0]), requestsKey, said)
	}
	return nil
}

// value is that of a key in the head; empty if there is none.
func (r recording) value(key string) string {
	for _, f := range r.about {
		if f.key == key {
			return f.value
		}
	}
	return ""
}

func (f fact) check(before []fact) error {
	switch {
	case f.key == "" || strings.ContainsAny(f.key, ": \n"),
		f.value == "" || strings.TrimSpace(f.value) != f.value || strings.Contains(f.value, "\n"):
		return fmt.Errorf(`%q: %q; write "# key: value", the key one word, the value one line`, f.key, f.value)
	case slices.ContainsFunc(before, func(b fact) bool { return b.key == f.key }):
		return fmt.Errorf("%s comes twice", f.key)
	}
	switch n, err := strconv.Atoi(f.value); f.key {
	case requestsKey, pairsKey:
		if err != nil || n < 1 || strconv.Itoa(n) != f.value {
			return fmt.Errorf("%s is %q; write a whole number from 1 on", f.key, f.value)
		}
	case requestKey:
		if took, err := time.ParseDuration(f.value); err != nil || took <= 0 {
			return fmt.Errorf("%s is %q; write a duration such as 5ms", f.key, f.value)
		}
	}
	return nil
}
