package serving

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// secure serves the handler over TLS, and returns a target that trusts its certificate. made counts connections.
func secure(t *testing.T, http2 bool, handler http.HandlerFunc) (target Target, made *atomic.Int64) {
	t.Helper()
	made = &atomic.Int64{}
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = http2
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			made.Add(1)
		}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(file, text, 0o666))
	return Target{URL: server.URL, CAFile: file}, made
}

// authority is a certificate, in PEM, that has signed nothing.
func authority(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	raw, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
}

// protocols answers with a stream, and notes the request's protocol.
func protocols(seen *sync.Map) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		seen.Store(r.Proto, true)
		replies(200, sseKind, textOf("a")+finish+doneLine)(w, r)
	}
}

func TestAServerOverTLSIsSpokenToAsItOffers(t *testing.T) {
	for _, c := range []struct {
		http2 bool
		proto string
	}{{true, "HTTP/2.0"}, {false, "HTTP/1.1"}} {
		var seen sync.Map
		target, made := secure(t, c.http2, protocols(&seen))
		client := clientOf(t, target)
		for range 10 {
			got, err := client.Do(t.Context(), []byte("{}"), true, time.Time{})
			require.NoError(t, err)
			assert.Equal(t, 1, got.Texts)
			assert.Positive(t, got.TTFT)
			assert.Positive(t, got.Sent)
			assert.LessOrEqual(t, got.Sent, got.TTFT)
			assert.Zero(t, got.Replays)
		}
		seen.Range(func(proto, _ any) bool { return assert.Equal(t, c.proto, proto) })
		assert.Equal(t, int64(1), made.Load(), c.proto)
	}
}

// Requests that are under way together share a connection of HTTP/2.
func TestRequestsTogetherShareAConnectionOfHTTP2(t *testing.T) {
	var under sync.WaitGroup
	under.Add(20)
	target, made := secure(t, true, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-First") == "" {
			under.Done()
			under.Wait()
		}
		replies(200, sseKind, textOf("a")+finish+doneLine)(w, r)
	})
	client := clientOf(t, target)
	client.template.Header.Set("X-First", "yes")
	_, err := client.Do(t.Context(), []byte("{}"), true, time.Time{})
	require.NoError(t, err)
	client.template.Header.Del("X-First")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := client.Do(t.Context(), []byte("{}"), true, time.Time{})
			assert.NoError(t, err)
		})
	}
	all.Wait()
	assert.Equal(t, int64(1), made.Load())
}

func TestACertificateThatNothingVouchesForIsRefused(t *testing.T) {
	var asked atomic.Int64
	target, _ := secure(t, true, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		replies(200, sseKind, textOf("a")+finish+doneLine)(w, r)
	})
	other := filepath.Join(t.TempDir(), "other.pem")
	require.NoError(t, os.WriteFile(other, authority(t), 0o666))
	do := func(target Target) error {
		_, err := clientOf(t, target).Do(t.Context(), []byte("{}"), true, time.Time{})
		return err
	}
	plain := target
	plain.CAFile = ""
	assert.ErrorContains(t, do(plain), "connect: tls: failed to verify certificate")
	wrong := target
	wrong.CAFile = other
	assert.ErrorContains(t, do(wrong), "connect: tls: failed to verify certificate")
	assert.Zero(t, asked.Load(), "the key would have been sent")
	insecure := plain
	insecure.InsecureTLS = true
	assert.NoError(t, do(insecure))
	assert.NoError(t, do(target))
	assert.Equal(t, int64(2), asked.Load())
	assert.Equal(t, map[string]float64{"insecure-tls": 1}, testing.Benchmark(func(b *testing.B) { insecure.report(b) }).Extra)
	assert.Empty(t, testing.Benchmark(func(b *testing.B) { target.report(b) }).Extra)
}

func TestAFileOfAuthoritiesThatIsNoneIsNamed(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
		return file
	}
	for _, c := range []struct{ file, says string }{
		{filepath.Join(dir, "none.pem"), ""},
		{dir, ""},
		{write("empty.pem", ""), "has no certificate in PEM"},
		{write("key.pem", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"), "has no certificate in PEM"},
		{write("large.pem", strings.Repeat("x", mostOfAuthorities+1)), "more than 4096 KiB"},
	} {
		_, err := NewClient(Target{URL: "https://127.0.0.1:1", CAFile: c.file})
		require.ErrorContains(t, err, "serving: target: ca_file: ")
		assert.ErrorContains(t, err, c.file)
		assert.ErrorContains(t, err, c.says)
	}
	_, err := NewClient(Target{URL: "https://127.0.0.1:1", CAFile: write("bundle.pem", string(authority(t))), InsecureTLS: true})
	assert.ErrorContains(t, err, "leave one of them out")
}

func TestAFileOfAuthoritiesIsRelativeToTheScenario(t *testing.T) {
	dir := t.TempDir()
	text := `{"version": 1, "name": "case", "model": "m", "dataset": {"file": "d"}, "rates": [1], "prompts": 5,
		"target": {"ca_file": %q}}`
	file := filepath.Join(dir, "s.json")
	for named, want := range map[string]string{
		"ca.pem": filepath.Join(dir, "ca.pem"), filepath.Join(dir, "x"): filepath.Join(dir, "x"),
	} {
		require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, text, named), 0o666))
		s, err := OpenScenario(file)
		require.NoError(t, err)
		assert.Equal(t, want, s.Target.CAFile)
	}
}

func TestMetricsAreReadAsTheTargetIs(t *testing.T) {
	target, _ := secure(t, true, replies(200, "text/plain", "n_total 5\n"))
	target.Metrics = []string{metricsPage(target.URL)}
	assert.Equal(t, sums{"n_total": 5}, scrape(target).values)
	target.CAFile = ""
	assert.ErrorContains(t, scrape(target).err, "tls: failed to verify certificate")
}

