package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	mostOfReason = 2 << 10 // bytes shown of a cell, a reason or a note
	mostOfError  = 8 << 10 // bytes shown of an error: a compiler's or a panicking process's output
)

// plain is s without what moves a terminal's cursor, changes its colours or turns text around, and without what a runner
// of workflows would take for a command: that goes on as it was, with a space of no width inside.
func plain(s string) string {
	return broken(commands, strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) {
			return r
		}
		return utf8.RuneError
	}, strings.ReplaceAll(s, "\r\n", "\n")))
}

// Plain is s as a log may have it, whoever wrote s: a person's terminal takes nothing in it for an order, nor does
// a runner of workflows.
func Plain(s string) string { return broken(commandLines, plain(s)) }

// broken is s with a space of no width before the last character of each match.
func broken(commands *regexp.Regexp, s string) string {
	return commands.ReplaceAllStringFunc(s, func(command string) string {
		last := len(command) - 1
		return command[:last] + "\u200b" + command[last:]
	})
}

// commands are those of GitHub's runner, which it finds at the start of a line, blanks aside, and any word may come to stand there;
// or, the older ones, anywhere. commandLines are those that have come to stand there because a long word was broken.
var (
	commands     = regexp.MustCompile(`(^|[\s\p{Z}])::|##\[`)
	commandLines = regexp.MustCompile(`(?m)^[\s\p{Z}]*::`)
)

// oneLine is s, plain, with single blanks between its words.
func oneLine(s string) string { return strings.Join(strings.Fields(plain(s)), " ") }

// cut is the head of s with a note of how much more there was, when s has more than most bytes.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	head := most
	for head > 0 && !utf8.RuneStart(s[head]) {
		head--
	}
	return s[:head] + cutNote(len(s)-head)
}

func cutNote(bytes int) string { return fmt.Sprintf(" ... (%d bytes cut)", bytes) }

// wrap breaks s into lines of at most width columns. It keeps line breaks and indentation. A word that is longer stays whole.
func wrap(s string, width int) []string {
	const deepest = 24
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\t", "    "), "\n") {
		line = strings.TrimRight(line, " ")
		indent := line[:min(len(line)-len(strings.TrimLeft(line, " ")), deepest)]
		if columns(line) <= width {
			lines = append(lines, line)
			continue
		}
		row := ""
		for _, word := range strings.Fields(line) {
			switch {
			case row == "":
				row = indent + word
			case columns(row)+1+columns(word) <= width:
				row += " " + word
			default:
				lines = append(lines, row)
				row = indent + word
			}
		}
		lines = append(lines, row)
	}
	return lines
}
