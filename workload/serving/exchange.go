package serving

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"time"
)

// request is one copy of the template with a body and a key of its own: by the key net/http knows that it may be sent again.
func (c *Client) request(ctx context.Context, body []byte) *http.Request {
	r := c.template.WithContext(ctx)
	r.Header = c.template.Header.Clone()
	r.Header["Idempotency-Key"] = []string{c.run + strconv.FormatUint(c.number.Add(1), 36)}
	r.ContentLength = int64(len(body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	r.Body, _ = r.GetBody() // which cannot fail
	return r
}

// idled is how long a connection must have been idle for a server to close it without having taken the next request.
const idled = time.Second

// exchange sends a request and takes the reply down.
//
// A client of HTTP/1.1 that this package had, which wrote and read on the request's own goroutine, took 0.51 to 0.85 times the CPU
// time. Where the machine keeps up net/http adds 17 to 31 us to a latency, on both sides, and a gate's floor is 1 ms. At 10,000
// streams of 21 events a second neither keeps up on two cores, and net/http is beyond a gate's bound of lag by the median, too. In
// us, by peer at 3f105b4 (EPYC, two cores, shared with the server, load 2 to 4, November 2026; medians of three):
//
//	                         350 req/s        2,000            10,000
//	                         own   net/http   own   net/http   own   net/http
//	plain, CPU a request      93   182         56   101         38    62
//	lag p50 / p99             18/507 22/259    27/167 27/163    35/646 39/1140
//	latency p50              104   135         66    84         67    89
//	21 events, CPU           125   215         97   160         60    71
//	lag p50 / p99             19/174 21/463    33/302 30/999   151/5537 1186/18270
//	latency p50              222   239        217   239       2663  5506
func (c *Client) exchange(ctx context.Context, request []byte, stream bool, due time.Time, reply *Reply) *Fault {
	sent, dropped, fresh := 0, false, false // fresh: the connection of the last copy was in use a moment ago, or is new
	// What ends ctx ends the exchange, but not the rest of a reply that is read after it.
	within, giveUp := context.WithCancel(httptrace.WithClientTrace(context.WithoutCancel(ctx), &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			sent++
			dropped = dropped || fresh // with the copy before
			fresh = info.IdleTime < idled
			reply.Sent = time.Since(due)
		},
	}))
	defer context.AfterFunc(ctx, giveUp)()
	response, err := c.transport.RoundTrip(c.request(within, request))
	reply.Replays, reply.dropped = max(0, sent-1), dropped
	if err != nil {
		giveUp()
		if sent == 0 {
			return dialFault(ctx, err)
		}
		return faultOf(ctx, err)
	}
	rest := &body{Reader: response.Body}
	leave := func() {
		giveUp() // what has not come by now is not waited for
		_ = response.Body.Close()
	}
	f, complete := c.take(ctx, response, rest, stream, due, reply)
	if complete && !rest.ended {
		c.endings.wait(rest, giveUp, leave)
	} else {
		leave()
	}
	return f
}

// take takes a reply down. It is complete when the last event of a stream has come.
func (c *Client) take(ctx context.Context, response *http.Response, content *body, stream bool, due time.Time, reply *Reply) (
	f *Fault, complete bool,
) {
	if f := check(response, content, stream); f != nil {
		return f, false
	}
	capture := c.captures.Get().(*capture)
	defer c.captures.Put(capture)
	if !stream {
		return capture.whole(ctx, content, due, reply), false
	}
	f = capture.stream(ctx, content, due, reply)
	return f, capture.done
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
