package serving

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tailgate-go/tailgate/internal/openai"
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

	// Extra are more fields of the body, none of which the others make.
	Extra map[string]json.RawMessage
}

// Client sends requests to one server and times the replies. It may be used by many goroutines at once. Make one with [NewClient]
// and Close it.
//
// It sends by net/http, as [Target.Transport] has it, follows no redirect, and does not try again: a request that fails has failed.
// The one exception is net/http's: a request on an idle connection that the server closes before any byte of a reply, as servers do
// with connections that have idled, is sent again, with the same Idempotency-Key, and Reply.Replays counts it.
//
// A stream's reply is complete when [DONE] has come: Do does not wait for the end of the stream. A server that has not ended it
// 100 ms later loses the connection.
type Client struct {
	chat      bool
	anyModel  bool
	template  *http.Request // of every request, but for its Idempotency-Key and body
	transport *http.Transport
	key       string // the API key, for what a server says to be rid of it
	run       string // the beginning of each Idempotency-Key
	number    atomic.Uint64
	captures  sync.Pool // *capture
	endings   endings
}

// mostReply is the most bytes of a reply.
const mostReply = 64 << 20

// NewClient makes a client of the target. The error is what is wrong with it, or that the API key is not to be had.
func NewClient(t Target) (*Client, error) {
	c, err := newClient(t)
	if err != nil {
		return nil, fmt.Errorf("serving: %w", err)
	}
	return c, nil
}

// newClient is NewClient for benchmarks, which say themselves that it is package serving which says so.
func newClient(t Target) (*Client, error) {
	if t.URL == "" {
		return nil, errors.New("target: url is missing; write one, such as http://127.0.0.1:8000")
	}
	if field, err := t.validate(); err != nil {
		return nil, fmt.Errorf("target: %s: %w", field, err)
	}
	header, err := t.header()
	if err != nil {
		return nil, err
	}
	c := &Client{chat: t.API == Chat, anyModel: t.AnyModel, run: strconv.FormatUint(rand.Uint64(), 36) + "-"}
	if c.template, err = http.NewRequest(http.MethodPost, t.path(), nil); err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	c.template.Header = header
	if c.transport, err = t.transport(); err != nil {
		return nil, err
	}
	c.key = strings.TrimPrefix(header.Get("Authorization"), "Bearer ")
	c.captures.New = func() any { return newCapture() }
	return c, nil
}

// Close waits for the ends of streams, 100 ms at most, and closes the idle connections. No request may be under way.
func (c *Client) Close() {
	c.endings.late()
	c.transport.CloseIdleConnections()
}

// HeldOpen waits for the ends of streams, 100 ms at most, and returns how many streams the server had not ended 100 ms after their
// last event, since it was last called. Their connections were given up. No request may be under way.
func (c *Client) HeldOpen() int { return c.endings.late() }

// Body is the request as it goes over the wire.
func (c *Client) Body(r Request) ([]byte, error) {
	s := openai.Sampling{Model: r.Model, Stream: r.Stream, IgnoreEOS: r.IgnoreEOS, Temperature: r.Temperature, TopP: r.TopP}
	if r.Stream {
		s.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
	}
	var body any = openai.CompletionRequest{Prompt: openai.TextPrompt(r.Prompt), MaxTokens: &r.MaxTokens, Sampling: s}
	if c.chat {
		body = openai.ChatRequest{
			Messages:  []openai.Message{{Role: "user", Content: openai.Content{Text: r.Prompt}}},
			MaxTokens: &r.MaxTokens, Sampling: s,
		}
	}
	text, err := json.Marshal(body)
	if err != nil || len(r.Extra) == 0 {
		return text, err
	}
	extra, err := json.Marshal(r.Extra)
	return append(append(text[:len(text)-1], ','), extra[1:]...), err
}

// Do sends one request, of the body that Body made, and waits for the reply. Times count from due; the zero time is now.
// The error is a *Fault; the reply then has what was measured before.
func (c *Client) Do(ctx context.Context, body []byte, stream bool, due time.Time) (Reply, error) {
	if due.IsZero() {
		due = time.Now()
	}
	var reply Reply
	if f := c.exchange(ctx, body, stream, due, &reply); f != nil {
		f.Detail = redacted(f.Detail, c.key)
		return reply, f
	}
	return reply, nil
}
