package serving

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tailgate-go/tailgate/internal/replied"
	"github.com/tailgate-go/tailgate/internal/testbed/instant"
)

func TestMain(m *testing.M) {
	if instant.Serving() || asking() {
		return
	}
	goleak.VerifyTestMain(m)
}

// loopback serves the handler, and returns a client of it.
func loopback(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return clientOf(t, Target{URL: server.URL})
}

func clientOf(t *testing.T, target Target) *Client {
	t.Helper()
	c, err := NewClient(target)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// raw serves what answer writes to each connection that has sent a request, and then closes it.
func raw(t *testing.T, answer func(w io.Writer)) *Client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
				answer(conn)
			}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return clientOf(t, Target{URL: "http://" + l.Addr().String()})
}

func says(text string) func(io.Writer) {
	return func(w io.Writer) { _, _ = io.WriteString(w, text) }
}

func replies(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const (
	sseKind  = "text/event-stream; charset=utf-8"
	jsonKind = "application/json"
	page     = "<!doctype html>\n<html><h1>502 Bad Gateway</h1></html>"
)

func TestWhatGoesWrongHasAKind(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	down := Target{URL: "http://" + closed.Addr().String()}
	require.NoError(t, closed.Close())

	answer := func(h http.HandlerFunc) func(*testing.T) *Client {
		return func(t *testing.T) *Client { return loopback(t, h) }
	}
	bytes := func(text string) func(*testing.T) *Client {
		return func(t *testing.T) *Client { return raw(t, says(text)) }
	}
	streamHead := "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
	for _, c := range []struct {
		name   string
		client func(*testing.T) *Client
		stream bool
		label  string
		says   string
	}{
		{"a server that is down", func(t *testing.T) *Client { return clientOf(t, down) }, true, "connect", "connection refused"},
		{"a server of another protocol", bytes("SSH-2.0-OpenSSH_9.2\r\n"), true, "malformed", "malformed HTTP response"},
		{"a server that hangs up", bytes(""), true, "truncated", "EOF"},
		{"a head cut off", bytes("HTTP/1.1 200 OK\r\nContent-"), true, "malformed", "malformed MIME header"},
		{
			"too many requests",
			answer(replies(429, jsonKind, `{"error":{"message":"queue is full","type":"Too Many Requests","param":null,"code":429}}`)),
			true, "status 429", "queue is full",
		},
		{"an error whose code is a word", answer(replies(401, jsonKind, `{"error":{"message":"no key","code":"invalid_api_key"}}`)),
			true, "status 401", "no key"},
		{"an error that is a text", answer(replies(400, jsonKind, `{"error":"bad prompt"}`)), false, "status 400", "bad prompt"},
		{"an error page", answer(replies(502, "text/html", page)), true, "status 502", "<!doctype html> <html><h1>502 Bad Gateway"},
		{"an error without a body", answer(replies(503, "", "")), true, "status 503", ""},
		{"a redirect, which is not followed", answer(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}), true, "status 307", ""},
		{"a page where a stream was asked for", answer(replies(200, "text/html", page)), true, "malformed",
			`the reply is "text/html", where text/event-stream was asked for`},
		{"a page that says it is JSON", answer(replies(200, jsonKind, page)), false, "malformed", `byte 0 of "<!doctype html>`},
		{"a page that says it is a stream", answer(replies(200, sseKind, page)), true, "truncated",
			"the stream ended after 0 events without [DONE]"},
		{"JSON where a stream was asked for", answer(replies(200, jsonKind, "{}")), true, "malformed", `the reply is "application/json"`},
		{"a stream where none was asked for", answer(replies(200, sseKind, textOf("a")+doneLine)), false, "malformed",
			"where application/json was asked for"},
		{"an event that is no JSON", answer(replies(200, sseKind, textOf("a")+event("oops")+doneLine)), true, "malformed",
			`event 2: byte 0 of "oops": no JSON`},
		{"a stream of nothing", answer(replies(200, sseKind, doneLine)), true, "malformed",
			"a stream of 0 events, none of which has text or a finish_reason"},
		{"a stream without [DONE]", answer(replies(200, sseKind, textOf("a")+finish)), true, "truncated",
			"the stream ended after 2 events without [DONE]"},
		{"an event cut off", answer(replies(200, sseKind, textOf("a")+`data: {"choi`)), true, "truncated",
			"the stream ended after 1 events"},
		{"a stream that breaks off", bytes(streamHead + "Transfer-Encoding: chunked\r\n\r\n40\r\ndata: {"), true, "truncated",
			"the stream ended after 0 events"},
		{"an error in the stream", answer(replies(200, sseKind, textOf("a")+event(`{"error":{"message":"replica died","code":500}}`))),
			true, "status 500", "replica died"},
		{"an error in the stream, without a code", answer(replies(200, sseKind, event(`{"error":{"message":"oh no"}}`)+doneLine)),
			true, "truncated", "the stream ended with an error: oh no"},
		{"a body cut off", bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"choices\":"),
			false, "truncated", "unexpected EOF"},
		{"a body that is half a JSON", answer(replies(200, jsonKind, `{"choices":[{"text":"a"`)), false, "malformed", "no JSON"},
		{"an error with status 200", answer(replies(200, jsonKind, `{"error":{"message":"sorry"}}`)), false, "status 200", "sorry"},
		{"JSON of another kind", answer(replies(200, jsonKind, `{"object":"list","data":[]}`)), false, "malformed",
			"neither text nor a finish_reason"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err := c.client(t).Do(ctx, []byte(`{}`), c.stream, time.Time{})
			var f *Fault
			require.ErrorAs(t, err, &f)
			assert.Equal(t, c.label, f.Label(), err)
			assert.ErrorContains(t, err, c.says)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestARequestOverTheWire(t *testing.T) {
	t.Setenv("TAILGATE_TEST_KEY", "sk-secret")
	half := 0.5
	request := Request{
		Model: "adapter-3", Prompt: "say \"hello\"\n", MaxTokens: 12, Stream: true, IgnoreEOS: true, Temperature: &half,
		Extra: map[string]json.RawMessage{"seed": json.RawMessage("7"), "stop": json.RawMessage(`["\n"]`)},
	}
	keys := map[string]bool{}
	for _, c := range []struct {
		api        API
		suffix     string
		path, body string
	}{
		{"", "", "/v1/completions", `{"model": "adapter-3", "prompt": "say \"hello\"\n", "max_tokens": 12, "stream": true, ` +
			`"stream_options": {"include_usage": true}, "ignore_eos": true, "temperature": 0.5, "seed": 7, "stop": ["\n"]}`},
		{Chat, "/base/v1/", "/base/v1/chat/completions",
			`{"model": "adapter-3", "messages": [{"role": "user", "content": "say \"hello\"\n"}], "max_tokens": 12, "stream": true, ` +
				`"stream_options": {"include_usage": true}, "ignore_eos": true, "temperature": 0.5, "seed": 7, "stop": ["\n"]}`},
	} {
		var got *http.Request
		var body []byte
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = r
			body, _ = io.ReadAll(r.Body)
			replies(200, sseKind, textOf("a")+finish+doneLine)(w, r)
		}))
		client := clientOf(t, Target{
			URL: server.URL + c.suffix, API: c.api, APIKeyEnv: "TAILGATE_TEST_KEY", Headers: map[string]string{"x-team": "blue"},
		})
		b, err := client.Body(request)
		require.NoError(t, err)
		for range 2 {
			_, err = client.Do(t.Context(), b, true, time.Time{})
			require.NoError(t, err)
			assert.Equal(t, c.path, got.URL.Path)
			assert.JSONEq(t, c.body, string(body))
			assert.Equal(t, []string{"Bearer sk-secret", "application/json", "blue"},
				[]string{got.Header.Get("Authorization"), got.Header.Get("Content-Type"), got.Header.Get("X-Team")})
			assert.Equal(t, int64(len(b)), got.ContentLength)
			keys[got.Header.Get("Idempotency-Key")] = true
		}
		client.Close()
		server.Close()
	}
	assert.Len(t, keys, 4, "each request has a key of its own")
}

