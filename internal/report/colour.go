package report

import (
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// Coloured is Text, whose outcomes have colours, for a terminal that knows them. Without the colours it is Text.
func (d Document) Coloured() string {
	var b strings.Builder
	for line := range strings.Lines(d.Text()) {
		b.WriteString(colouredLine(line, d.Passes()))
	}
	return b.String()
}

const (
	red, green, yellow = "\x1b[31m", "\x1b[32m", "\x1b[33m"
	strong, noColour   = "\x1b[1m", "\x1b[0m"
)

// colouredLine colours the outcome of a line that states one: the headline, or a verdict's status.
func colouredLine(line string, passes bool) string {
	rest, isStatus := strings.CutPrefix(line, "  status     ")
	word, after, found := strings.Cut(rest, ":")
	switch {
	case !found:
		return line
	case isStatus:
		return "  status     " + outcomeColour(word) + word + noColour + ":" + after
	case word == "PASS" && passes:
		return strong + green + word + noColour + ":" + after
	case word == "FAIL" && !passes:
		return strong + red + word + noColour + ":" + after
	}
	return line
}

func outcomeColour(word string) string {
	switch policy.Outcome(strings.ToLower(word)) {
	case policy.Regressed, policy.Invalid:
		return red
	case policy.Inconclusive:
		return yellow
	case policy.OK, policy.Improved:
		return green
	}
	return ""
}
