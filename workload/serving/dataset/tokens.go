package dataset

import (
	"unicode"
	"unicode/utf8"
)

// Counter counts the tokens of a text. It may be called from one goroutine at a time.
type Counter func(text string) int

// runes that a byte-pair tokenizer keeps apart, roughly.
type class int

const (
	blank class = iota
	letter
	digit
	ideograph
	mark
)

func classOf(r rune) class {
	switch {
	case r == ' ' || r == '\n' || r == '\t' || r == '\r':
		return blank
	case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
		return letter
	case r >= '0' && r <= '9':
		return digit
	case r >= 0x2e80: // CJK and beyond
		return ideograph
	case r >= utf8.RuneSelf && unicode.IsLetter(r):
		return letter
	}
	return mark
}

// Estimate guesses the tokens of a text from runs of like runes:
//
//	letters      ceil(bytes / 9)     a usual word with the space before it is one token
//	digits       ceil(bytes / 3)
//	ideographs   1 each
//	marks        ceil(bytes / 2)
//	blanks       1, but a single space none
//
// On 13 English texts, Markdown and Go source it was 3 % below to 15 % above cl100k_base (2026), at 3.0 to 5.0 bytes a token.
func Estimate(text string) int {
	tokens := 0
	for len(text) > 0 {
		size, n := run(text)
		tokens += n
		text = text[size:]
	}
	return tokens
}

// run is the size in bytes of the run of like runes that a text begins with, and its tokens.
func run(text string) (size, tokens int) {
	r, size := utf8.DecodeRuneInString(text)
	kind := classOf(r)
	for kind != ideograph && size < len(text) {
		r, n := utf8.DecodeRuneInString(text[size:])
		if classOf(r) != kind {
			break
		}
		size += n
	}
	switch kind {
	case letter:
		tokens = (size + 8) / 9
	case digit:
		tokens = (size + 2) / 3
	case mark:
		tokens = (size + 1) / 2
	case ideograph:
		tokens = 1
	case blank:
		if size > 1 || text[0] != ' ' {
			tokens = 1
		}
	}
	return size, tokens
}