// closing serves each connection a number of requests and then closes it without a word, as a server does with one that idles.
func TestARequestOnAConnectionJustClosedIsSentAgainAndCounted(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var served atomic.Int64
	done := make(chan struct{})
	reply := `{"choices":[{"text":"a","finish_reason":"stop"}]}`
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			in := bufio.NewReader(conn)
			for n := range 2 { // the second request of a connection is read, and the connection closed instead of an answer
				r, err := http.ReadRequest(in)
				if err != nil {
					break
				}
				_, _ = io.Copy(io.Discard, r.Body)
				if n == 0 {
					served.Add(1)
					_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
						len(reply), reply)
				}
			}
			_ = conn.Close()
		}
	}()
	defer func() { _ = l.Close(); <-done }()
	c := clientOf(t, Target{URL: "http://" + l.Addr().String()})
	replays := 0
	var count replied.Count
	ask := func() {
		got, err := c.Do(t.Context(), []byte(`{}`), false, time.Time{})
		require.NoError(t, err)
		replays += got.Replays
		count.Add(SLO{}.Count(got))
	}
	for range 10 {
		ask()
	}
	assert.Equal(t, int64(10), served.Load())
	assert.Equal(t, 9, replays, "all but the first came to a connection that closed")
	assert.Equal(t, 9, count.Resent, "and was taken from one in use")
	time.Sleep(idled + 100*time.Millisecond)
	ask()
	assert.Equal(t, []int{10, 9}, []int{replays, count.Resent}, "a server may close a connection that idles")
	c.Close()
}

