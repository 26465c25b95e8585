package duet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

func appendInt[T ~int | ~int64 | ~uint64](b []byte, v T) []byte {
	return binary.AppendUvarint(b, uint64(v))
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendList(b []byte, values []int64) []byte {
	b = binary.AppendUvarint(b, uint64(len(values)))
	for _, v := range values {
		b = binary.AppendUvarint(b, uint64(v))
	}
	return b
}

// fields reads what a body holds, one field after the other. After the first error every field is zero.
type fields struct {
	rest []byte
	err  error
}

var errShort = errors.New("cut short")

func (f *fields) fail(what string, err error) {
	if f.err == nil {
		f.err = fmt.Errorf("%s: %w", what, err)
	}
	f.rest = nil
}

func (f *fields) word(what string) uint64 {
	v, n := binary.Uvarint(f.rest)
	if n <= 0 {
		f.fail(what, errShort)
		return 0
	}
	f.rest = f.rest[n:]
	return v
}

// number is an integer from 0 to limit.
func (f *fields) number(what string, limit int64) int64 {
	v := int64(f.word(what))
	switch {
	case v < 0:
		f.fail(what, fmt.Errorf("%d is negative", v))
		return 0
	case v > limit:
		f.fail(what, fmt.Errorf("%d, where %d is the most", v, limit))
		return 0
	}
	return v
}

// text is valid only as long as the body is.
func (f *fields) text(what string, limit int64) []byte {
	n := f.number(what, limit)
	if n > int64(len(f.rest)) {
		f.fail(what, errShort)
		return nil
	}
	text := f.rest[:n]
	f.rest = f.rest[n:]
	return text
}

// list has at most limit values. Each takes a byte or more, so a length beyond the rest of the body is false.
func (f *fields) list(what string, limit int64) []int64 {
	n := f.number(what, limit)
	if n > int64(len(f.rest)) {
		f.fail(what, errShort)
		return nil
	}
	if n == 0 {
		return nil
	}
	values := make([]int64, n)
	for i := range values {
		values[i] = f.number(what, math.MaxInt64)
	}
	if f.err != nil {
		return nil
	}
	return values
}

// end is the error of the whole body.
func (f *fields) end() error {
	if f.err == nil && len(f.rest) > 0 {
		f.err = fmt.Errorf("%d bytes too many", len(f.rest))
	}
	return f.err
}
