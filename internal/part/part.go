// Package part numbers the parts of something that several processes do together: part 2 of 8 is written 2/8.
package part

import (
	"fmt"
	"strconv"
	"strings"
)

// Part is one of several parts. The zero value is the whole.
type Part struct {
	I int // which, from 1
	N int // of how many, up to 1000
}

// most is far more machines than anybody gives a load or a gate.
const most = 1000

// Parse reads "2/8". The empty string is the whole.
func Parse(text string) (Part, error) {
	if text == "" {
		return Part{}, nil
	}
	i, n, _ := strings.Cut(text, "/")
	p := Part{number(i), number(n)}
	if p.Check() != nil || p.String() != text { // String has no signs, blanks or leading zeros
		return Part{}, fmt.Errorf("shard %q: write i/n with i from 1 to n and n up to %d, such as 2/3", text, most)
	}
	return p, nil
}

// number is the number that the text writes, or 0, which no part has.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// Check returns an error unless I is 1 to N, and N at most 1000. The whole is an error too: whoever allows it asks IsZero first.
func (p Part) Check() error {
	if p.N < 1 || p.N > most || p.I < 1 || p.I > p.N {
		return fmt.Errorf("there is no shard %d of %d; let I be 1 to N, and N at most %d", p.I, p.N, most)
	}
	return nil
}

// IsZero reports whether p is the whole.
func (p Part) IsZero() bool { return p == Part{} }

// String is the form that Parse reads, and empty for the whole.
func (p Part) String() string {
	if p.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d/%d", p.I, p.N)
}

// Len is how many of n things, numbered from 0, belong to the part: every N-th, from I-1 on. The lengths of all parts sum to n.
func (p Part) Len(n int) int {
	if p.IsZero() {
		return n
	}
	return (n + p.N - p.I) / p.N
}

// Number is the number, in the whole, of the part's k-th thing, k from 0.
func (p Part) Number(k int) int {
	if p.IsZero() {
		return k
	}
	return p.I - 1 + k*p.N
}
