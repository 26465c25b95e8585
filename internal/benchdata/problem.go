package benchdata

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tailgate-go/tailgate/policy"
)

// A Problem is one thing that forbids judging results: where it stands, what it is and what to do about it.
type Problem struct {
	File      string
	Line      int    // from 1; 0 if no line is to blame
	Benchmark string // as go test prints it, without "Benchmark"; "" if none is to blame
	Fact, Fix string
}

// String returns the problem on one line: "testdata/base.txt:12: Serve-2: p95-ns is NaN; report a finite number".
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(p.Line))
		}
		b.WriteString(": ")
	}
	if p.Benchmark != "" {
		b.WriteString(p.Benchmark)
		b.WriteString(": ")
	}
	b.WriteString(p.Fact)
	if p.Fix != "" {
		b.WriteString("; ")
		b.WriteString(p.Fix)
	}
	return b.String()
}

// Problems is a list of problems, an error when it is not empty.
type Problems []Problem

// Code is why results with problems are not judged.
func (ps Problems) Code() policy.Code { return policy.BadResults }

// shown bounds the lines of an error text; the rest is counted.
const shown = 20

// Error lists the problems, one a line, and counts those after the twentieth.
func (ps Problems) Error() string {
	var b strings.Builder
	for i, p := range ps {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i == shown {
			b.WriteString("and ")
			b.WriteString(strconv.Itoa(len(ps) - shown))
			b.WriteString(" more")
			break
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// printable returns s if it is short printable text, else quoted and cut: names and units come from files.
func printable(s string) string {
	const most = 200
	ok := len(s) <= most && utf8.ValidString(s)
	for _, r := range s {
		ok = ok && unicode.IsGraphic(r)
	}
	if ok {
		return s
	}
	return quote(s)
}

// quote quotes s, cut to a length fit for a message.
func quote(s string) string {
	const most = 80
	if len(s) > most {
		return strconv.Quote(s[:most]) + "..."
	}
	return strconv.Quote(s)
}

// quoteFact states the value of a configuration key: `cpu is "x"`.
func quoteFact(key, value string) string { return printable(key) + " is " + quote(value) }

func betterWord(direction int) string {
	if direction < 0 {
		return "lower"
	}
	return "higher"
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// number formats a value as a Writer does.
func number(v float64) string { return string(appendNumber(nil, v)) }

// appendNumber appends the shortest text that parses to v again: integral nanoseconds look like it, what is very large
// or small has an exponent.
func appendNumber(b []byte, v float64) []byte {
	format := byte('e')
	if v == 0 || 1e-6 <= math.Abs(v) && math.Abs(v) < 1e21 {
		format = 'f'
	}
	return strconv.AppendFloat(b, v, format, -1, 64)
}
