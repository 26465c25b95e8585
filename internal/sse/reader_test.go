package sse

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type event struct{ data, kind string }

// plainly interprets a whole stream as the WHATWG's rules read, one after the other, without a thought for speed.
func plainly(stream string) []event {
	var events []event
	stream = strings.TrimPrefix(stream, "\ufeff")
	lines := regexp.MustCompile("\r\n|\n|\r").Split(stream, -1)
	data, kind := "", ""
	for _, line := range append(lines, "") { // what the end cuts off is a line, and an event
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			if data != "" || kind == "error" {
				events = append(events, event{strings.TrimSuffix(data, "\n"), kind})
			}
			data, kind = "", ""
		case field == "data":
			data += value + "\n"
		case field == "event":
			kind = value
		case field == "error":
			data, kind = data+value+"\n", "error"
		}
	}
	return events
}

// all reads every event, with what ended the stream.
func all(r *Reader) (events []event, err error) {
	for {
		e, err := r.Next()
		if err != nil {
			return events, err
		}
		events = append(events, event{string(e.Data), string(e.Type)})
	}
}

// splits are ways in which a stream may come.
func splits(stream string, seed uint64) map[string]io.Reader {
	random := rand.New(rand.NewPCG(seed, 1))
	return map[string]io.Reader{
		"at once":                strings.NewReader(stream),
		"at once, with its end":  iotest.DataErrReader(strings.NewReader(stream)),
		"byte for byte":          iotest.OneByteReader(strings.NewReader(stream)),
		"by halves":              iotest.HalfReader(strings.NewReader(stream)),
		"in pieces":              &pieces{stream, func() int { return random.IntN(7) }},
		"in longer pieces":       &pieces{stream, func() int { return 1 + random.IntN(2000) }},
		"in pieces of two bytes": &pieces{stream, func() int { return 2 }},
	}
}

// pieces is a reader that gives as many bytes at a time as size says.
type pieces struct {
	left string
	size func() int
}

func (p *pieces) Read(to []byte) (int, error) {
	if p.left == "" {
		return 0, io.EOF
	}
	n := min(p.size(), len(p.left), len(to))
	copy(to, p.left[:n])
	p.left = p.left[n:]
	return n, nil
}

var streams = []struct {
	name, stream string
	want         []event
}{
	{"nothing", "", nil},
	{"one event", "data: a\n\n", []event{{"a", ""}}},
	{"several in one piece", "data: a\n\ndata: b\n\ndata: [DONE]\n\n", []event{{"a", ""}, {"b", ""}, {"[DONE]", ""}}},
	{"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", []event{{"a", ""}, {"b", ""}}},
	{"CR", "data: a\r\rdata: b\r\r", []event{{"a", ""}, {"b", ""}}},
	{"line ends mixed", "data: a\r\n\ndata: b\n\r\n\rdata: c\r\r\n", []event{{"a", ""}, {"b", ""}, {"c", ""}}},
	{"several data lines", "data: a\ndata\ndata:\ndata: b\n\n", []event{{"a\n\n\nb", ""}}},
	{"one leading space is no data", "data:a\n\ndata:  b\n\ndata:\tc\n\n", []event{{"a", ""}, {" b", ""}, {"\tc", ""}}},
	{"data that is empty", "data\n\ndata:\n\ndata: \n\n", []event{{"", ""}, {"", ""}, {"", ""}}},
	{"colons in data", "data: {\"a\": \"b:c\"}\n\n", []event{{`{"a": "b:c"}`, ""}}},
	{"comments", ": hello\ndata: a\n:\n:data: no\n\n: ping\n\n", []event{{"a", ""}}},
	{"unknown fields", "id: 7\nretry: 10\nData: no\ndata : no\n data: no\nfoo\ndata: a\n\n", []event{{"a", ""}}},
	{"types", "event: error\ndata: a\n\ndata: b\n\nevent: x\nevent: y\ndata: c\n\n", []event{{"a", "error"}, {"b", ""}, {"c", "y"}}},
	{"a type without data is forgotten", "event: x\n\ndata: a\n\n", []event{{"a", ""}}},
	{"an error without data", "event: error\n\ndata: a\n\n", []event{{"", "error"}, {"a", ""}}},
	{"an error line", "error: {\"code\":500}\n\ndata: a\n\n", []event{{`{"code":500}`, "error"}, {"a", ""}}},
	{"an event without its blank line", "data: a\n\ndata: b\n", []event{{"a", ""}, {"b", ""}}},
	{"cut off in a line", "data: a\n\ndata: b", []event{{"a", ""}, {"b", ""}}},
	{"cut off in a field's name", "data: a\n\ndat", []event{{"a", ""}}},
	{"cut off after a type", "data: a\n\nevent: x", []event{{"a", ""}}},
	{"a byte order mark", "\ufeffdata: a\n\n", []event{{"a", ""}}},
	{"only one byte order mark", "\ufeff\ufeffdata: a\n\n\ufeffdata: b\n\n", nil},
	{"a byte order mark and no more", "\ufeff\n\n", nil},
	{"half a byte order mark", "\xef\xbbdata: a\n\ndata: b\n\n", []event{{"b", ""}}},
	{"an HTML page", "<!doctype html>\n<html>\n\n<p>502</p>\n\n", nil},
	{"no UTF-8", "data: \xff\xfe\n\n", []event{{"\xff\xfe", ""}}},
	{"NUL", "data: a\x00b\n\n", []event{{"a\x00b", ""}}},
}

