package report

import (
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

const (
	red, green, yellow = "\x1b[31m", "\x1b[32m", "\x1b[33m"
	strong, noColour   = "\x1b[1m", "\x1b[0m"
)

// coloured is s, whose head is that word, with the word in a colour where the terminal knows colours.
func (b *terminal) coloured(s, word, colour string) string {
	rest, ok := strings.CutPrefix(s, word)
	if !ok || !b.colours || colour == "" {
		return s
	}
	return colour + word + noColour + rest
}

// status states the outcome of a verdict, and why.
func (b *terminal) status(v policy.Verdict, why string) {
	name := "status"
	for i, line := range itemLines(status(v) + ": " + why) {
		if i == 0 {
			line = b.coloured(line, status(v), outcomeColour(v.Outcome))
		}
		b.itemLine(name, line)
		name = ""
	}
}

// conclusion is the headline.
func (b *terminal) conclusion(d Document) {
	word, colour := d.word(), strong+red
	if d.Passes() {
		colour = strong + green
	}
	for i, line := range wrap(plain(cell(d.headline())), width) {
		if i == 0 {
			line = b.coloured(line, word, colour)
		}
		b.line(line)
	}
}

func outcomeColour(o policy.Outcome) string {
	switch o {
	case policy.Regressed, policy.Invalid:
		return red
	case policy.Inconclusive:
		return yellow
	case policy.OK, policy.Improved:
		return green
	}
	return ""
}
