package duet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// version is that of the protocol. Both sides must have the same: there is no reason to mix releases of tailgate in one gate run.
const version = 1

// Kinds of frames.
const (
	kindHello   = 'H'
	kindTurn    = 'T'
	kindResult  = 'R'
	kindFailure = 'F'
	kindEnd     = 'E'
	kindTotals  = 'A'

	kindPlainTurn   = 'N'
	kindPlainResult = 'M'
)

// most is how long a body of each kind may be, in bytes. A result has room for a turn of MaxRequests with a dozen stages.
var most = [256]uint32{
	kindHello:   4 << 10,
	kindTurn:    64,
	kindResult:  8 << 20,
	kindFailure: maxText,
	kindEnd:     0,
	kindTotals:  64,

	kindPlainTurn:   64,
	kindPlainResult: 512 << 10,
}

const (
	frameHeader = 5       // bytes: length, kind
	maxText     = 8 << 10 // bytes of a failure's text
	firstRead   = 4 << 10 // bytes; enough for most frames
)

// begin starts a frame in b's storage. finish completes it.
func begin(b []byte, kind byte) []byte { return append(b[:0], 0, 0, 0, 0, kind) }

func finish(b []byte) []byte {
	binary.LittleEndian.PutUint32(b, uint32(len(b)-frameHeader))
	return b
}

// tooLong reports whether the frame must not be sent.
func tooLong(frame []byte) bool { return len(frame)-frameHeader > int(most[frame[4]]) }

// inbox cuts what a pipe brings into frames. Memory grows with what has come, never with what is announced.
type inbox struct {
	buf []byte
	at  int // buf[at:] has come and is not yet cut
}

// next is the next frame. Its body is valid until the next call. At the end between two frames the error is io.EOF.
func (in *inbox) next(r io.Reader) (kind byte, body []byte, err error) {
	in.buf = append(in.buf[:0], in.buf[in.at:]...)
	in.at = 0
	for {
		kind, body, in.at, err = cut(in.buf)
		if err != nil || in.at > 0 {
			return kind, body, err
		}
		if len(in.buf) == cap(in.buf) {
			in.buf = slices.Grow(in.buf, max(firstRead, len(in.buf)))
		}
		n, err := r.Read(in.buf[len(in.buf):cap(in.buf)])
		in.buf = in.buf[:len(in.buf)+n]
		if errors.Is(err, io.EOF) && len(in.buf) > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, nil, err
		}
	}
}

// cut takes the first frame off b. n is 0 while it is not complete.
func cut(b []byte) (kind byte, body []byte, n int, err error) {
	if len(b) < frameHeader {
		return 0, nil, 0, nil
	}
	length, kind := binary.LittleEndian.Uint32(b), b[4]
	if most[kind] == 0 && kind != kindEnd {
		return 0, nil, 0, fmt.Errorf("a frame of unknown kind %q", kind)
	}
	if length > most[kind] {
		return 0, nil, 0, fmt.Errorf("a frame of kind %q and %d bytes, where %d is the most", kind, length, most[kind])
	}
	n = frameHeader + int(length)
	if len(b) < n {
		return 0, nil, 0, nil
	}
	return kind, b[frameHeader:n], n, nil
}
