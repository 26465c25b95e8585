package serving

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// silent accepts connections, writes a text to each, and leaves them open until the test ends.
func silent(t *testing.T, text string) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var accepting sync.WaitGroup
	var conns []net.Conn
	accepting.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns = append(conns, conn)
			_, _ = io.WriteString(conn, text)
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		accepting.Wait()
		for _, conn := range conns {
			_ = conn.Close()
		}
	})
	return "http://" + l.Addr().String()
}

func TestWhatIsNoServerIsToldBeforeTheFirstRate(t *testing.T) {
	answering := func(h http.HandlerFunc) string {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return server.URL
	}
	good := answering(replies(200, sseKind, textOf("a")+finish+doneLine))
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	for _, c := range []struct{ name, url, says string }{
		{"one that is", good, ""},
		{"down", "http://127.0.0.1:1", "connect: dial tcp 127.0.0.1:1: "},
		{"wrong", answering(http.NotFound), "status 404: 404 page not found"},
		{"slow", answering(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}), "timeout: no complete reply in time"},
		{"half-dead", silent(t, ""), "timeout: no complete reply in time"},
		{"dead after the head", silent(t, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"+textOf("a")),
			"timeout: no complete reply in time"},
		{"a page", answering(replies(200, "text/html", page)), `malformed: the reply is "text/html"`},
		{"TLS where none is spoken", strings.Replace(good, "http:", "https:", 1),
			"connect: tls: first record does not look like a TLS handshake"},
		{"none where TLS is spoken", strings.Replace(secure.URL, "https:", "http:", 1),
			"status 400: Client sent an HTTP request to an HTTPS server"},
		{"a banner", silent(t, "SSH-2.0-OpenSSH_9.2\r\n"), "malformed: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			within := 10 * time.Second
			if strings.HasPrefix(c.says, "timeout") {
				within = 100 * time.Millisecond
			}
			course := &course{
				scenario: Scenario{Name: "case", Model: "m", Stream: true, Timeout: Duration(within)},
				target:   Target{URL: c.url}, client: clientOf(t, Target{URL: c.url}),
				set: dataset.Set{Entries: []dataset.Entry{{Prompt: "a"}}},
			}
			err := course.probe()
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, "the server at "+c.url+"/v1/completions did not answer a first request within "+
				within.String()+": "+c.says)
		})
	}
}
