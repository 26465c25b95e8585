package report

import (
	"fmt"
	"strings"
)

// prose is s as one line of Markdown that reads as s, of at most mostOfReason bytes and a note.
func prose(s string) string { return escape(oneLine(cut(s, mostOfReason)), true) }

// code is s in a fixed font; empty when s is. GitHub looks for no mentions and references in it.
func code(s string) string {
	s = oneLine(cut(s, mostOfReason))
	switch {
	case s == "":
		return ""
	case strings.ContainsAny(s, "`|"): // a span of backticks can hold neither in a table
		return "<code>" + escape(s, false) + "</code>"
	}
	return "`" + s + "`"
}

// escape keeps every character of s from being markup, and web addresses from being links. GitHub looks for @mentions,
// #references and $formulae$ after it has resolved what is escaped: where asked for, a space of no width breaks those.
func escape(s string, broken bool) string {
	var b strings.Builder
	for i, r := range s {
		if b.Len() > mostOfReason {
			b.WriteString(cutNote(len(s) - i))
			break
		}
		switch {
		case strings.ContainsRune("|<>&`", r), isLink(s, i):
			fmt.Fprintf(&b, "&#%d;", r)
		case strings.ContainsRune("\\*{}[]~", r), r == '_' && !insideWord(s, i):
			b.WriteString(`\` + string(r))
		case strings.ContainsRune("@#$", r):
			b.WriteString(`\` + string(r))
			if broken {
				b.WriteString("&#8203;")
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isLink reports whether the byte at i makes a web address of what is around it.
func isLink(s string, i int) bool {
	return strings.HasPrefix(s[i:], "://") || s[i] == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www")
}

// insideWord reports whether the byte at i has letters or digits on both sides: an underscore there is no markup.
func insideWord(s string, i int) bool {
	alphanumeric := func(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }
	return i > 0 && i+1 < len(s) && alphanumeric(s[i-1]) && alphanumeric(s[i+1])
}

// fenced are the lines of s as they stand, each indented, whatever they hold; their head when s has more than most bytes.
func fenced(s string, most int, indent string) string {
	s = plain(cut(strings.Trim(s, "\r\n"), most))
	if strings.Contains(s, strings.Repeat("`", 16)) { // the fence would have to be longer still
		s = strings.ReplaceAll(s, "`", "'")
	}
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	var b strings.Builder
	for line := range strings.SplitSeq(fence+"\n"+s+"\n"+fence, "\n") {
		b.WriteString(strings.TrimRight(indent+line, " \t") + "\n")
	}
	return b.String()
}
