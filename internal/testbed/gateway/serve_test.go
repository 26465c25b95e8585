package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/openai"
)

// refusal reads the error of a response.
func refusal(t *testing.T, body string) openai.Error {
	t.Helper()
	var e openai.ErrorBody
	require.NoError(t, json.Unmarshal([]byte(body), &e), body)
	require.NotEmpty(t, e.Error.Message)
	return e.Error
}

func TestRefusalsBeforeAnyReplicaIsAsked(t *testing.T) {
	r := newRig(t, 1, Config{MaxBodyBytes: 1000})
	for name, row := range map[string]struct {
		method, path, body string
		status             int
		text               string
	}{
		"an unknown model":       {"POST", "/v1/completions", `{"model":"other"}`, 404, `The model "other" does not exist.`},
		"no model":               {"POST", "/v1/completions", `{"prompt":"hi"}`, 400, "name the model"},
		"no JSON":                {"POST", "/v1/chat/completions", `model=base`, 400, "JSON object"},
		"an empty body":          {"POST", "/v1/completions", ``, 400, "JSON object"},
		"a body that is cut":     {"POST", "/v1/completions", `{"model":"base","prompt":"`, 400, "whole JSON"},
		"two models":             {"POST", "/v1/completions", `{"model":"base","model":"other"}`, 400, "twice"},
		"one byte too many":      {"POST", "/v1/completions", sized(1001), 413, "larger than 1000 bytes"},
		"a path that is not":     {"POST", "/v1/embeddings", `{"model":"base"}`, 404, "no such path"},
		"the wrong method":       {"GET", "/v1/completions", ``, 405, "use POST"},
		"another wrong method":   {"POST", "/v1/models", ``, 405, "use GET"},
		"the methods of metrics": {"DELETE", "/metrics", ``, 405, "use GET"},
	} {
		t.Run(name, func(t *testing.T) {
			response, body := r.send(row.method, row.path, row.body)
			require.Equal(t, row.status, response.StatusCode, body)
			e := refusal(t, body)
			assert.Contains(t, e.Message, row.text)
			assert.Equal(t, row.status, e.Code)
			assert.Equal(t, "application/json", response.Header.Get("Content-Type"))
			assert.Equal(t, row.status == 405, response.Header.Get("Allow") != "")
		})
	}
	assert.Zero(t, r.fakes[0].requests())
	response, _ := r.send("POST", "/v1/completions", sized(1000))
	assert.Equal(t, 200, response.StatusCode, "exactly as many bytes as may be")
}

// sized is a request of so many bytes.
func sized(n int) string {
	s := `{"model":"base","prompt":""}`
	return strings.Replace(s, `""`, `"`+strings.Repeat("p", n-len(s))+`"`, 1)
}

func TestABodyOfUnknownLengthIsLimitedToo(t *testing.T) {
	r := newRig(t, 1, Config{MaxBodyBytes: 100_000})
	for size, status := range map[int]int{100_000: 200, 100_001: 413} {
		body := io.MultiReader(strings.NewReader(sized(size))) // hides its length
		response, err := client.Post(r.url+"/v1/completions", "application/json", body)
		require.NoError(t, err)
		assert.Equal(t, status, response.StatusCode, size)
		response.Body.Close()
	}
	require.Equal(t, 1, r.fakes[0].requests())
	assert.Equal(t, sized(100_000), r.fakes[0].got[0])
}

// dialRaw writes to the gateway by hand, and reads until the gateway hangs up.
func (r *rig) dialRaw(text string) string {
	r.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	require.NoError(r.t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, text)
	require.NoError(r.t, err)
	got, err := io.ReadAll(conn)
	require.NoError(r.t, err)
	return string(got)
}

func TestSlowClientsAreHungUpOn(t *testing.T) {
	r := newRig(t, 1, Config{HeaderTimeout: 20 * time.Millisecond, BodyTimeout: 20 * time.Millisecond})
	assert.Empty(t, r.dialRaw("POST /v1/completions HTTP/1.1\r\nHost: x\r\nX-Slow: "), "a header without end")
	got := r.dialRaw("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"model\":")
	assert.Contains(t, got, "408 Request Timeout")
	assert.Contains(t, got, "did not come within 20ms")
	assert.Zero(t, r.fakes[0].requests())
}

func TestAClientThatTakesNothingIsHungUpOn(t *testing.T) {
	ended := make(chan struct{})
	r := newRig(t, 1, Config{ReadTimeout: 50 * time.Millisecond}, func(_ int, f *fake) {
		f.serve = func(w http.ResponseWriter, _ *http.Request) {
			defer close(ended)
			for block := bytes.Repeat([]byte("x"), 1<<16); ; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}
	})
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n{\"model\":\"base\"}")
	require.NoError(t, err)
	<-ended
}

func TestHealthIsThatOfTheBestReplica(t *testing.T) {
	r := newRig(t, 2, Config{HealthInterval: time.Millisecond}, func(i int, f *fake) {
		if i == 0 {
			f.health = 503
		}
	})
	response, _ := r.send("GET", "/health", "")
	assert.Equal(t, 200, response.StatusCode)
	response, _ = r.send("HEAD", "/health", "")
	assert.Equal(t, 200, response.StatusCode)
	r.fakes[1].set(func(f *fake) { f.health = 500 })
	require.NoError(t, r.g.await(t.Context(), func() bool { return !r.g.anyUp() }))
	response, body := r.send("GET", "/health", "")
	assert.Equal(t, 503, response.StatusCode)
	assert.Equal(t, "no replica is up", refusal(t, body).Message)
}

func TestHeadersAreThoseOfAProxy(t *testing.T) {
	r := newRig(t, 1, Config{}, func(_ int, f *fake) {
		f.serve = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "X-Hop-Back")
			w.Header().Set("X-Hop-Back", "secret")
			w.Header().Set("X-Back", "kept")
			f.answer(w)
		}
	})
	request, err := http.NewRequestWithContext(t.Context(), "POST", r.url+"/v1/completions", strings.NewReader(`{"model":"base"}`))
	require.NoError(t, err)
	for name, value := range map[string]string{
		"Connection": "Upgrade, X-Hop", "Upgrade": "websocket", "X-Hop": "secret", "Te": "trailers",
		"Proxy-Authorization": "secret", "Keep-Alive": "3",
		"X-Forwarded-For": "10.0.0.1", "Authorization": "Bearer key", "X-Kept": "kept", "Expect": "100-continue",
		"Accept-Encoding": "gzip",
	} {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	require.NoError(t, err)
	response.Body.Close()
	require.Equal(t, 200, response.StatusCode)
	assert.Equal(t, "kept", response.Header.Get("X-Back"))
	assert.Empty(t, response.Header.Get("X-Hop-Back"))
	got := r.fakes[0].headers[0]
	for _, name := range []string{"Connection", "Upgrade", "X-Hop", "Proxy-Authorization", "Keep-Alive", "Expect"} {
		assert.Empty(t, got.Get(name), name)
	}
	assert.Equal(t, "127.0.0.1", got.Get("X-Forwarded-For"))
	assert.Equal(t, "Bearer key", got.Get("Authorization"))
	assert.Equal(t, "kept", got.Get("X-Kept"))
	assert.Equal(t, "gzip", got.Get("Accept-Encoding"))
}
