// Package sse reads streams of server-sent events for timing: it says when the bytes of each event came, decodes nothing, and
// allocates nothing once its buffer has grown.
//
// The rules are those of the WHATWG (HTML, section 9.2.6, "Interpreting an event stream"). Lines end with LF, CRLF or CR;
// a byte order mark at the beginning, comments and unknown fields are skipped; the data lines of an event are joined by LF;
// an event without data is none. Ids and retry times are skipped too, since nobody reconnects here, and bytes are not checked to be
// UTF-8.
//
// Inference servers keep the rules loosely, and their clients read them so. Three things differ:
//
//   - An event whose blank line the stream's end has cut off is an event, with Event.Open: some servers end on their last line.
//   - A line "error: ..." is data of an event of type error, as earlier releases of llama.cpp's server send it, and an event of
//     type error needs no data.
//   - An event whose only data is Reader.Final is complete without its blank line.
package sse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"
)

// DefaultLimit is the most bytes that a line, or the data of an event, may have by default: 10 MiB.
const DefaultLimit = 10 << 20

// ErrTooLong means that a line, or the data of an event, is longer than the limit.
var ErrTooLong = errors.New("sse: too long")

// Event is one server-sent event. Its slices are valid until the next call of Next.
type Event struct {
	// Data is the data lines, joined by LF.
	Data []byte

	// Type is the value of the last event field; empty when there was none.
	Type []byte

	// At is when the read returned that completed the event, on the clock of the Reader. Events that came in one read came at one
	// time.
	At time.Duration

	// Open is that the stream ended before the event did: its data may be cut off.
	Open bool
}

// Reader reads the events of one stream after the other, on one goroutine at a time. Make it with [NewReader].
type Reader struct {
	// Final is data that ends a stream, such as [DONE]; empty means none. Reset keeps it.
	Final string

	from  io.Reader
	limit int
	epoch time.Time
	err   error // of from, once all that came before it has been read

	buf        []byte
	start, end int           // buf[start:end] has been read and not used
	scanned    int           // no line ends in buf[start:start+scanned]
	at         time.Duration // the last read returned

	begun   bool // the beginning of the stream, where a byte order mark may be, is behind
	afterCR bool // the last line ended with CR: an LF that follows belongs to it
	hasData bool
	inline  []byte // the event's data, while it is one line that still is in buf
	data    []byte // the event's data, once it is not: the storage is kept
	scratch bool   // the data is in data
	kind    []byte
	vain    int // reads in a row that gave nothing
}

// NewReader makes a Reader of no stream; Reset gives it one. No line, and no event's data, may be longer than limit bytes; 0 means
// DefaultLimit.
func NewReader(limit int) *Reader {
	if limit <= 0 {
		limit = DefaultLimit
	}
	return &Reader{limit: limit, buf: make([]byte, 4<<10), err: io.EOF}
}

// Reset begins a stream, whose events' times count from epoch. Storage is kept.
func (r *Reader) Reset(from io.Reader, epoch time.Time) {
	*r = Reader{Final: r.Final, from: from, limit: r.limit, epoch: epoch, buf: r.buf, data: r.data[:0], kind: r.kind[:0]}
}

// Next returns the next event. The error is io.EOF at the end of the stream, ErrTooLong, or that of the underlying reader;
// it stays.
func (r *Reader) Next() (Event, error) {
	r.inline, r.data, r.kind = nil, r.data[:0], r.kind[:0]
	r.hasData, r.scratch = false, false
	for {
		line, ok := r.line()
		if !ok {
			err := r.fill()
			if err == nil {
				continue
			}
			if errors.Is(err, io.EOF) {
				return r.open()
			}
			return Event{}, err
		}
		if len(line) > 0 {
			if err := r.field(line); err != nil {
				return Event{}, err
			}
			if !r.final() {
				continue
			}
		}
		if r.some() {
			return r.event(), nil
		}
		r.kind = r.kind[:0]
	}
}

// some reports whether there is an event.
func (r *Reader) some() bool { return r.hasData || bytes.Equal(r.kind, errorField) }

// final reports whether the event is the one that ends the stream.
func (r *Reader) final() bool {
	return r.Final != "" && !r.scratch && string(bytes.TrimSpace(r.inline)) == r.Final
}

