package gateway

import (
	"context"
	"io"
	"mime"
	"net/http"

	"github.com/tailgate-go/tailgate/internal/openai"
)

// answer is the body of a replica's response, passed through as it comes. If a stream of events breaks between two events it ends
// with one more that says so; in the midst of one, and for any other response, the client's connection breaks too.
type answer struct {
	g      *Gateway
	h      hop
	ctx    context.Context
	from   io.ReadCloser
	events bool
	last   [4]byte // bytes that were read, the newest at the end
	read   bool    // anything
	rest   []byte  // of the event that tells of the end; nil before the stream broke
	broken bool
	closed bool
}

func (g *Gateway) newAnswer(ctx context.Context, h hop, response *http.Response) *answer {
	g.meters.answered(h.to, response.StatusCode)
	kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	return &answer{
		g: g, h: h, ctx: ctx, from: response.Body,
		// An event may be added where neither a length nor an encoding is in the way.
		events: err == nil && kind == "text/event-stream" && response.ContentLength < 0 && response.Header.Get("Content-Encoding") == "",
	}
}

// Read is that of an io.Reader.
func (a *answer) Read(p []byte) (int, error) {
	if a.broken {
		if len(a.rest) == 0 {
			return 0, io.EOF
		}
		n := copy(p, a.rest)
		a.rest = a.rest[n:]
		return n, nil
	}
	n, err := a.from.Read(p)
	if a.events {
		a.note(p[:n])
	}
	if n > 0 {
		if err := a.h.trip.expect(); err != nil {
			return n, err
		}
	}
	if err == nil || err == io.EOF || a.ctx.Err() != nil {
		return n, err
	}
	a.g.meters.broke(a.h.to)
	a.h.to.lookNow()
	if !a.between() {
		return n, err
	}
	a.broken = true
	a.rest = append(append([]byte("data: "),
		openai.NewError(http.StatusBadGateway, "", "the replica broke off the stream; try again").Body()...), "\n\n"...)
	return n, nil
}

// note remembers the end of what was read.
func (a *answer) note(p []byte) {
	if len(p) == 0 {
		return
	}
	a.read = true
	if len(p) < len(a.last) {
		copy(a.last[:], a.last[len(p):])
		copy(a.last[len(a.last)-len(p):], p)
		return
	}
	copy(a.last[:], p[len(p)-len(a.last):])
}

// between tells whether the stream is at the end of an event, which is an empty line.
func (a *answer) between() bool {
	return a.events && (!a.read || a.last[2] == '\n' && a.last[3] == '\n' || string(a.last[:]) == "\r\n\r\n")
}

// Close is that of an io.Closer.
func (a *answer) Close() error {
	if !a.closed {
		a.closed = true
		a.g.end(a.h)
	}
	return a.from.Close()
}
