package serving

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const ms = time.Millisecond

// pipes is a listener without a network: connections are pipes, which a bubble's clock knows.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// bubble runs a client of a server with that handler, both of net/http, on a clock that moves only when all wait.
func bubble(t *testing.T, handler http.HandlerFunc, check func(t *testing.T, c *Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		server := &http.Server{Handler: handler}
		go func() { _ = server.Serve(listener) }()
		c, err := NewClient(Target{URL: "http://pipe"})
		require.NoError(t, err)
		c.transport.DialContext, c.transport.Proxy = listener.dial, nil
		check(t, c)
		c.Close()
		require.NoError(t, server.Close())
	})
}

// piece is what a server sends, after a pause.
type piece struct {
	after time.Duration
	text  string
}

func event(data string) string { return "data: " + data + "\n\n" }

func textOf(text string) string {
	return event(fmt.Sprintf(`{"choices":[{"index":0,"text":%q,"finish_reason":null}]}`, text))
}

const (
	roleOnly = `data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}` + "\n\n"
	finish   = `data: {"choices":[{"index":0,"text":"","finish_reason":"length"}]}` + "\n\n"
	doneLine = "data: [DONE]\n\n"
)

func usageOf(prompt, completion int) string {
	return event(fmt.Sprintf(`{"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d}}`, prompt, completion))
}

func sends(pieces ...piece) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does net/http see a client leave
		w.Header().Set("Content-Type", "text/event-stream")
		for _, p := range pieces {
			select {
			case <-time.After(p.after): // on the bubble's clock
			case <-r.Context().Done():
				return
			}
			_, _ = w.Write([]byte(p.text))
			_ = http.NewResponseController(w).Flush()
		}
	}
}

