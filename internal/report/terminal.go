package report

import (
	"fmt"
	"strings"
)

// terminal is text that is written to be read on a terminal.
type terminal struct {
	strings.Builder
	colours bool
	said    string // the last reason of several lines
}

func (b *terminal) line(s string) { b.WriteString(strings.TrimRight(s, " ") + "\n") }

func (b *terminal) paragraph(s, indent string) {
	for _, line := range wrap(plain(s), width-len(indent)) {
		b.line(indent + line)
	}
}

// item prints a name and a text that goes on below itself; nothing when there is no text.
func (b *terminal) item(name, value string) {
	if value == "" {
		return
	}
	for _, line := range itemLines(value) {
		b.itemLine(name, line)
		name = ""
	}
}

// itemLines are the lines of an item's text.
func itemLines(text string) []string {
	const indent = 13
	return wrap(plain(cut(text, mostOfReason)), width-indent)
}

func (b *terminal) itemLine(name, line string) { b.line(fmt.Sprintf("  %-10s %s", name, line)) }

func (b *terminal) table(t table) {
	const indent = 4
	for _, line := range t.lines(width - indent) {
		b.line(strings.Repeat(" ", indent) + line)
	}
}

// cell is s as one line that is short enough for a table.
func cell(s string) string { return oneLine(cut(s, 200)) }
