package serving

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tailgate-go/tailgate/internal/openai"
	"github.com/tailgate-go/tailgate/internal/sse"
)

// Request is one request for text.
type Request struct {
	Model     string // or an adapter
	Prompt    string
	MaxTokens int
	Stream    bool
	IgnoreEOS bool // vLLM's: generate MaxTokens in any case

	// Temperature is 0 (greedy) to 2; nil leaves it to the server.
	Temperature *float64
	// TopP is above 0, to 1; nil leaves it to the server.
	TopP *float64
}

// Client sends requests to one server and times the replies. It may be used by many goroutines at once. Make one with [NewClient] and
// Close it.
//
// It goes straight to the server, through no proxy, follows no redirect, and does not try again: a request that fails has failed. The one
// exception is a request written to an idle connection that the server had just closed, before any byte of a reply: net/http sends it again,
// because it has an Idempotency-Key, and Reply.Replays counts it.
type Client struct {
	chat      bool
	url       *url.URL
	header    http.Header
	transport *http.Transport
	run       string // the beginning of each Idempotency-Key
	number    atomic.Uint64
	captures  sync.Pool // *capture
}

// mostReply is the most bytes of a reply.
const mostReply = 64 << 20

// NewClient makes a client of the target. The error is what is wrong with it, or that the API key is not to be had.
func NewClient(t Target) (*Client, error) {
	if t.URL == "" {
		return nil, errors.New("serving: target: url is missing; write one, such as http://127.0.0.1:8000")
	}
	if field, err := t.validate(); err != nil {
		return nil, fmt.Errorf("serving: target: %s: %w", field, err)
	}
	header, err := t.header()
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(t.path())
	if err != nil {
		return nil, fmt.Errorf("serving: target: %w", err)
	}
	c := &Client{chat: t.API == Chat, url: u, header: header, run: strconv.FormatUint(rand.Uint64(), 36) + "-"}
	c.transport = &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 1 << 16, // a connection closed is a port used up: there are about 28,000
		IdleConnTimeout:     90 * time.Second,
		DisableCompression:  true, // who unpacks does not see when bytes come
		ReadBufferSize:      16 << 10,
	}
	c.captures.New = func() any { return &capture{events: sse.NewReader(0)} }
	return c, nil
}

// Close closes the idle connections. No request may be under way.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Body is the request as it goes over the wire.
func (c *Client) Body(r Request) ([]byte, error) {
	s := openai.Sampling{Model: r.Model, Stream: r.Stream, IgnoreEOS: r.IgnoreEOS, Temperature: r.Temperature, TopP: r.TopP}
	if r.Stream {
		s.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
	}
	if c.chat {
		return json.Marshal(openai.ChatRequest{
			Messages:  []openai.Message{{Role: "user", Content: openai.Content{Text: r.Prompt}}},
			MaxTokens: &r.MaxTokens, Sampling: s,
		})
	}
	return json.Marshal(openai.CompletionRequest{Prompt: openai.TextPrompt(r.Prompt), MaxTokens: &r.MaxTokens, Sampling: s})
}

// Do sends one request, of the body that Body made, and waits for the reply. Times count from due; the zero time is now. The error is a
// *Fault; the reply then has what was measured before.
func (c *Client) Do(ctx context.Context, body []byte, stream bool, due time.Time) (Reply, error) {
	if due.IsZero() {
		due = time.Now()
	}
	var reply Reply
	request := c.request(ctx, body, due, &reply)
	reply.Sent = time.Since(due)
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return reply, faultOf(ctx, err)
	}
	defer func() { _ = response.Body.Close() }() // what there was to read has been read
	if f := check(response, stream); f != nil {
		return reply, f
	}
	capture := c.captures.Get().(*capture)
	defer c.captures.Put(capture)
	var f *Fault
	if stream {
		f = capture.stream(ctx, response.Body, due, &reply)
	} else {
		f = capture.whole(ctx, response.Body, due, &reply)
	}
	if f != nil {
		return reply, f
	}
	return reply, nil
}

func (c *Client) request(ctx context.Context, body []byte, due time.Time, reply *Reply) *http.Request {
	header := make(http.Header, len(c.header)+1)
	for name, values := range c.header {
		header[name] = values // read only
	}
	header["Idempotency-Key"] = []string{c.run + strconv.FormatUint(c.number.Add(1), 36)}
	request := &http.Request{
		Method: http.MethodPost, URL: c.url, Host: c.url.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
		GetBody: func() (io.ReadCloser, error) { // asked for only to send the request again
			reply.Replays++
			reply.Sent = time.Since(due)
			return io.NopCloser(bytes.NewReader(body)), nil
		},
	}
	return request.WithContext(ctx)
}

// check looks at the head of a reply.
func check(response *http.Response, stream bool) *Fault {
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10)) // what there is of it
		var body struct {
			Error json.RawMessage `json:"error"`
		}
		if json.Unmarshal(text, &body) == nil && len(body.Error) > 0 {
			return faultIn(body.Error, response.StatusCode)
		}
		return &Fault{Kind: Status, Status: response.StatusCode, Detail: printable(text)}
	}
	want := "application/json"
	if stream {
		want = "text/event-stream"
	}
	if got := response.Header.Get("Content-Type"); !strings.HasPrefix(strings.ToLower(got), want) {
		return fault(Malformed, "the reply is %q, where %s was asked for", printable([]byte(got)), want)
	}
	return nil
}