func TestAFailureIsNotTriedAgain(t *testing.T) {
	var seen atomic.Int64
	c := loopback(t, func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		replies(503, jsonKind, `{"error":{"message":"draining"}}`)(w, r)
	})
	for range 3 {
		_, err := c.Do(t.Context(), []byte(`{}`), true, time.Time{})
		require.EqualError(t, err, "status 503: draining")
	}
	assert.Equal(t, int64(3), seen.Load())
}

func TestATargetThatMakesNoSenseIsRefused(t *testing.T) {
	t.Setenv("TAILGATE_TEST_EMPTY", "")
	for _, c := range []struct {
		name   string
		target Target
		says   string
	}{
		{"no URL", Target{}, "serving: target: url is missing; write one"},
		{"no address", Target{URL: "localhost:8000"}, "serving: target: url: url is no http:// or https:// address"},
		{"another protocol", Target{URL: "ftp://x"}, "url is no http:// or https:// address"},
		{"a key in the URL", Target{URL: "http://user:sk-secret@x"}, "url has a user, a query or a fragment"},
		{"a query", Target{URL: "http://x?key=sk-secret"}, "url has a user, a query or a fragment"},
		{"another API", Target{URL: "http://x", API: "responses"}, `api is "responses"; write "completions" or "chat"`},
		{"a key in a header", Target{URL: "http://x", Headers: map[string]string{"authorization": "Bearer sk-secret"}},
			"header Authorization is the client's own"},
		{"a header of two lines", Target{URL: "http://x", Headers: map[string]string{"X-A": "b\r\nEvil: c"}},
			"has characters that no header has"},
		{"a header without a name", Target{URL: "http://x", Headers: map[string]string{"": "b"}}, "has characters that no header has"},
		{"a key for a variable", Target{URL: "http://x", APIKeyEnv: "a=sk-secret"}, "api_key_env is no name of an environment variable"},
		{"a variable without a key", Target{URL: "http://x", APIKeyEnv: "TAILGATE_TEST_EMPTY"},
			"serving: environment variable TAILGATE_TEST_EMPTY has no API key"},
		{"a metrics page nowhere", Target{URL: "http://x", Metrics: []string{"http://y/metrics", "z"}}, "metrics[1]: url is no http://"},
	} {
		_, err := NewClient(c.target)
		require.ErrorContains(t, err, c.says, c.name)
		assert.NotContains(t, err.Error(), "sk-secret", c.name)
	}
}