func TestAStreamHasTheseEvents(t *testing.T) {
	for _, c := range streams {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, plainly(c.stream), "the plain reader")
			for name, split := range splits(c.stream, 1) {
				r := NewReader(0)
				r.Reset(split, time.Now())
				got, err := all(r)
				assert.Equal(t, c.want, got, name)
				assert.Equal(t, io.EOF, err, name)
			}
		})
	}
}

func FuzzReader(f *testing.F) {
	for i, c := range streams {
		f.Add(c.stream, uint64(i), uint8(0))
		f.Add(c.stream+c.stream, uint64(i), uint8(3))
	}
	f.Fuzz(func(t *testing.T, stream string, seed uint64, limit uint8) {
		want, wantErr := plainly(stream), io.EOF
		if limit > 0 {
			r := NewReader(int(limit))
			r.Reset(strings.NewReader(stream), time.Now())
			want, wantErr = all(r)
			for _, e := range want {
				require.LessOrEqual(t, len(e.data), int(limit))
			}
		}
		for name, split := range splits(stream, seed) {
			r := NewReader(int(limit))
			r.Reset(split, time.Now())
			got, err := all(r)
			require.Equal(t, want, got, name)
			require.Equal(t, wantErr != io.EOF, err != io.EOF, "%s: %v, %v", name, wantErr, err)
		}
	})
}

// The data that ends a stream is not waited for: a server may leave its blank line out and the connection open.
func TestTheFinalEventNeedsNoBlankLine(t *testing.T) {
	for name, c := range map[string]struct {
		stream string
		open   bool // the last of the three
	}{
		"with a blank line": {"data: a\n\ndata: [DONE]\n\ndata: b\n\n", false},
		"without one":       {"data: a\n\ndata: [DONE]\ndata: b\n\n", false},
		"with blanks":       {"data: a\n\ndata:  [DONE] \r\ndata: b", true},
	} {
		r := NewReader(0)
		r.Final = "[DONE]"
		r.Reset(iotest.OneByteReader(strings.NewReader(c.stream)), time.Now())
		for _, want := range []string{"a", "[DONE]", "b"} {
			e, err := r.Next()
			require.NoError(t, err, name)
			assert.Equal(t, want, strings.TrimSpace(string(e.Data)), name)
			assert.Equal(t, c.open && want == "b", e.Open, name)
		}
	}
}

func TestLinesAndEventsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 10<<20-len("data: "))
	for _, c := range []struct {
		name, stream string
		want         int // bytes of data of the first event
		says         string
	}{
		{"a line of exactly 10 MiB", "data: " + long + "\n\n", len(long), ""},
		{"a line of a byte more", "data: " + long + "y\n\n",
			0, "sse: too long: a line has more than 10485760 bytes; raise the limit if it is meant"},
		{"a line without end", strings.Repeat("y", 11<<20), 0, "sse: too long: a line"},
		{"a comment without end", ":" + strings.Repeat("y", 11<<20), 0, "sse: too long: a line"},
		{"data of exactly 10 MiB", "data: " + long + "\ndata: 12345\n\n", 10 << 20, ""},
		{"data of a byte more", "data: " + long + "\ndata: 123456\n\n",
			0, "sse: too long: the data of an event has more than 10485760 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := NewReader(0)
			r.Reset(&pieces{c.stream, func() int { return 1 << 20 }}, time.Now())
			e, err := r.Next()
			assert.Len(t, e.Data, c.want)
			if c.says != "" {
				require.ErrorIs(t, err, ErrTooLong)
				assert.ErrorContains(t, err, c.says)
				_, again := r.Next()
				assert.Equal(t, err, again, "an error stays")
			}
			assert.LessOrEqual(t, cap(r.buf)+cap(r.data), 48<<20)
		})
	}
}

func TestAnErrorOfTheConnectionComesAfterWhatWasRead(t *testing.T) {
	broken := errors.New("connection reset")
	r := NewReader(0)
	r.Reset(io.MultiReader(strings.NewReader("data: a\n\ndata: b"), iotest.ErrReader(broken)), time.Now())
	e, err := r.Next()
	require.NoError(t, err)
	assert.Equal(t, "a", string(e.Data))
	for range 2 {
		_, err = r.Next()
		assert.Equal(t, broken, err)
	}
}

// mute is a reader that gives nothing, or says that it gave what is impossible.
type mute int

func (m mute) Read([]byte) (int, error) { return int(m), nil }

func TestAReaderThatMisbehavesEndsTheStream(t *testing.T) {
	for m, says := range map[mute]string{0: "multiple Read calls return no data", -1: "impossible", 1 << 30: "impossible"} {
		r := NewReader(0)
		r.Reset(m, time.Now())
		_, err := r.Next()
		assert.ErrorContains(t, err, says)
	}
}

func TestAReaderWithoutAStreamIsAtItsEnd(t *testing.T) {
	_, err := NewReader(0).Next()
	assert.Equal(t, io.EOF, err)
}

func TestEventsHaveTheTimeOfTheReadThatCompletedThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from, to := io.Pipe()
		go func() {
			for _, piece := range []string{"data: a\n\nda", "ta: b\n", "\ndata: c\n\ndata: d\r\n\r", "\ndata: e\n\n"} {
				time.Sleep(10 * time.Millisecond)
				_, _ = to.Write([]byte(piece))
			}
			_ = to.Close()
		}()
		r := NewReader(0)
		r.Reset(from, time.Now())
		var got []time.Duration
		for e, err := r.Next(); err == nil; e, err = r.Next() {
			got = append(got, e.At/time.Millisecond)
		}
		assert.Equal(t, []time.Duration{10, 30, 30, 30, 40}, got, "an event ended by CR does not wait for an LF")
	})
}

func TestAReaderIsUsedAgain(t *testing.T) {
	r := NewReader(0)
	for _, c := range streams {
		r.Reset(strings.NewReader(c.stream), time.Now())
		got, err := all(r)
		assert.Equal(t, c.want, got)
		assert.Equal(t, io.EOF, err)
	}
	stream := []byte(strings.Repeat("data: "+strings.Repeat("x", 250)+"\n\n", 100))
	from := bytes.NewReader(stream)
	epoch := time.Now()
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		from.Reset(stream)
		r.Reset(from, epoch)
		n := 0
		for _, err := r.Next(); err == nil; _, err = r.Next() {
			n++
		}
		require.Equal(t, 100, n)
	}))
}
