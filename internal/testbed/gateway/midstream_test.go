package gateway

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/openai"
)

// kill ends a replica as a crash does: nothing listens any more, and every connection breaks.
func (f *fake) kill() {
	f.server.Listener.Close()
	f.server.CloseClientConnections()
}

// stream is an answer that a test reads event by event.
type stream struct {
	t        *testing.T
	response *http.Response
	lines    *bufio.Scanner
}

func (r *rig) stream(ctx context.Context) *stream {
	r.t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+"/v1/completions",
		strings.NewReader(`{"model":"base","stream":true}`))
	require.NoError(r.t, err)
	response, err := client.Do(request)
	require.NoError(r.t, err)
	r.t.Cleanup(func() { response.Body.Close() })
	return &stream{t: r.t, response: response, lines: bufio.NewScanner(response.Body)}
}

// next is the data of the next event, or empty at the end.
func (s *stream) next() string {
	for s.lines.Scan() {
		if data, ok := strings.CutPrefix(s.lines.Text(), "data: "); ok {
			return data
		}
	}
	return ""
}

// script makes a replica stream an event at once, and one for each of what comes out of a channel, until that is closed.
func script(f *fake, first string) chan<- string {
	data := make(chan string)
	f.serve = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		event(w, first)
		for {
			select {
			case d, ok := <-data:
				if !ok {
					return
				}
				event(w, d)
			case <-r.Context().Done():
				return
			}
		}
	}
	return data
}

func TestAStreamIsNotHeldBack(t *testing.T) {
	var say chan<- string
	r := newRig(t, 1, Config{}, func(_ int, f *fake) { say = script(f, "one") })
	s := r.stream(t.Context())
	for _, data := range []string{"one", "two", "[DONE]"} {
		if data != "one" {
			say <- data // only now, after the one before has arrived
		}
		require.Equal(t, data, s.next())
	}
	close(say)
	assert.Empty(t, s.next())
	assert.NoError(t, s.lines.Err())
	assert.Equal(t, "text/event-stream; charset=utf-8", s.response.Header.Get("Content-Type"))
}

func TestAReplicaThatIsKilledInMidStream(t *testing.T) {
	const n = 2
	says := make([]chan<- string, n)
	r := newRig(t, n, Config{HealthInterval: time.Hour}, func(i int, f *fake) { says[i] = script(f, fmt.Sprint("from ", i)) })
	streams := make([]*stream, n)
	for range streams { // one at each, and which is which
		s := r.stream(t.Context())
		var from int
		_, err := fmt.Sscanf(s.next(), "from %d", &from)
		require.NoError(t, err)
		require.Nil(t, streams[from], "the second goes to the other")
		streams[from] = s
	}
	r.fakes[0].kill()

	var e openai.ErrorBody
	require.NoError(t, json.Unmarshal([]byte(streams[0].next()), &e))
	assert.Equal(t, "the replica broke off the stream; try again", e.Error.Message)
	assert.Equal(t, http.StatusBadGateway, e.Error.Code)
	assert.Empty(t, streams[0].next(), "no [DONE]")
	assert.NoError(t, streams[0].lines.Err())
	// At once: the broken stream makes the gateway look.
	require.NoError(t, r.g.await(t.Context(), func() bool { return !r.g.replicas[0].up }))
	assert.Equal(t, 1.0, counted(t, r.g.meters.broken.WithLabelValues(r.fakes[0].url)))

	says[1] <- "more"
	assert.Equal(t, "more", streams[1].next(), "the other stream goes on")
	for range 10 { // without waiting for anything
		require.Equal(t, "from 1", r.stream(t.Context()).next())
	}
	assert.Equal(t, 1, r.fakes[0].requests())
}

func TestAnAnswerOfKnownLengthIsNotHeldBackEither(t *testing.T) {
	more := make(chan struct{})
	r := newRig(t, 1, Config{}, func(_ int, f *fake) {
		f.serve = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2")
			io.WriteString(w, "a")
			w.(http.Flusher).Flush()
			<-more
			io.WriteString(w, "b")
		}
	})
	s := r.stream(t.Context())
	for _, want := range []string{"a", "b"} {
		var got [1]byte
		_, err := io.ReadFull(s.response.Body, got[:])
		require.NoError(t, err)
		require.Equal(t, want, string(got[:]))
		if want == "a" {
			close(more)
		}
	}
}

// A stream that breaks in the midst of an event, or an answer that is none, cannot be mended: the client's connection breaks
// as well.
func TestABrokenAnswerIsABrokenAnswer(t *testing.T) {
	for name, row := range map[string]struct{ kind, text, want string }{
		"in the midst of an event": {"text/event-stream", "data: {\"a\":1}\n\ndata: {\"b", "data: {\"a\":1}\n\ndata: {\"b"},
		"after one newline":        {"text/event-stream", "data: {\"a\":1}\n", "data: {\"a\":1}\n"},
		"in the midst of JSON":     {"application/json", "{\"a\":\n\n", "{\"a\":\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 2, Config{}, func(_ int, f *fake) {
				f.serve = func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", row.kind)
					io.WriteString(w, row.text)
					w.(http.Flusher).Flush()
					panic(http.ErrAbortHandler)
				}
			})
			response, err := client.Post(r.url+"/v1/completions", "application/json", strings.NewReader(`{"model":"base"}`))
			require.NoError(t, err)
			defer response.Body.Close()
			got, err := io.ReadAll(response.Body)
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
			assert.Equal(t, row.want, string(got))
			n := counts(r.fakes)
			assert.Equal(t, 1, n[0]+n[1], "never sent twice: the client has bytes")
		})
	}
}

func TestBoundariesOfEvents(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "data: a\n\n": true, "data: a\r\n\r\n": true, "data: a\n": false, "data: a": false,
		"data: a\n\ndata": false, "data: a\r\n": false,
		"\n\n": true, "\n": false,
	} {
		for _, size := range []int{1, 2, 3, 4, 5, 100} { // of reads
			a := &answer{events: true}
			for rest := text; rest != ""; {
				n := min(size, len(rest))
				a.note([]byte(rest[:n]))
				rest = rest[n:]
			}
			assert.Equal(t, want, a.between(), "%q by %d", text, size)
		}
	}
}
