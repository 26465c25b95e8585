package report

import "github.com/tailgate-go/tailgate/policy"

const (
	red, green, yellow = "\x1b[31m", "\x1b[32m", "\x1b[33m"
	strong, noColour   = "\x1b[1m", "\x1b[0m"
)

// coloured is a line whose first word, of so many bytes, has a colour if the terminal knows colours.
func (b *terminal) coloured(line string, word int, colour string) string {
	if !b.colours || colour == "" || word > len(line) {
		return line
	}
	return colour + line[:word] + noColour + line[word:]
}

// status states the outcome of a verdict, and why.
func (b *terminal) status(v policy.Verdict, why string) {
	name := "status"
	for i, line := range itemLines(status(v) + little(v) + ": " + why) {
		if i == 0 {
			line = b.coloured(line, len(status(v)), outcomeColour(v.Outcome))
		}
		b.itemLine(name, line)
		name = ""
	}
}

// conclusion is the headline.
func (b *terminal) conclusion(d Document) {
	colour := strong + red
	if d.Passes() {
		colour = strong + green
	}
	for i, line := range wrap(plain(cell(d.headline())), width) {
		if i == 0 {
			line = b.coloured(line, len(d.word()), colour)
		}
		b.line(line)
	}
}

func outcomeColour(o policy.Outcome) string {
	switch o {
	case policy.Regressed, policy.Drifted, policy.Invalid:
		return red
	case policy.Inconclusive, policy.Blind, policy.Accepted:
		return yellow
	case policy.OK, policy.Improved:
		return green
	}
	return ""
}
