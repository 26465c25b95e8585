package benchdata

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// limits bound what a file may hold, so that a file that is not a result file costs neither memory nor minutes.
type limits struct {
	file       int64 // bytes of a file
	line       int   // bytes of a line, and of an output line in go test -json
	resultLine int   // bytes of a result, Unit or configuration line
	results    int   // results of a file
	benchmarks int   // different ones
	runs       int   // of one benchmark, where they become Columns
	values     int   // values of a file
	series     int   // units of each benchmark, added up, where they become Columns
	text       int   // bytes of the names of benchmarks, packages and units, and of configuration
	pending    int   // bytes of lines that packages have begun in go test -json output
	units      int   // units in different sequences of units
	config     int   // different configuration keys
	packages   int   // packages in go test -json output
}

// defaultLimits leave a factor of several over the largest real file in sight, the 176,726 lines of the Go dashboard.
// resultLine must stay below the 64 KiB at which benchfmt.Reader gives up on the whole file.
var defaultLimits = limits{
	file:       512 << 20,
	line:       1 << 20,
	resultLine: 32 << 10,
	results:    1 << 20,
	benchmarks: 1 << 20,
	values:     1 << 23,
	series:     1 << 23,
	text:       1 << 26,
	pending:    1 << 26,
	units:      1 << 16,
	config:     256,
	packages:   1 << 14,
}

// lines reads lines without keeping more than one, and of an overlong one only its beginning.
type lines struct {
	r     *bufio.Reader
	most  int   // bytes kept of a line
	limit int64 // bytes read at most

	buf      []byte // a line longer than r's buffer
	num      int    // number of the line last returned, from 1
	size     int64  // bytes read
	overlong bool   // the line last returned was cut to most bytes
	open     bool   // the line last returned had no line end
	err      error  // what ended reading, if not the end of the input
}

var errFileTooLarge = errors.New("file too large")

func newLines(r io.Reader, most int, limit int64) *lines {
	return &lines{r: bufio.NewReaderSize(r, 64<<10), most: most, limit: limit}
}

// next returns the next line without its end, LF or CRLF. It is valid until the next call.
func (l *lines) next() (line []byte, ok bool) {
	if l.err != nil {
		return nil, false
	}
	l.buf, l.overlong, l.open = l.buf[:0], false, false
	for part := 0; ; part++ {
		chunk, err := l.r.ReadSlice('\n')
		l.size += int64(len(chunk))
		if l.size > l.limit {
			l.err = errFileTooLarge
			return nil, false
		}
		switch {
		case part == 0 && err != bufio.ErrBufferFull:
			line = chunk // no copy
		default: // two bytes more than most tell an overlong line from one that ends in CRLF
			l.buf = append(l.buf, chunk[:min(len(chunk), l.most+2-len(l.buf))]...)
			line = l.buf
		}
		switch err {
		case nil:
		case bufio.ErrBufferFull:
			continue
		case io.EOF:
			if len(line) == 0 {
				return nil, false
			}
			l.open = true
		default:
			l.err = err
			return nil, false
		}
		break
	}
	l.num++
	line = bytes.TrimSuffix(line, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(line) > l.most {
		line, l.overlong = line[:l.most], true
	}
	return line, true
}