// A stream that HTTP/2 breaks off, or that nobody ends, takes no other down.
func TestAStreamOfHTTP2Ends(t *testing.T) {
	var way atomic.Value
	target, made := secure(t, true, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", sseKind)
		_, _ = io.WriteString(w, textOf("a"))
		_ = http.NewResponseController(w).Flush()
		switch way.Load() {
		case "broken off":
			panic(http.ErrAbortHandler)
		case "silent":
			<-r.Context().Done()
		case "held open":
			_, _ = io.WriteString(w, finish+doneLine)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		default:
			_, _ = io.WriteString(w, finish+doneLine)
		}
	})
	client := clientOf(t, target)
	for _, c := range []struct {
		way   string
		label string
		held  int
	}{
		{"well", "", 0}, {"broken off", "truncated", 0}, {"well", "", 0}, {"silent", "timeout", 0}, {"well", "", 0},
		{"held open", "", 1}, {"well", "", 0},
	} {
		way.Store(c.way)
		within := 10 * time.Second
		if c.way == "silent" {
			within = 100 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), within)
		got, err := client.Do(ctx, []byte("{}"), true, time.Time{})
		cancel()
		if c.label == "" {
			require.NoError(t, err, c.way)
		} else {
			var f *Fault
			require.ErrorAs(t, err, &f, c.way)
			assert.Equal(t, c.label, f.Label(), err)
		}
		assert.Equal(t, 1, got.Texts, c.way)
		assert.Equal(t, c.held, client.endings.late(), c.way)
	}
	assert.Equal(t, int64(1), made.Load())
}

// Whatever a server does not end is given up in time, and leaves nothing running.
func TestARequestThatIsGivenUpLeavesNoGoroutine(t *testing.T) {
	before := goleak.IgnoreCurrent()
	hang := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.URL.Path != "/silent/v1/completions" {
			w.Header().Set("Content-Type", sseKind)
			_, _ = io.WriteString(w, textOf("a"))
			_ = http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
	}
	t.Run("servers", func(t *testing.T) { // which end with it
		one := httptest.NewServer(http.HandlerFunc(hang))
		t.Cleanup(one.Close)
		two, _ := secure(t, true, hang)
		for _, target := range []Target{{URL: one.URL}, {URL: one.URL + "/silent"}, two, {URL: two.URL + "/silent", CAFile: two.CAFile},
			{URL: silent(t, "")}, {URL: strings.Replace(silent(t, ""), "http:", "https:", 1)}} {
			client := clientOf(t, target)
			var all sync.WaitGroup
			for range 10 {
				all.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
					defer cancel()
					_, err := client.Do(ctx, []byte("{}"), true, time.Time{})
					assert.ErrorContains(t, err, "timeout: no complete reply in time")
				})
			}
			all.Wait()
		}
	})
	goleak.VerifyNone(t, before)
}

// forever repeats a text until the client leaves.
func forever(head, text string) func(io.Writer) {
	return func(w io.Writer) {
		block := strings.Repeat(text, 1+(64<<10)/len(text))
		_, err := io.WriteString(w, head)
		for err == nil {
			_, err = io.WriteString(w, block)
		}
	}
}

func TestAReplyWithoutEndIsBounded(t *testing.T) {
	head := "HTTP/1.1 200 OK\r\nContent-Type: "
	over := func(kind, text string) func(t *testing.T) *Client {
		return func(t *testing.T) *Client {
			target, _ := secure(t, true, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", kind)
				forever("", text)(w)
			})
			return clientOf(t, target)
		}
	}
	of := func(head, text string) func(t *testing.T) *Client {
		return func(t *testing.T) *Client { return raw(t, forever(head, text)) }
	}
	for _, c := range []struct {
		name   string
		client func(t *testing.T) *Client
		stream bool
		says   string
	}{
		{"a body", of(head+jsonKind+"\r\n\r\n", " "), false, "malformed: the reply has more than 67108864 bytes"},
		{"a body of HTTP/2", over(jsonKind, " "), false, "malformed: the reply has more than 67108864 bytes"},
		{"a stream", of(head+sseKind+"\r\n\r\n", textOf(strings.Repeat("a", 100_000))), true,
			"malformed: the reply has more than 67108864 bytes"},
		{"a stream of HTTP/2", over(sseKind, textOf(strings.Repeat("a", 100_000))), true,
			"malformed: the reply has more than 67108864 bytes"},
		{"an event", of(head+sseKind+"\r\n\r\n", "data"), true, "malformed: sse: too long"},
		{"an error", of("HTTP/1.1 503 Oops\r\n\r\n", "no room "), true, "status 503: no room no room"},
		{"a head", of("HTTP/1.1 200 OK\r\n", "X-A: b\r\n"), true, "malformed: net/http: "},
		{"a line of a head", of("HTTP/1.1 200 OK\r\nX-A: ", "b"), true, "malformed: net/http: "},
		{"heads", of("", "HTTP/1.1 103 Early Hints\r\n\r\n"), true, "malformed: net/http: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err := c.client(t).Do(ctx, []byte(`{}`), c.stream, time.Time{})
			assert.ErrorContains(t, err, c.says)
		})
	}
}

// What follows is of a protocol that nobody asked for: it is not waited for.
func TestAServerThatSwitchesProtocolsIsLeft(t *testing.T) {
	client := clientOf(t, Target{URL: silent(t, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")})
	_, err := client.Do(t.Context(), []byte(`{}`), true, time.Time{})
	assert.EqualError(t, err, "status 101: ")
}
