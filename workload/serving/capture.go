package serving

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tailgate-go/tailgate/internal/openai"
	"github.com/tailgate-go/tailgate/internal/sse"
)

// capture takes a reply down as it comes, and reads it when it is complete: nothing is decoded while it is timed.
// Its storage is used again for other requests.
type capture struct {
	events *sse.Reader
	from   opening
	data   []byte // of all events, or of the body
	marks  []mark
	texts  []time.Duration
	done   bool          // the event came that ends the stream
	doneAt time.Duration // when it came
}

// mark is where an event's data ends, and when it came.
type mark struct {
	end  int
	at   time.Duration
	kind eventKind
}

type eventKind int

const (
	message eventKind = iota
	failed            // an event of type error
	half              // the stream ended before the event did
)

func newCapture() *capture {
	c := &capture{events: sse.NewReader(0)}
	c.events.Final = openai.Done
	return c
}

// opening keeps the beginning of what is read through it.
type opening struct {
	io.Reader
	kept []byte
}

func (o *opening) Read(to []byte) (int, error) {
	n, err := o.Reader.Read(to)
	if room := mostOfError - len(o.kept); room > 0 && n > 0 {
		o.kept = append(o.kept, to[:min(n, room)]...)
	}
	return n, err
}

// enough is what a capture keeps of its storage, in bytes: what a reply of 4,000 tokens takes.
const enough = 1 << 20

// stream takes down a stream of events.
func (c *capture) stream(ctx context.Context, body io.Reader, due time.Time, reply *Reply) *Fault {
	if cap(c.data) > enough {
		c.data = nil
	}
	c.data, c.marks, c.texts, c.done = c.data[:0], c.marks[:0], c.texts[:0], false
	c.from = opening{body, c.from.kept[:0]}
	c.events.Reset(&c.from, due)
	ended := c.take()
	c.done = ended == nil
	last, done, f := c.read(ended, reply)
	reply.measure(c.texts, done, last)
	reply.lateEnd = c.done && len(c.texts) > 0 && c.doneAt-reply.Latency > patience
	switch {
	case f != nil:
		return f
	case ended == nil:
		return nil
	case errors.Is(ended, sse.ErrTooLong), errors.Is(ended, errTooLong):
		return fault(Malformed, "%v", ended)
	case errors.Is(ended, io.EOF) || errors.Is(ended, io.ErrUnexpectedEOF):
		return c.brokenOff()
	}
	return faultOf(ctx, ended)
}

var errTooLong = fmt.Errorf("the reply has more than %d bytes", mostReply)

// take takes events down until [DONE]. The error is what ended the stream before that. Events that only keep the connection alive,
// without data or of type ping, are left out.
func (c *capture) take() error {
	for {
		e, err := c.events.Next()
		if err != nil {
			return err
		}
		kind := message
		switch {
		case string(e.Type) == "error":
			kind = failed
		case string(e.Type) == "ping" || len(bytes.TrimSpace(e.Data)) == 0:
			continue
		case bytes.Equal(bytes.TrimSpace(e.Data), final):
			c.doneAt = e.At
			return nil
		case e.Open:
			kind = half
		}
		if len(c.data)+len(e.Data) > mostReply {
			return errTooLong
		}
		c.data = append(c.data, e.Data...)
		c.marks = append(c.marks, mark{len(c.data), e.At, kind})
	}
}

var final = []byte(openai.Done)

// whole takes down a reply that is no stream.
func (c *capture) whole(ctx context.Context, body io.Reader, due time.Time, reply *Reply) *Fault {
	if cap(c.data) > enough {
		c.data = nil
	}
	buffer := bytes.NewBuffer(c.data[:0])
	n, err := buffer.ReadFrom(io.LimitReader(body, mostReply+1))
	done := time.Since(due)
	c.data = buffer.Bytes()
	reply.Latency = done
	switch {
	case err != nil:
		return faultOf(ctx, err)
	case n > mostReply:
		return fault(Malformed, "%v", errTooLong)
	}
	e, err := readChunk(c.data)
	switch {
	case err != nil:
		return fault(Malformed, "%v", err)
	case e.failure != nil:
		return faultIn(e.failure, 200)
	case !e.hasText && e.finish == "":
		return fault(Malformed, "the reply has neither text nor a finish_reason: %s", printable(c.data))
	case e.finish == "":
		return fault(Truncated, "the reply has no finish_reason: %s", printable(c.data))
	case !succeeds(e.finish):
		return aborted(e.finish)
	}
	reply.name(e.model)
	if e.hasText {
		reply.Texts = 1
	}
	reply.count(e)
	return nil
}
