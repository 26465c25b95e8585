package gateway

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// firstRoom is how much room is made for a body before any of it has come, in bytes: a Content-Length is only a promise.
// Bodies that needed more than keptRoom leave their memory to the garbage collector.
const (
	firstRoom = 64 << 10
	keptRoom  = 1 << 20
)

// body is a whole body of a request, which can be sent more than once. Its memory is used again once nobody holds it: the request's
// handler, and each copy that is being sent.
type body struct {
	data    []byte
	holders atomic.Int32
	pool    *sync.Pool
}

var (
	errTooLarge = errors.New("the body is too large")
	errTooSlow  = errors.New("the body did not come in time")
)

// readBody reads the body of a request whose length is at most limit, within a time. Whoever calls it holds the body.
func readBody(control *http.ResponseController, r *http.Request, pool *sync.Pool, limit int64,
	within time.Duration) (*body, error) {
	if r.ContentLength > limit {
		return nil, errTooLarge
	}
	if err := supported(control.SetReadDeadline(time.Now().Add(within))); err != nil {
		return nil, err
	}
	b, _ := pool.Get().(*body)
	if b == nil {
		b = &body{pool: pool}
	}
	b.holders.Store(1)
	err := b.read(r, limit) // at whose end the http.Server takes the deadline back
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = errTooSlow
	}
	if err != nil {
		b.release()
		return nil, err
	}
	return b, nil
}

func (b *body) read(r *http.Request, limit int64) error {
	b.data = slices.Grow(b.data[:0], int(min(max(r.ContentLength, 0), firstRoom))+1) // one more byte to see the end
	for {
		if len(b.data) == cap(b.data) {
			b.data = slices.Grow(b.data, len(b.data)) // as much again
		}
		n, err := r.Body.Read(b.data[len(b.data):cap(b.data)])
		b.data = b.data[:len(b.data)+n]
		switch {
		case int64(len(b.data)) > limit:
			return errTooLarge
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// release lets go.
func (b *body) release() {
	if b.holders.Add(-1) == 0 && cap(b.data) <= keptRoom {
		b.pool.Put(b)
	}
}

// open is one more copy to send. It must be closed, as an http.Transport does.
func (b *body) open() io.ReadCloser {
	b.holders.Add(1)
	c := &bodyCopy{of: b}
	c.reader.Reset(b.data)
	return c
}

// bodyCopy may be closed by one goroutine of the transport's while another still reads.
type bodyCopy struct {
	mu     sync.Mutex
	reader bytes.Reader
	of     *body // nil once closed
}

func (c *bodyCopy) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		return 0, io.ErrClosedPipe
	}
	return c.reader.Read(p)
}

func (c *bodyCopy) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of != nil {
		c.of.release()
		c.of = nil
	}
	return nil
}
