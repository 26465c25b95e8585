package serving

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/openai"
	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// silent accepts connections, writes a text to each, and leaves them open until the test ends. What is HTTP follows a request.
func silent(t *testing.T, text string) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var accepting, answering sync.WaitGroup
	var conns []net.Conn
	accepting.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns = append(conns, conn)
			answering.Go(func() {
				if strings.HasPrefix(text, "HTTP/") {
					_, _ = conn.Read(make([]byte, 1))
				}
				_, _ = io.WriteString(conn, text)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		accepting.Wait()
		for _, conn := range conns {
			_ = conn.Close()
		}
		answering.Wait()
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
			assert.ErrorContains(t, err, "the server at "+c.url+"/v1/completions did not answer a first request, sent ")
			assert.ErrorContains(t, err, ": "+c.says)
		})
	}
}

// A server that refuses some requests answers a first one sooner or later; one that takes the request for wrong is asked once.
func TestAFirstRequestIsSentAgain(t *testing.T) {
	for _, c := range []struct {
		name          string
		status, fails int // requests that fail
		asked         int
		says          string
	}{
		{"refused once", 429, 1, 2, ""},
		{"refused until the last try", 503, 4, 5, ""},
		{"refused once more", 503, 5, 5, "did not answer a first request, sent 5 times in "},
		{"wrong", 400, 5, 1, "did not answer a first request, sent once in "},
		{"no such model", 404, 5, 1, "status 404: no"},
		{"timed out", 408, 1, 2, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := 0
			handler := func(w http.ResponseWriter, r *http.Request) {
				if asked++; asked <= c.fails {
					replies(c.status, jsonKind, `{"error":{"message":"no"}}`)(w, r)
					return
				}
				replies(200, jsonKind, `{"choices":[{"text":"a","finish_reason":"stop"}]}`)(w, r)
			}
			bubble(t, handler, func(t *testing.T, client *Client) {
				course := &course{
					scenario: Scenario{Name: "case", Model: "m"}, client: client,
					set: dataset.Set{Entries: []dataset.Entry{{Prompt: "a", OutputTokens: 1}}},
				}
				err := course.probe()
				assert.Equal(t, c.asked, asked)
				if c.says == "" {
					assert.NoError(t, err)
				} else {
					assert.ErrorContains(t, err, c.says)
				}
				asked = 0
				_, err = course.ask(t.Context(), true, "m", course.set.Entries[0], time.Time{})
				assert.Equal(t, c.says == "", err == nil, "with b.N = 1")
				asked = 0
				_, err = course.ask(t.Context(), false, "m", course.set.Entries[0], time.Time{})
				assert.Error(t, err)
				assert.Equal(t, 1, asked, "one of several")
			})
		})
	}
}

// A server refuses a least length above the most. The first request, which is for one token, has none; every other has it.
func TestAFirstRequestHasNoLeastLength(t *testing.T) {
	var asked []string
	handler := func(w http.ResponseWriter, r *http.Request) {
		var body openai.CompletionRequest
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.MinTokens > *body.MaxTokens {
			replies(400, jsonKind, `{"error":{"message":"min_tokens must be less than or equal to max_tokens"}}`)(w, r)
			return
		}
		asked = append(asked, fmt.Sprintf("%d to %d, seed %d", body.MinTokens, *body.MaxTokens, *body.Seed))
		replies(200, jsonKind, `{"choices":[{"text":"a","finish_reason":"stop"}]}`)(w, r)
	}
	s, err := ParseScenario("s.json", []byte(base(`"body": {"min_tokens": 4, "seed": 7}`)))
	require.NoError(t, err)
	bubble(t, handler, func(t *testing.T, client *Client) {
		c := &course{scenario: s, client: client, set: dataset.Set{Entries: []dataset.Entry{{Prompt: "a", OutputTokens: 9}}}}
		assert.NoError(t, c.probe())
		_, err := c.send(t.Context(), "m", c.set.Entries[0], time.Time{})
		assert.NoError(t, err)
	})
	assert.Equal(t, []string{"0 to 1, seed 7", "4 to 9, seed 7"}, asked)
}

// With b.N = 1 a prompt that fails is sent again where it stands for more, and not where it is all that the scenario has.
func TestTheOnlyPromptOfAScenarioIsSentOnce(t *testing.T) {
	for _, c := range []struct {
		fields string
		asked  int
	}{
		{`"rates": [9], "prompts": 1`, 1}, {`"concurrency": [1], "prompts": 1`, 1}, {`"max_rate": true, "prompts": 1`, 1},
		{`"rates": [9], "prompts": 2`, mostTries}, {`"rates": [9], "duration": "1s"`, mostTries},
	} {
		asked := 0
		loaded(t, func() http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				asked++
				replies(503, jsonKind, `{"error":{"message":"no"}}`)(w, r)
			}
		}, c.fields)
		assert.Equal(t, c.asked, asked, c.fields)
	}
}

func TestWhatIsWrongWithATargetIsSaidOnce(t *testing.T) {
	for says, target := range map[string]Target{
		"environment variable TAILGATE_TEST_NONE has no API key": {APIKeyEnv: "TAILGATE_TEST_NONE"},
		"target: ca_file: open ":                                 {CAFile: filepath.Join(t.TempDir(), "none.pem")},
	} {
		c := &course{scenario: Scenario{
			Name: "case", Model: "m", Dataset: Dataset{Synthetic: &dataset.Synthetic{InputTokens: 9, OutputTokens: 9}}, Target: target,
		}}
		err := c.prepare("http://127.0.0.1:1")
		require.Error(t, err)
		assert.Truef(t, strings.HasPrefix(err.Error(), says), "the benchmark says whose error it is: %v", err)
	}
}