func TestAStreamIsTimed(t *testing.T) {
	zeros := `{"choices":[{"text":"a"}],"usage":{"prompt_tokens":0,"completion_tokens":0}}`
	for _, c := range []struct {
		name   string
		pieces []piece
		want   Reply
	}{
		{"an event a token", []piece{
			{50 * ms, textOf("a")}, {10 * ms, textOf("b")}, {20 * ms, textOf("c")}, {0, finish}, {0, usageOf(7, 3) + doneLine},
		}, Reply{
			Latency: 80 * ms, TTFT: 50 * ms, TPOT: 15 * ms, Normalized: 80 * ms / 3, Gaps: []time.Duration{10 * ms, 20 * ms},
			HasUsage: true, PromptTokens: 7, OutputTokens: 3, Texts: 3,
		}},
		{"a call of a tool after a text", []piece{
			{50 * ms, chatOf(`{"content":"a"}`)}, {10 * ms, chatOf(toolNamed)},
			{20 * ms, chatOf(`{"tool_calls":[{"function":{"arguments":"{}"}}]}`)},
			{7 * ms, finishOf("tool_calls") + usageOf(7, 3) + doneLine},
		}, Reply{
			Latency: 80 * ms, TTFT: 50 * ms, TPOT: 15 * ms, Normalized: 80 * ms / 3, Gaps: []time.Duration{10 * ms, 20 * ms},
			HasUsage: true, PromptTokens: 7, OutputTokens: 3, Texts: 3,
		}},
		{"a call of a tool alone", []piece{
			{5 * ms, roleOnly}, {45 * ms, chatOf(toolNamed)}, {10 * ms, chatOf(`{"tool_calls":[{"function":{"arguments":"{}"}}]}`)},
			{7 * ms, finishOf("tool_calls") + usageOf(7, 2) + doneLine},
		}, Reply{
			Latency: 60 * ms, TTFT: 50 * ms, TPOT: 10 * ms, Normalized: 30 * ms, Gaps: []time.Duration{10 * ms},
			HasUsage: true, PromptTokens: 7, OutputTokens: 2, Texts: 2,
		}},
		{"role, end, usage and [DONE] are no tokens", []piece{{5 * ms, roleOnly}, {45 * ms, textOf("a")}, {10 * ms, textOf("b")},
			{7 * ms, finish}, {7 * ms, usageOf(7, 2)}, {100 * ms, doneLine}}, Reply{
			Latency: 60 * ms, TTFT: 50 * ms, TPOT: 10 * ms, Normalized: 30 * ms, Gaps: []time.Duration{10 * ms},
			HasUsage: true, PromptTokens: 7, OutputTokens: 2, Texts: 2, lateEnd: true,
		}},
		{"an end 100 ms after the last text, which is not late", []piece{{50 * ms, textOf("a")}, {10 * ms, textOf("b")},
			{7 * ms, finish}, {7 * ms, usageOf(7, 2)}, {86 * ms, doneLine}}, Reply{
			Latency: 60 * ms, TTFT: 50 * ms, TPOT: 10 * ms, Normalized: 30 * ms, Gaps: []time.Duration{10 * ms},
			HasUsage: true, PromptTokens: 7, OutputTokens: 2, Texts: 2,
		}},
		{"several tokens in an event", []piece{
			{50 * ms, textOf("a b")}, {40 * ms, textOf("c d e")}, {0, finish + usageOf(7, 5) + doneLine},
		}, Reply{
			Latency: 90 * ms, TTFT: 50 * ms, TPOT: 10 * ms, Normalized: 18 * ms, Gaps: []time.Duration{40 * ms},
			HasUsage: true, PromptTokens: 7, OutputTokens: 5, Texts: 2,
		}},
		{"several events in a read, and one in several", []piece{
			{50 * ms, textOf("a") + textOf("b") + textOf("c")[:20]}, {10 * ms, textOf("c")[20:]}, {0, finish + usageOf(7, 3) + doneLine},
		}, Reply{
			Latency: 60 * ms, TTFT: 50 * ms, TPOT: 5 * ms, Normalized: 20 * ms, Gaps: []time.Duration{0, 10 * ms},
			HasUsage: true, PromptTokens: 7, OutputTokens: 3, Texts: 3,
		}},
		{"all events in a read", []piece{{50 * ms, textOf("a") + textOf("b") + finish + usageOf(7, 2) + doneLine}}, Reply{
			Latency: 50 * ms, TTFT: 50 * ms, TPOT: 1, Normalized: 25 * ms, Gaps: []time.Duration{0},
			HasUsage: true, PromptTokens: 7, OutputTokens: 2, Texts: 2,
		}},
		{"several tokens in one text, whose time is not known", []piece{
			{50 * ms, textOf("a b") + finish + usageOf(7, 2) + doneLine},
		}, Reply{
			Latency: 50 * ms, TTFT: 50 * ms, Normalized: 25 * ms, HasUsage: true, PromptTokens: 7, OutputTokens: 2, Texts: 1,
		}},
		{"usage of zeros in every event, and the true one last", []piece{
			{50 * ms, event(zeros)}, {10 * ms, event(zeros)}, {0, finish + usageOf(7, 2) + doneLine},
		}, Reply{
			Latency: 60 * ms, TTFT: 50 * ms, TPOT: 10 * ms, Normalized: 30 * ms, Gaps: []time.Duration{10 * ms},
			HasUsage: true, PromptTokens: 7, OutputTokens: 2, Texts: 2,
		}},
		{"usage of zeros alone is none", []piece{{50 * ms, event(zeros)}, {10 * ms, event(zeros) + finish + doneLine}}, Reply{
			Latency: 60 * ms, TTFT: 50 * ms, Gaps: []time.Duration{10 * ms}, Texts: 2,
		}},
		{"usage so far in every event", []piece{
			{50 * ms, event(`{"choices":[{"text":"a"}],"usage":{"prompt_tokens":7,"completion_tokens":1}}`)},
			{10 * ms, event(`{"choices":[{"text":"b"}],"usage":{"prompt_tokens":7,"completion_tokens":2}}`) + finish + doneLine},
		}, Reply{
			Latency: 60 * ms, TTFT: 50 * ms, TPOT: 10 * ms, Normalized: 30 * ms, Gaps: []time.Duration{10 * ms},
			HasUsage: true, PromptTokens: 7, OutputTokens: 2, Texts: 2,
		}},
		{"no usage: events are not taken for tokens", []piece{{50 * ms, textOf("a")}, {10 * ms, textOf("b") + finish + doneLine}}, Reply{
			Latency: 60 * ms, TTFT: 50 * ms, Gaps: []time.Duration{10 * ms}, Texts: 2,
		}},
		{"one token has no time per token after it", []piece{{50 * ms, textOf("a") + finish + usageOf(7, 1) + doneLine}}, Reply{
			Latency: 50 * ms, TTFT: 50 * ms, Normalized: 50 * ms, HasUsage: true, PromptTokens: 7, OutputTokens: 1, Texts: 1,
		}},
		{"nothing generated", []piece{{50 * ms, finish}, {10 * ms, usageOf(7, 0) + doneLine}}, Reply{
			Latency: 50 * ms, HasUsage: true, PromptTokens: 7,
		}},
		{"comments and CRLF", []piece{
			{20 * ms, ": ping\r\n\r\n"}, {30 * ms, "data: " + `{"choices":[{"text":"a"}]}` + "\r\n\r\n" + finish + usageOf(7, 1) + doneLine},
		}, Reply{
			Latency: 50 * ms, TTFT: 50 * ms, Normalized: 50 * ms, HasUsage: true, PromptTokens: 7, OutputTokens: 1, Texts: 1,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, sends(c.pieces...), func(t *testing.T, client *Client) {
				for range 2 { // the second on the same connection
					got, err := client.Do(t.Context(), []byte("{}"), true, time.Time{})
					require.NoError(t, err)
					assert.Equal(t, c.want, got)
				}
			})
		})
	}
}

