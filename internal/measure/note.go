package measure

import (
	"fmt"
	"slices"
	"strings"
)

// mostNoted is how many benchmarks a note names that is on many.
const mostNoted = 5

// noted is a note on benchmarks, and where it stands among the report's.
type noted struct {
	names []string
	at    int
}

// note notes what concerns the whole gate, once.
func (g *gate) note(text string) {
	if !slices.Contains(g.order.Doc.Notes, text) {
		g.order.Doc.Notes = append(g.order.Doc.Notes, text)
	}
}

// note notes something of the benchmark, with all others of which the same is noted.
func (m *measurement) note(text string) {
	g := m.gate
	n := g.noted[text]
	if n == nil {
		if g.noted == nil {
			g.noted = map[string]*noted{}
		}
		n = &noted{at: len(g.order.Doc.Notes)}
		g.noted[text] = n
		g.order.Doc.Notes = append(g.order.Doc.Notes, "")
	}
	if name := m.pair.Name(); !slices.Contains(n.names, name) {
		n.names = append(n.names, name)
	}
	g.order.Doc.Notes[n.at] = n.of() + ": " + text
}

// of are the benchmarks that the note is on, a few of them by name.
func (n *noted) of() string {
	of := strings.Join(n.names[:min(len(n.names), mostNoted)], ", ")
	if more := len(n.names) - mostNoted; more > 0 {
		of += fmt.Sprintf(" and %d more", more)
	}
	return of
}
