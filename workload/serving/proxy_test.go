package serving

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// askVariable makes a test binary one that asks the target there, trusting the authorities in the file behind a blank: net/http
// reads the variables of proxies once.
const askVariable = "TAILGATE_TEST_ASK"

// asking reports whether this process was one that asks.
func asking() bool {
	url, file, _ := strings.Cut(os.Getenv(askVariable), " ")
	if url == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	client, err := NewClient(Target{URL: url, CAFile: file})
	if err == nil {
		_, err = client.Do(ctx, []byte("{}"), true, time.Time{})
	}
	fmt.Println(err)
	return true
}

// proxied is what a proxy was asked for, with which credentials.
type proxied struct{ method, what, credentials string }

// proxy serves as a proxy before one server, whatever it is asked for.
func proxy(t *testing.T, server string, refuses bool) (address string, seen *[]proxied) {
	t.Helper()
	var mu sync.Mutex
	seen = &[]proxied{}
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		*seen = append(*seen, proxied{r.Method, r.RequestURI, r.Header.Get("Proxy-Authorization")})
		mu.Unlock()
		if refuses {
			http.Error(w, "who are you?", http.StatusProxyAuthRequired)
			return
		}
		if r.Method != http.MethodConnect {
			r.URL.Host, r.RequestURI = server, ""
			response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
			if assert.NoError(t, err) {
				w.Header().Set("Content-Type", response.Header.Get("Content-Type"))
				_, _ = io.Copy(w, response.Body)
				_ = response.Body.Close()
			}
			return
		}
		there, err := net.Dial("tcp", server)
		if !assert.NoError(t, err) {
			return
		}
		defer func() { _ = there.Close() }()
		here, in, err := http.NewResponseController(w).Hijack()
		if !assert.NoError(t, err) {
			return
		}
		defer func() { _ = here.Close() }()
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(there, in); _ = there.Close() }()
		_, _ = io.Copy(here, there)
	}))
	t.Cleanup(p.Close)
	return strings.TrimPrefix(p.URL, "http://"), seen
}

// Each case is a process of its own, whose environment names the proxy. The servers' names are known to the proxy alone.
func TestAProxyIsAsTheEnvironmentSays(t *testing.T) {
	var protocol sync.Map
	plain := httptest.NewServer(protocols(&protocol))
	defer plain.Close()
	target, _ := secure(t, true, protocols(&protocol))
	plainAt, secureAt := strings.TrimPrefix(plain.URL, "http://"), strings.TrimPrefix(target.URL, "https://")
	const basic = "Basic bWU6aHVudGVyMg=="
	for _, c := range []struct {
		name     string
		url      string // asked for
		server   string // behind the proxy
		refuses  bool
		variable string
		user     string
		says     string
		seen     []proxied
		protocol string
	}{
		{name: "plain HTTP", url: "http://model.invalid", server: plainAt, variable: "HTTP_PROXY", says: "<nil>",
			seen: []proxied{{"POST", "http://model.invalid/v1/completions", ""}}, protocol: "HTTP/1.1"},
		{name: "TLS, with HTTP/2 within", url: "https://example.com", server: secureAt, variable: "HTTPS_PROXY", says: "<nil>",
			seen: []proxied{{"CONNECT", "example.com:443", ""}}, protocol: "HTTP/2.0"},
		{name: "with a password", url: "https://example.com", server: secureAt, variable: "https_proxy", user: "me:hunter2@",
			says: "<nil>", seen: []proxied{{"CONNECT", "example.com:443", basic}}, protocol: "HTTP/2.0"},
		{name: "loopback", url: plain.URL, server: plainAt, variable: "HTTP_PROXY", says: "<nil>", protocol: "HTTP/1.1"},
		{name: "a tunnel that is refused", url: "https://example.com", refuses: true, variable: "HTTPS_PROXY", user: "me:hunter2@",
			says: "connect: Proxy Authentication Required", seen: []proxied{{"CONNECT", "example.com:443", basic}}},
		{name: "a request that is refused", url: "http://model.invalid", refuses: true, variable: "HTTP_PROXY",
			says: "status 407: who are you?", seen: []proxied{{"POST", "http://model.invalid/v1/completions", ""}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, seen := proxy(t, c.server, c.refuses)
			protocol.Clear()
			said := asked(t, c.url+" "+target.CAFile, c.variable+"=http://"+c.user+address)
			assert.Contains(t, said, c.says)
			assert.NotContains(t, said, "hunter2")
			assert.ElementsMatch(t, c.seen, *seen)
			if c.protocol != "" {
				_, ok := protocol.Load(c.protocol)
				assert.True(t, ok, c.protocol)
			}
		})
	}
	said := asked(t, "https://example.com", "HTTPS_PROXY=http://me:hunter2@127.0.0.1:1")
	assert.Contains(t, said, "connect: proxyconnect tcp: dial tcp 127.0.0.1:1: ")
	assert.NotContains(t, said, "hunter2")
}

// asked is what the asking process said, with this variable and no other of a proxy.
func asked(t *testing.T, target, variable string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); !strings.HasSuffix(strings.ToLower(name), "_proxy") {
			cmd.Env = append(cmd.Env, pair)
		}
	}
	cmd.Env = append(cmd.Env, askVariable+"="+target, variable)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}
