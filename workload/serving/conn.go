package serving

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// conns are connections to one server, over HTTP/1.1. The goroutine that makes a request writes and reads it.
// With the two goroutines that net/http's Transport has for each connection the load generator took, in CPU time a request (EPYC,
// two shared cores, load 4 to 5, November 2026; medians of three):
//
//	                     350 req/s   2,000   10,000
//	plain, net/http         269 us  132 us    63 us
//	plain, one              164     103       60
//	21 events, net/http     284     193
//	21 events, one          206     139
//
// Before and with what a socket and shared timeouts save (load 5 to 10, medians of four):
//
//	plain, before           118 us   95 us    64 us
//	plain, here              97      74       47
//	21 events, before       194     155
//	21 events, here         136     111
type conns struct {
	dial func(context.Context) (net.Conn, error)

	mu   sync.Mutex
	idle []*conn // the last to become idle is the first to be used
}

// conn is a connection, used by one request at a time.
type conn struct {
	net.Conn
	in     *bufio.Reader
	out    []byte
	reused bool
}

func newConns(u *url.URL) *conns {
	address := addressOf(u)
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if u.Scheme == "https" {
		secure := &tls.Dialer{NetDialer: dialer, Config: &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}}
		return &conns{dial: func(ctx context.Context) (net.Conn, error) { return secure.DialContext(ctx, "tcp", address) }}
	}
	return &conns{dial: func(ctx context.Context) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			return nil, err
		}
		return direct(c)
	}}
}

// addressOf is the host and port of a URL.
func addressOf(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// get returns an idle connection, or a new one: each uses up a port, of which there are about 28,000.
func (c *conns) get(ctx context.Context) (*conn, error) {
	c.mu.Lock()
	if last := len(c.idle) - 1; last >= 0 {
		idle := c.idle[last]
		c.idle = c.idle[:last]
		c.mu.Unlock()
		idle.reused = true
		return idle, nil
	}
	c.mu.Unlock()
	raw, err := c.dial(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: raw, in: bufio.NewReaderSize(raw, 16<<10)}, nil
}

// put makes a connection idle.
func (c *conns) put(idle *conn) {
	c.mu.Lock()
	c.idle = append(c.idle, idle)
	c.mu.Unlock()
}

// close closes the idle connections.
func (c *conns) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, idle := range c.idle {
		_ = idle.Close() // nothing is on its way
	}
	c.idle = nil
}

var past = time.Unix(1, 0)

// bind ends the connection's reads and writes when ctx ends, until release is called, which tells whether the connection is still
// of use. That ctx has a deadline is not told to the connection, which would set a timer for each request.
func (c *conn) bind(ctx context.Context) (release func() bool) {
	return context.AfterFunc(ctx, func() { _ = c.SetDeadline(past) }) // fails only on a closed connection
}

// posted is the request that replies are read for.
var posted = &http.Request{Method: http.MethodPost}

// head reads the head of the reply. begun tells whether any byte of it came.
func (c *conn) head() (response *http.Response, begun bool, err error) {
	if _, err := c.in.Peek(1); err != nil {
		return nil, false, err
	}
	for {
		response, err := http.ReadResponse(c.in, posted)
		if err != nil || response.StatusCode >= 200 || response.StatusCode == http.StatusSwitchingProtocols {
			return response, true, err
		}
	}
}

// body is a reply's body of which it is known whether it was read to its end.
type body struct {
	io.Reader
	ended bool
}

func (b *body) Read(to []byte) (int, error) {
	n, err := b.Reader.Read(to)
	b.ended = b.ended || err == io.EOF
	return n, err
}
