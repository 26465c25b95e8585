package server_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/openai"
	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/server"
)

// raw is a connection on which a test says what it likes.
func (r *rig) raw() (net.Conn, *bufio.Reader) {
	r.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	require.NoError(r, err)
	r.Cleanup(func() { _ = c.Close() })
	return c, bufio.NewReader(c)
}

func TestTwoRequestsAtOnceOnAConnectionAreAnsweredInOrder(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{})
	c, from := r.raw()
	send := ""
	for _, body := range []string{`{"prompt":"x","max_tokens":3,"stream":true}`, `{"prompt":"x","max_tokens":4}`} {
		send += fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			completions, len(body), body)
	}
	_, err := io.WriteString(c, send)
	require.NoError(t, err)
	first, err := http.ReadResponse(from, nil)
	require.NoError(t, err)
	assert.Len(t, split(t, r.read(first)), 5)
	second, err := http.ReadResponse(from, nil)
	require.NoError(t, err)
	var answer openai.Completion
	require.NoError(t, json.Unmarshal(r.read(second), &answer))
	assert.Equal(t, 4, answer.Usage.CompletionTokens)
}

// net/http takes a client that will send no more for one that is gone. It may still read: what it reads must not look like
// an answer.
func TestAClientThatClosesItsSideGetsNoEmptyAnswer(t *testing.T) {
	for name, body := range map[string]string{"of a stream": endless, "of a whole": `{"prompt":"x","max_tokens":2000}`} {
		t.Run(name, func(t *testing.T) {
			device := hold()
			r := start(t, engine.Config{Device: device}, server.Config{})
			t.Cleanup(func() { close(device.steps) })
			c, from := r.raw()
			_, err := fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
				completions, len(body), body)
			require.NoError(t, err)
			require.NoError(t, c.(*net.TCPConn).CloseWrite())
			got, err := io.ReadAll(from)
			require.NoError(t, err)
			assert.Empty(t, string(got))
		})
	}
}

func TestWhatIsNoHTTPHarmsNobody(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{})
	for name, c := range map[string]struct{ send, want string }{
		"noise":                    {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "HTTP/1.1 400"},
		"a line break in a header": {"GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\rb\r\n\r\n", "HTTP/1.1 400"},
		"a header of a hundred KiB": {
			"GET /health HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 100<<10) + "\r\n\r\n", "HTTP/1.1 431",
		},
		"a body that ends early": {
			"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{", "HTTP/1.1 400",
		},
		"a length that is none": {"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 400"},
		"two lengths": {
			"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 400",
		},
		"a length beyond all memory": {
			"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9223372036854775807\r\n\r\n{",
			"HTTP/1.1 413",
		},
		"an expectation of the unknown": {
			"POST /v1/completions HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 417",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c1, from := r.in(t).raw()
			_, err := io.WriteString(c1, c.send)
			require.NoError(t, err)
			require.NoError(t, c1.(*net.TCPConn).CloseWrite())
			line, err := from.ReadString('\n')
			require.NoError(t, err)
			assert.Contains(t, line, c.want)
		})
	}
	status, _ := r.get("/health")
	assert.Equal(t, 200, status)
}

func TestAClientThatDoesNotSaySoonWhatItWantsIsLeft(t *testing.T) {
	for name, c := range map[string]struct {
		sent  string
		after time.Duration
	}{
		"a header that does not end": {"POST /v1/completions HTTP/1.1\r\nHost: x\r\n", 10 * time.Second},
		"a body that does not end": {
			"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{", time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := build(t, engine.Config{}, server.Config{})
				l := &pipes{connections: make(chan net.Conn), closed: make(chan struct{})}
				r.server.Serve(l)
				defer func() { require.NoError(t, r.server.Close()) }()
				conn, err := l.dial(t.Context(), "", "")
				require.NoError(t, err)
				began := time.Now()
				_, err = io.WriteString(conn, c.sent)
				require.NoError(t, err)
				_, _ = io.Copy(io.Discard, conn) // an answer or none: it ends
				assert.WithinDuration(t, began.Add(c.after), time.Now(), time.Second)
				require.NoError(t, conn.Close())
			})
		})
	}
}
