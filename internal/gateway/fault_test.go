package gateway

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/openai"
)

// quiet lets nothing but requests find out what became of a replica.
var quiet = Config{HealthInterval: time.Hour, ScrapeInterval: time.Hour - 1, StaleAfter: time.Hour}

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
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+"/v1/completions", strings.NewReader(`{"model":"base","stream":true}`))
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

// A stream that breaks in the midst of an event, or an answer that is none, cannot be mended: the client's connection breaks as well.
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
		"": true, "data: a\n\n": true, "data: a\r\n\r\n": true, "data: a\n": false, "data: a": false, "data: a\n\ndata": false, "data: a\r\n": false,
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

func TestARequestIsSentAgainOnlyIfNoReplicaBeganIt(t *testing.T) {
	refuse := func(status int) func(*fake) {
		return func(f *fake) { f.serve = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) } }
	}
	for name, row := range map[string]struct {
		both   func(*fake)
		status int
		sent   int // to both replicas together, by their own count
	}{
		"busy":                     {refuse(429), 429, 2},
		"draining":                 {refuse(503), 503, 2},
		"an error of its own":      {refuse(500), 500, 1},
		"a bad request":            {refuse(400), 400, 1},
		"an unknown adapter":       {refuse(404), 404, 1},
		"it breaks off unanswered": {func(f *fake) { f.serve = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) } }, 502, 1},
		"it switches protocols":    {refuse(101), 502, 1},
		"nothing listens":          {func(f *fake) { f.server.Listener.Close() }, 503, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 2, quiet)
			r.disconnect(t)
			for _, f := range r.fakes {
				row.both(f)
			}
			response, _ := r.post("base")
			assert.Equal(t, row.status, response.StatusCode)
			n := counts(r.fakes)
			assert.Equal(t, row.sent, n[0]+n[1])
			assert.Equal(t, row.status == 429 || row.sent == 0, response.Header.Get("Retry-After") != "")
			require.NoError(t, r.idle(), "nothing is left in flight")
		})
	}
}

func TestWhatOneReplicaRefusesAnotherDoes(t *testing.T) {
	for name, spoil := range map[string]func(*fake){
		"nothing listens": func(f *fake) { f.server.Listener.Close() },
		"draining": func(f *fake) {
			f.serve = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
			f.set(func(f *fake) { f.health = 503 })
		},
		"busy": func(f *fake) { f.serve = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) } },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 2, quiet)
			r.disconnect(t)
			spoil(r.fakes[0])
			body := `{"prompt":"` + strings.Repeat("p", 300_000) + `","model":"base"}`
			for range 10 {
				response, got := r.send("POST", "/v1/chat/completions", body)
				require.Equal(t, 200, response.StatusCode)
				require.Contains(t, got, "hello")
			}
			assert.Equal(t, 10, r.fakes[1].requests())
			for _, got := range r.fakes[1].got {
				require.Equal(t, body, got, "the whole body, again")
			}
			assert.LessOrEqual(t, r.fakes[0].requests(), 1, "known since")
			assert.Equal(t, 1.0, counted(t, r.g.meters.retries.WithLabelValues(r.fakes[0].url)))
		})
	}
}

func TestACriticalRequestIsSentToEveryReplica(t *testing.T) {
	config := quiet
	config.Models = map[string]Criticality{"adapter-0": Critical}
	const n = 6
	busy := func(_ int, f *fake) { f.serve = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) } }
	for _, row := range []struct {
		model string
		sent  int
	}{{"base", 3}, {"adapter-0", n}} {
		r := newRig(t, n, config, busy)
		response, _ := r.post(row.model)
		assert.Equal(t, 429, response.StatusCode)
		assert.Equal(t, "1", response.Header.Get("Retry-After"))
		sum := 0
		for _, sent := range counts(r.fakes) {
			sum += sent
			assert.LessOrEqual(t, sent, 1)
		}
		assert.Equal(t, row.sent, sum, row.model)
	}
	config.Retries = -1
	r := newRig(t, 2, config, busy)
	r.post("base")
	assert.Equal(t, 1, r.fakes[0].requests()+r.fakes[1].requests(), "no retries")
}

func TestAllReplicasDown(t *testing.T) {
	r := newRig(t, 2, Config{HealthInterval: time.Millisecond})
	for _, f := range r.fakes {
		f.kill()
	}
	require.NoError(t, r.g.await(t.Context(), func() bool { return !r.g.anyUp() }))
	for _, model := range []string{"base", "adapter-0", "unknown"} { // of which nobody can say that it is
		response, body := r.post(model)
		assert.Equal(t, 503, response.StatusCode)
		assert.Contains(t, refusal(t, body).Message, "no replica is up")
		assert.Equal(t, "1", response.Header.Get("Retry-After"))
	}
}

func TestAGatewayMayStartBeforeItsReplicas(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	g, err := New(Config{Replicas: []string{"http://" + address}, HealthInterval: time.Millisecond})
	require.NoError(t, err)
	defer g.Close()
	require.NoError(t, g.await(t.Context(), func() bool { return g.replicas[0].looked }))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = g.Ready(ctx)
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, "gateway: http://"+address+" is down: ")
	assert.ErrorContains(t, err, "connection refused")

	l, err = net.Listen("tcp", address)
	require.NoError(t, err)
	server := &http.Server{Handler: newFake()}
	go server.Serve(l) // ends with Close
	defer server.Close()
	require.NoError(t, g.Ready(t.Context()))
}

func TestNothingIsLostWhenAReplicaDiesUnderLoad(t *testing.T) {
	const clients, each = 8, 20
	r := newRig(t, 3, Config{}, func(_ int, f *fake) { f.events = 5 })
	var wait sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[string]int{}
	half := make(chan struct{})
	var once sync.Once
	for range clients {
		wait.Go(func() {
			for i := range each {
				if i == each/2 {
					once.Do(func() { close(half) })
				}
				outcome := r.outcome()
				mu.Lock()
				outcomes[outcome]++
				mu.Unlock()
			}
		})
	}
	<-half
	r.fakes[1].kill()
	wait.Wait()
	total := 0
	for outcome, n := range outcomes {
		total += n
		assert.Contains(t, []string{"done", "error event", "502", "503"}, outcome)
	}
	assert.Equal(t, clients*each, total, "every request ends in words")
	assert.GreaterOrEqual(t, outcomes["done"], total-clients, "and only what was there when it died is lost: %v", outcomes)
	require.NoError(t, r.idle())
}

// outcome is how one stream ended for the client.
func (r *rig) outcome() string {
	response, err := client.Post(r.url+"/v1/completions", "application/json", strings.NewReader(`{"model":"base"}`))
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	switch {
	case response.StatusCode != 200:
		return fmt.Sprint(response.StatusCode)
	case err != nil:
		return err.Error()
	case strings.Contains(string(body), `data: {"error"`):
		return "error event"
	case strings.HasSuffix(string(body), "data: [DONE]\n\n"):
		return "done"
	}
	return "cut: " + string(body)
}

func TestUnsent(t *testing.T) {
	assert.True(t, unsent(&net.OpError{Op: "dial", Err: errors.New("refused")}))
	assert.True(t, unsent(fmt.Errorf("around: %w", &net.OpError{Op: "dial", Err: errors.New("refused")})))
	assert.False(t, unsent(&net.OpError{Op: "read", Err: errors.New("reset")}))
	assert.False(t, unsent(io.ErrUnexpectedEOF))
}
