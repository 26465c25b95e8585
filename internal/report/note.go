package report

import (
	"slices"

	"github.com/tailgate-go/tailgate/internal/few"
)

// mostNoted is how many benchmarks a note names.
const mostNoted = 5

// noted is a note on benchmarks, and where it stands among the report's.
type noted struct {
	names []string
	at    int
}

// Note notes what concerns the whole gate, once.
func (d *Document) Note(text string) {
	if !slices.Contains(d.Notes, text) {
		d.Notes = append(d.Notes, text)
	}
}

// NoteOf notes something of a benchmark. Benchmarks of which the same is noted share one note. After the first call Notes may only
// grow.
func (d *Document) NoteOf(benchmark, text string) {
	n := d.noted[text]
	if n == nil {
		if d.noted == nil {
			d.noted = map[string]*noted{}
		}
		n = &noted{at: len(d.Notes)}
		d.noted[text] = n
		d.Notes = append(d.Notes, "")
	}
	if !slices.Contains(n.names, benchmark) {
		n.names = append(n.names, benchmark)
	}
	d.Notes[n.at] = n.of() + ": " + text
}

// of are the benchmarks that the note is on, a few of them by name.
func (n *noted) of() string { return few.Of(n.names, mostNoted) }