func TestAStreamThatIsNotEndedAfterDoneIsLeft(t *testing.T) {
	for _, c := range []struct {
		held, left time.Duration // the server ends the stream, and it is left, so long after [DONE]
		late       int
	}{{0, 0, 0}, {99 * ms, 99 * ms, 0}, {101 * ms, 100 * ms, 1}, {time.Hour, 100 * ms, 1}} {
		bubble(t, sends(piece{50 * ms, textOf("a") + finish + doneLine}, piece{c.held, ": bye\n\n"}),
			func(t *testing.T, client *Client) {
				for range 2 { // the second on a connection that is in order
					began := time.Now()
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					got, err := client.Do(ctx, []byte("{}"), true, time.Time{})
					cancel()
					require.NoError(t, err)
					assert.Equal(t, 50*ms, got.Latency)
					assert.Equal(t, 50*ms, time.Since(began), "the end is not waited for")
					assert.Equal(t, c.late, client.endings.late(), c.held)
					assert.Equal(t, 50*ms+c.left, time.Since(began))
				}
			})
	}
}

// What a server says after the end is not listened to for ever, not even for as long as it may be silent: no time passes meanwhile.
func TestAStreamThatGoesOnAfterDoneIsLeft(t *testing.T) {
	bubble(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		time.Sleep(50 * ms) // on the bubble's clock
		_, err := io.WriteString(w, textOf("a")+finish+doneLine)
		for err == nil {
			_, err = io.WriteString(w, ": and on\n")
		}
	}, func(t *testing.T, c *Client) {
		began := time.Now()
		_, err := c.Do(t.Context(), []byte("{}"), true, time.Time{})
		require.NoError(t, err)
		assert.Equal(t, 1, c.endings.late())
		assert.Equal(t, 50*ms, time.Since(began))
	})
}

func TestARequestThatIsSentLateHasWaited(t *testing.T) {
	twoTokens := sends(piece{50 * ms, textOf("a")}, piece{10 * ms, textOf("b") + finish + usageOf(1, 2) + doneLine})
	bubble(t, twoTokens, func(t *testing.T, c *Client) {
		due := time.Now()
		time.Sleep(100 * ms)
		got, err := c.Do(t.Context(), []byte("{}"), true, due)
		require.NoError(t, err)
		assert.Equal(t, Reply{
			Latency: 160 * ms, TTFT: 150 * ms, TPOT: 10 * ms, Normalized: 80 * ms, Gaps: []time.Duration{10 * ms}, Sent: 100 * ms,
			HasUsage: true, PromptTokens: 1, OutputTokens: 2, Texts: 2,
		}, got)
	})
}

func TestAReplyThatIsNoStreamIsTimed(t *testing.T) {
	bubble(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		time.Sleep(30 * ms)
		_, _ = w.Write([]byte(`{"choices":[{"text":"a b c","finish_reason":"length"}],`))
		_ = http.NewResponseController(w).Flush()
		time.Sleep(30 * ms)
		_, _ = w.Write([]byte(`"usage":{"prompt_tokens":7,"completion_tokens":3}}`))
	}, func(t *testing.T, c *Client) {
		got, err := c.Do(t.Context(), []byte("{}"), false, time.Time{})
		require.NoError(t, err)
		assert.Equal(t, Reply{Latency: 60 * ms, Normalized: 20 * ms, HasUsage: true, PromptTokens: 7, OutputTokens: 3, Texts: 1}, got)
	})
}

func TestAServerThatHangsIsLeftInTime(t *testing.T) {
	for name, pieces := range map[string][]piece{
		"before the first event": {{0, ": hello\n\n"}, {time.Hour, ""}},
		"in the middle":          {{10 * ms, textOf("a")}, {time.Hour, ""}},
	} {
		bubble(t, sends(pieces...), func(t *testing.T, c *Client) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			began := time.Now()
			_, err := c.Do(ctx, []byte("{}"), true, time.Time{})
			var f *Fault
			require.ErrorAs(t, err, &f, name)
			assert.Equal(t, Timeout, f.Kind)
			assert.Equal(t, time.Second, time.Since(began))
		})
	}
	bubble(t, sends(piece{time.Hour, ""}), func(t *testing.T, c *Client) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := c.Do(ctx, []byte("{}"), true, time.Time{})
		assert.EqualError(t, err, "cancelled: given up while it was under way")
	})
}