func (r *Reader) event() Event {
	e := Event{Data: r.inline, Type: r.kind, At: r.at}
	if r.scratch {
		e.Data = r.data
	}
	return e
}

// open is the event that the end of the stream has cut off; io.EOF when there is none.
func (r *Reader) open() (Event, error) {
	rest := r.begins(r.buf[r.start:r.end])
	r.start, r.scanned = r.end, 0
	if len(rest) > 0 {
		if err := r.field(rest); err != nil {
			return Event{}, err
		}
	}
	if !r.some() {
		return Event{}, io.EOF
	}
	e := r.event()
	e.Open = true
	return e, nil
}

// begins is a line without the byte order mark that the first line may have.
func (r *Reader) begins(line []byte) []byte {
	if r.begun {
		return line
	}
	r.begun = true
	return bytes.TrimPrefix(line, bom)
}

// line takes the next line off the buffer, without its end; not ok when its end has not come.
func (r *Reader) line() (line []byte, ok bool) {
	if r.afterCR && r.start < r.end {
		if r.buf[r.start] == '\n' {
			r.start++
		}
		r.afterCR = false
	}
	unused := r.buf[r.start:r.end]
	n := bytes.IndexByte(unused[r.scanned:], '\n')
	if n < 0 {
		n = len(unused)
	} else {
		n += r.scanned
		ok = true
	}
	if cr := bytes.IndexByte(unused[r.scanned:n], '\r'); cr >= 0 {
		n = r.scanned + cr
		ok, r.afterCR = true, true
	}
	if !ok {
		r.scanned = len(unused)
		return nil, false
	}
	r.start += n + 1
	r.scanned = 0
	return r.begins(unused[:n]), true
}

var (
	bom        = []byte("\xef\xbb\xbf")
	dataField  = []byte("data")
	typeField  = []byte("event")
	errorField = []byte("error")
)

// field does what a line that is not blank says.
func (r *Reader) field(line []byte) error {
	if len(line) > r.limit {
		return r.tooLong("a line")
	}
	name, value, _ := bytes.Cut(line, []byte{':'})
	if len(value) > 0 && value[0] == ' ' {
		value = value[1:]
	}
	switch {
	case bytes.Equal(name, typeField):
		r.kind = append(r.kind[:0], value...)
		return nil
	case bytes.Equal(name, errorField):
		r.kind = append(r.kind[:0], errorField...)
	case !bytes.Equal(name, dataField):
		return nil
	}
	switch {
	case !r.hasData:
		r.hasData, r.inline = true, value
	default:
		r.save()
		if len(r.data)+1+len(value) > r.limit {
			return r.tooLong("the data of an event")
		}
		r.data = append(append(r.data, '\n'), value...)
	}
	return nil
}

// save copies the event's data out of the buffer.
func (r *Reader) save() {
	if r.hasData && !r.scratch {
		r.data, r.scratch, r.inline = append(r.data[:0], r.inline...), true, nil
	}
}

func (r *Reader) tooLong(what string) error {
	r.err = fmt.Errorf("%w: %s has more than %d bytes; raise the limit if it is meant", ErrTooLong, what, r.limit)
	r.start, r.end, r.scanned = 0, 0, 0
	return r.err
}

const (
	mostEmptyReads = 100
	spare          = 1 << 10 // bytes: reading into less is not worth a call
)

// fill reads once, after it has made room.
func (r *Reader) fill() error {
	if r.end-r.start > r.limit+len(bom) { // a whole line is measured where it is used
		return r.tooLong("a line")
	}
	if r.err != nil {
		return r.err
	}
	r.save()
	if r.start > 0 {
		r.end = copy(r.buf, r.buf[r.start:r.end])
		r.start = 0
	}
	if len(r.buf)-r.end < spare {
		r.buf = append(r.buf[:r.end], make([]byte, max(len(r.buf), spare))...)
	}
	n, err := r.from.Read(r.buf[r.end:])
	r.at = time.Since(r.epoch)
	if n < 0 || n > len(r.buf)-r.end {
		n, err = 0, errors.New("sse: the reader returned a count that is impossible")
	}
	r.end += n
	if r.vain++; n > 0 {
		r.vain = 0
	} else if err == nil && r.vain >= mostEmptyReads {
		err = io.ErrNoProgress
	}
	r.err = err // given once what came with it is used
	return nil
}
