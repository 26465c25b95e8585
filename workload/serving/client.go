package serving

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
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

// Client sends requests to one server and times the replies. It may be used by many goroutines at once. Make one with [NewClient]
// and Close it.
//
// It speaks HTTP/1.1, goes straight to the server, through no proxy, follows no redirect, and does not try again: a request
// that fails has failed. The one exception is a request on an idle connection that the server closes before any byte of a reply,
// as servers do with connections that have idled: it is sent again, with the same Idempotency-Key, and Reply.Replays counts it.
type Client struct {
	chat     bool
	head     []byte // of every request, up to its Idempotency-Key
	conns    *conns
	key      string // the API key, for what a server says to be rid of it
	run      string // the beginning of each Idempotency-Key
	number   atomic.Uint64
	captures sync.Pool // *capture
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
	c := &Client{chat: t.API == Chat, conns: newConns(u), run: strconv.FormatUint(rand.Uint64(), 36) + "-"}
	c.head = fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\n", u.EscapedPath(), u.Host)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		c.head = fmt.Appendf(c.head, "%s: %s\r\n", name, header.Get(name))
	}
	c.head = append(c.head, "Idempotency-Key: "...)
	c.key = strings.TrimPrefix(header.Get("Authorization"), "Bearer ")
	c.captures.New = func() any { return &capture{events: sse.NewReader(0)} }
	return c, nil
}

// Close closes the idle connections. No request may be under way.
func (c *Client) Close() { c.conns.close() }

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

// Do sends one request, of the body that Body made, and waits for the reply. Times count from due; the zero time is now.
// The error is a *Fault; the reply then has what was measured before.
func (c *Client) Do(ctx context.Context, body []byte, stream bool, due time.Time) (Reply, error) {
	if due.IsZero() {
		due = time.Now()
	}
	var reply Reply
	key := c.run + strconv.FormatUint(c.number.Add(1), 36)
	for {
		conn, err := c.conns.get(ctx)
		if err != nil {
			return reply, dialFault(ctx, err)
		}
		again, f := c.exchange(ctx, conn, key, body, stream, due, &reply)
		if !again {
			if f != nil {
				f.Detail = redacted(f.Detail, c.key)
				return reply, f
			}
			return reply, nil
		}
		reply.Replays++
	}
}

// exchange sends a request on a connection and takes the reply down. again is that the connection was idle and turned out to be
// closed.
func (c *Client) exchange(ctx context.Context, conn *conn, key string, request []byte, stream bool, due time.Time,
	reply *Reply) (again bool, f *Fault) {
	release := conn.bind(ctx)
	usable := false
	defer func() {
		if release() && usable {
			c.conns.put(conn)
		} else {
			_ = conn.Close() // whatever it has to say is of no use
		}
	}()
	reply.Sent = time.Since(due)
	conn.out = append(append(conn.out[:0], c.head...), key...)
	conn.out = append(conn.out, "\r\nContent-Length: "...)
	conn.out = append(strconv.AppendInt(conn.out, int64(len(request)), 10), "\r\n\r\n"...)
	conn.out = append(conn.out, request...)
	_, written := conn.Write(conn.out) // a server may answer before it has read all, and close
	response, begun, err := conn.head()
	if err != nil {
		if conn.reused && !begun && ctx.Err() == nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return true, nil
		}
		return false, faultOf(ctx, cmp.Or(written, err))
	}
	content := &body{Reader: response.Body}
	if f := check(response, content, stream); f != nil {
		usable = content.ended && !response.Close && written == nil && conn.in.Buffered() == 0
		return false, f
	}
	capture := c.captures.Get().(*capture)
	defer c.captures.Put(capture)
	if stream {
		f = capture.stream(ctx, content, due, reply)
	} else {
		f = capture.whole(ctx, content, due, reply)
	}
	usable = content.ended && !response.Close && written == nil && conn.in.Buffered() == 0
	return false, f
}

// check looks at the head of a reply.
func check(response *http.Response, content io.Reader, stream bool) *Fault {
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(content, 4<<10)) // what there is of it
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
