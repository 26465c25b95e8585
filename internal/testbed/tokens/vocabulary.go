package tokens

import (
	"fmt"
	"math"
)

// Vocabulary cuts texts and writes them. Make one with New. It never changes: use it from any number of goroutines.
type Vocabulary struct {
	size  int
	width int // letters in the text of an id: the fewest that tell size ids apart, 3 at least
}

const (
	word     = 6 // bytes in a piece of letters
	run      = 4 // of blanks or signs
	digits   = 3 // in a piece of digits
	alphabet = 26
)

// New makes a vocabulary of size ids, 0 to size-1.
func New(size int) (Vocabulary, error) {
	if size < 1 || size > math.MaxInt32 {
		return Vocabulary{}, fmt.Errorf("tokens: a vocabulary of %d ids; have 1 to %d", size, math.MaxInt32)
	}
	v := Vocabulary{size: size, width: 3}
	for told := alphabet * alphabet * alphabet; told < size; told *= alphabet {
		v.width++
	}
	return v, nil
}

// Size is how many ids there are.
func (v Vocabulary) Size() int { return v.size }

// Count is how many tokens the text has, without making them.
func (v Vocabulary) Count(text string) int {
	n := 0
	for len(text) > 0 {
		text = text[v.cut(text):]
		n++
	}
	return n
}

// Encode is the ids of the text; none for an empty text.
func (v Vocabulary) Encode(text string) []int {
	ids := make([]int, 0, v.Count(text))
	for len(text) > 0 {
		n := v.cut(text)
		ids = append(ids, v.id(text[:n]))
		text = text[n:]
	}
	return ids
}

// Decode is the text of the ids: a blank and letters for each. An id that is not in the vocabulary is taken modulo its size.
func (v Vocabulary) Decode(ids []int) string {
	text := make([]byte, 0, len(ids)*(v.width+1))
	for _, id := range ids {
		text = v.AppendPiece(text, id)
	}
	return string(text)
}

// AppendPiece appends the text of one id to dst. It is never empty, and has nothing in it that JSON would escape.
func (v Vocabulary) AppendPiece(dst []byte, id int) []byte {
	if id %= v.size; id < 0 {
		id += v.size
	}
	dst = append(dst, " aaaaaaaa"[:v.width+1]...)
	for i := len(dst) - 1; id > 0; i-- {
		dst[i] = 'a' + byte(id%alphabet)
		id /= alphabet
	}
	return dst
}

// id is that of a piece: what it says when it is the text of an id, else its hash (FNV-1a: Fowler, Noll, Vo 1991).
func (v Vocabulary) id(piece string) int {
	if id, ok := v.said(piece); ok {
		return id
	}
	h := uint32(2166136261)
	for i := range len(piece) {
		h = (h ^ uint32(piece[i])) * 16777619
	}
	return int(h % uint32(v.size))
}

// said is the id whose text the piece is.
func (v Vocabulary) said(piece string) (int, bool) {
	if len(piece) != v.width+1 || piece[0] != ' ' {
		return 0, false
	}
	id := 0
	for i := 1; i < len(piece); i++ {
		if piece[i] < 'a' || piece[i] > 'z' {
			return 0, false
		}
		id = id*alphabet + int(piece[i]-'a')
	}
	return id, id < v.size
}

// cut is the length of the piece that the text, which is not empty, begins with.
func (v Vocabulary) cut(text string) int {
	letters := max(word, v.width)
	kind := kindOf(text[0])
	if text[0] == ' ' && len(text) > 1 && kindOf(text[1]) == letter {
		return 1 + same(text[1:], letter, letters)
	}
	switch kind {
	case letter:
		return same(text, letter, letters)
	case digit:
		return same(text, digit, digits)
	case blank:
		n := same(text, blank, run)
		if n > 1 && n < len(text) && text[n-1] == ' ' && kindOf(text[n]) == letter {
			n-- // the last one belongs to the word
		}
		return n
	}
	return same(text, sign, run)
}

// same is how many bytes of this kind the text begins with, at most so many.
func same(text string, k kind, most int) int {
	n := 1
	for n < most && n < len(text) && kindOf(text[n]) == k {
		n++
	}
	return n
}

type kind byte

const (
	sign kind = iota
	letter
	digit
	blank
)

// kindOf takes the bytes of all that is not ASCII for letters.
func kindOf(b byte) kind {
	switch {
	case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= 0x80:
		return letter
	case b >= '0' && b <= '9':
		return digit
	case b == ' ' || b >= '\t' && b <= '\r':
		return blank
	}
	return sign
}
