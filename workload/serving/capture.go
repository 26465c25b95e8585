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
	data   []byte // of all events, or of the body
	marks  []mark
	texts  []time.Duration
}

// mark is where an event's data ends, and when it came.
type mark struct {
	end int
	at  time.Duration
}

// enough is what a capture keeps of its storage, in bytes: what a reply of 4,000 tokens takes.
const enough = 1 << 20

// stream takes down a stream of events.
func (c *capture) stream(ctx context.Context, body io.Reader, due time.Time, reply *Reply) *Fault {
	if cap(c.data) > enough {
		c.data = nil
	}
	c.data, c.marks, c.texts = c.data[:0], c.marks[:0], c.texts[:0]
	c.events.Reset(body, due)
	ended := c.take()
	last, done, f := c.read(ended)
	reply.measure(c.texts, done, last)
	switch {
	case f != nil:
		return f
	case ended == nil:
		return nil
	case errors.Is(ended, sse.ErrTooLong), errors.Is(ended, errTooLong):
		return fault(Malformed, "%v", ended)
	case errors.Is(ended, io.EOF) || errors.Is(ended, io.ErrUnexpectedEOF):
		return fault(Truncated, "the stream ended after %d events without [DONE]", len(c.marks))
	}
	return faultOf(ctx, ended)
}

var errTooLong = fmt.Errorf("the reply has more than %d bytes", mostReply)

// take takes events down until [DONE], and then reads to the end of the reply, so that the connection can be used again:
// a server that does not end it keeps the request's place until its timeout, but no longer its latency. The error is what ended
// the stream before [DONE].
func (c *capture) take() error {
	for {
		e, err := c.events.Next()
		if err != nil {
			return err
		}
		if len(c.data)+len(e.Data) > mostReply {
			return errTooLong
		}
		c.data = append(c.data, e.Data...)
		c.marks = append(c.marks, mark{len(c.data), e.At})
		if string(e.Data) == openai.Done {
			_, _ = c.events.Next() // the end, which is no news
			return nil
		}
	}
}

// read reads what was taken down: the usage that came last, and when the last event that says anything came. ended is not nil when
// the stream ended early, where half an event is no wonder.
func (c *capture) read(ended error) (last chunk, done time.Duration, f *Fault) {
	begin := 0
	for i, m := range c.marks {
		data := c.data[begin:m.end]
		begin = m.end
		if ended == nil && i == len(c.marks)-1 {
			break // [DONE]
		}
		e, err := readChunk(data)
		if err != nil {
			return last, done, fault(Malformed, "event %d: %v", i+1, err)
		}
		if e.failure != nil {
			f := faultIn(e.failure, 0)
			if f.Status == 0 {
				f.Kind = Truncated
				f.Detail = "the stream ended with an error: " + f.Detail
			}
			return last, done, f
		}
		if e.hasText {
			c.texts = append(c.texts, m.at)
		}
		if e.hasText || e.finished {
			done = m.at
		}
		if e.hasUsage {
			last = e
		}
	}
	if ended == nil && done == 0 {
		f = fault(Malformed, "a stream of %d events, none of which has text or a finish_reason", len(c.marks))
	}
	return last, done, f
}

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
	case !e.hasText && !e.finished:
		return fault(Malformed, "the reply has neither text nor a finish_reason: %s", printable(c.data))
	}
	if e.hasText {
		reply.Texts = 1
	}
	reply.count(e)
	return nil
}
