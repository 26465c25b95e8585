package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/engine"
	"github.com/tailgate-go/tailgate/internal/openai"
	"github.com/tailgate-go/tailgate/internal/server"
)

// endless is a stream that goes on for as long as the model allows.
const endless = `{"prompt":"a b c","max_tokens":2000,"stream":true}`

// slow is a device with a token a second.
var slow = engine.Config{Device: engine.Clock{Base: time.Second}}

func TestAClientThatGoesFreesItsBlocks(t *testing.T) {
	for name, body := range map[string]string{
		"from a stream":                        endless,
		"from an answer that is not there yet": `{"prompt":"a b c","max_tokens":2000}`,
	} {
		t.Run(name, func(t *testing.T) {
			device := hold()
			r := start(t, engine.Config{Device: device}, server.Config{})
			t.Cleanup(func() { close(device.steps) })
			ctx, leave := context.WithCancel(t.Context())
			device.let(3)
			went := make(chan error, 1)
			go func() {
				response, err := r.client.Do(r.request(completions, body).WithContext(ctx))
				if err == nil {
					_, err = io.Copy(io.Discard, response.Body)
					err = errors.Join(err, response.Body.Close())
				}
				went <- err
			}()
			require.Eventually(t, func() bool { return r.engine.Stats().GenerationTokens == 3 }, 10*time.Second, time.Millisecond)
			require.NotZero(t, r.engine.Stats().KVBlocks)
			leave()
			assert.ErrorIs(t, <-went, context.Canceled)
			const aborted = `vllm:request_success_total{engine="0",finished_reason="abort",model_name="base"}`
			require.Eventually(t, func() bool { return r.metric(aborted) == 1 }, 10*time.Second, time.Millisecond, "nobody noticed")
			device.let(1) // the step that the device computes
			r.idle()
			assert.Equal(t, uint64(1), r.engine.Stats().Aborted)
		})
	}
}

func TestAClientThatTakesNothingIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, end := startPipes(t, slow, server.Config{Patience: 30 * time.Second})
		defer end()
		response := r.post(completions, endless)
		from := bufio.NewReaderSize(response.Body, 16)
		for range 45 { // a token a second: patience is for each event, not for the stream
			assert.Contains(t, nextEvent(t, from), `"choices"`)
		}
		time.Sleep(26 * time.Second) // the server writes, and nobody reads
		s := r.engine.Stats()
		assert.Equal(t, 1, s.Running, "there is still patience")
		assert.NotZero(t, s.KVBlocks)
		time.Sleep(8 * time.Second) // and the step that runs
		s = r.engine.Stats()
		assert.Equal(t, uint64(1), s.Aborted)
		assert.Zero(t, s.KVBlocks)
		_, err := io.ReadAll(from)
		assert.Error(t, err, "the stream is cut, not ended")
		require.NoError(t, response.Body.Close())
	})
}

func TestAFullQueueIsSaid(t *testing.T) {
	device := hold()
	r := start(t, engine.Config{Device: device, MaxNumSeqs: 1, MaxWaiting: 1}, server.Config{})
	var clients sync.WaitGroup
	ask := func() {
		clients.Go(func() {
			response, err := r.client.Do(r.request(completions, `{"prompt":"x","max_tokens":1}`))
			if assert.NoError(t, err) {
				assert.Equal(t, 200, response.StatusCode)
				assert.NoError(t, response.Body.Close())
			}
		})
	}
	ask()
	require.Eventually(t, func() bool { return r.engine.Stats().Running == 1 }, 10*time.Second, time.Millisecond)
	ask()
	require.Eventually(t, func() bool { return r.engine.Stats().Waiting == 1 }, 10*time.Second, time.Millisecond)
	for _, body := range []string{`{"prompt":"x"}`, `{"prompt":"x","stream":true}`} {
		e := r.error(r.post(completions, body))
		assert.Equal(t, http.StatusTooManyRequests, e.Code)
		assert.Equal(t, "Too Many Requests", e.Type)
		assert.Contains(t, e.Message, "too many requests wait: 1")
	}
	close(device.steps)
	clients.Wait()
	r.idle()
}

func TestADeviceThatFailsIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		one, all error
		health   int
	}{
		"on one request": {one: errors.New("a bit flipped"), health: 200},
		"altogether":     {all: errors.New("it fell off the bus"), health: 503},
	} {
		t.Run(name, func(t *testing.T) {
			device := hold()
			r := start(t, engine.Config{Device: device}, server.Config{})
			close(device.steps)
			device.chunk, device.err = c.one, c.all
			for _, body := range []string{`{"prompt":"x"}`, `{"prompt":"x","stream":true}`} {
				e := r.error(r.post(completions, body))
				if c.one != nil {
					assert.Equal(t, http.StatusInternalServerError, e.Code, "before the first token an error has a status")
					assert.Equal(t, "InternalServerError", e.Type)
					assert.Contains(t, e.Message, "a bit flipped")
				} else {
					assert.Contains(t, []int{500, 503}, e.Code)
					assert.Contains(t, e.Message, "it fell off the bus")
				}
			}
			status, _ := r.get("/health")
			assert.Equal(t, c.health, status)
			assert.NotZero(t, r.metric(`vllm:request_success_total{engine="0",finished_reason="error",model_name="base"}`))
		})
	}
}

// breaks is a device that fails a sequence once it has so many tokens.
type breaks struct {
	engine.Clock
	at int
}

func (b breaks) Run(step *engine.Step) (time.Time, error) {
	end, err := b.Clock.Run(step)
	for i := range step.Chunks {
		if c := &step.Chunks[i]; c.Position+len(c.Tokens) >= b.at {
			c.Err = errors.New("out of memory")
		}
	}
	return end, err
}

func TestAnErrorAfterTheFirstTokenIsAnEvent(t *testing.T) {
	for name, path := range map[string]string{"of a completion": completions, "of a chat": chats} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, end := startPipes(t, engine.Config{Device: breaks{engine.Clock{Base: time.Second}, 20}}, server.Config{})
				defer end()
				events := r.events(path, `{"prompt":"x",`+conversation+`,"max_tokens":50,"stream":true}`)
				require.Greater(t, len(events), 5)
				var e openai.ErrorBody
				require.NoError(t, json.Unmarshal([]byte(events[len(events)-1]), &e), "the last event is the error: no [DONE]")
				assert.Equal(t, 500, e.Error.Code)
				assert.Contains(t, e.Error.Message, "out of memory")
				for _, event := range events[:len(events)-1] {
					assert.NotContains(t, event, `"error"`)
					assert.NotContains(t, event, `"finish_reason":"`)
				}
				assert.Zero(t, r.engine.Stats().KVBlocks)
			})
		})
	}
}

func TestAServerThatDrainsFinishesWhatItHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const load = 20
		r, end := startPipes(t, slow, server.Config{})
		defer end()
		answers := r.load(load) // 20 tokens each
		time.Sleep(3500 * time.Millisecond)
		require.Equal(t, load, r.engine.Stats().Running)
		down := make(chan error, 1)
		go func() { down <- r.server.Shutdown(context.Background()) }()
		synctest.Wait()
		status, _ := r.get("/health")
		assert.Equal(t, 503, status)
		for _, body := range []string{`{"prompt":"x"}`, `{"prompt":"x","stream":true}`} {
			e := r.error(r.post(completions, body))
			assert.Equal(t, 503, e.Code)
			assert.Equal(t, "Service Unavailable", e.Type)
			assert.Contains(t, e.Message, "it drains")
		}
		began := time.Now()
		require.NoError(t, <-down)
		assert.InDelta(t, 16.5, time.Since(began).Seconds(), 1, "it ends with its requests")
		for range load {
			assert.Equal(t, "whole", <-answers)
		}
		_, err := r.client.Get(r.url + "/health")
		assert.Error(t, err, "nobody listens any more")
	})
}

func TestAServerThatMayNotDrainToTheEndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const load = 20
		r, end := startPipes(t, slow, server.Config{})
		defer end()
		answers := r.load(load)
		time.Sleep(3500 * time.Millisecond)
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		began := time.Now()
		assert.ErrorIs(t, r.server.Shutdown(ctx), context.DeadlineExceeded)
		assert.InDelta(t, 2, time.Since(began).Seconds(), 1)
		for range load {
			assert.Equal(t, "error", <-answers, "nothing is lost without an error")
		}
	})
}

// load sends so many requests, every other one for a stream, and tells of each answer whether it is whole, an error, or cut.
func (r *rig) load(n int) <-chan string {
	answers := make(chan string, n)
	for i := range n {
		body := fmt.Sprintf(`{"prompt":"x","max_tokens":20,"seed":%d,"stream":%v}`, i, i%2 == 0)
		go func() {
			response, err := r.client.Do(r.request(completions, body))
			if err != nil {
				answers <- err.Error()
				return
			}
			defer response.Body.Close()
			answer, err := io.ReadAll(response.Body)
			switch text := string(answer); {
			case err != nil:
				answers <- err.Error()
			case strings.Contains(text, `"error":{`):
				answers <- "error"
			case strings.HasSuffix(text, "data: [DONE]\n\n"), strings.Contains(text, `"completion_tokens":20`):
				answers <- "whole"
			default:
				answers <- "cut: " + text
			}
		}()
	}
	return answers
}

func TestAServerThatIsClosedCutsWhatRuns(t *testing.T) {
	device := hold()
	r := start(t, engine.Config{Device: device}, server.Config{})
	device.let(2)
	response := r.post(completions, endless)
	from := bufio.NewReader(response.Body)
	nextEvent(t, from)
	closed := make(chan error, 1)
	go func() { closed <- r.server.Close() }()
	_, err := io.ReadAll(from)
	assert.Error(t, err)
	close(device.steps)
	require.NoError(t, <-closed)
	require.NoError(t, response.Body.Close())
}

// raw is a connection on which a test says what it likes.
func (r *rig) raw() (net.Conn, *bufio.Reader) {
	r.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	require.NoError(r, err)
	r.Cleanup(func() { _ = c.Close() })
	return c, bufio.NewReader(c)
}

func TestTwoRequestsAtOnceOnAConnectionAreAnsweredInOrder(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{})
	c, from := r.raw()
	send := ""
	for _, body := range []string{`{"prompt":"x","max_tokens":3,"stream":true}`, `{"prompt":"x","max_tokens":4}`} {
		send += fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			completions, len(body), body)
	}
	_, err := io.WriteString(c, send)
	require.NoError(t, err)
	first, err := http.ReadResponse(from, nil)
	require.NoError(t, err)
	assert.Len(t, split(t, r.read(first)), 5)
	second, err := http.ReadResponse(from, nil)
	require.NoError(t, err)
	var answer openai.Completion
	require.NoError(t, json.Unmarshal(r.read(second), &answer))
	assert.Equal(t, 4, answer.Usage.CompletionTokens)
}

// net/http takes a client that will send no more for one that is gone. It may still read: what it reads must not look like an answer.
func TestAClientThatClosesItsSideGetsNoEmptyAnswer(t *testing.T) {
	for name, body := range map[string]string{"of a stream": endless, "of a whole": `{"prompt":"x","max_tokens":2000}`} {
		t.Run(name, func(t *testing.T) {
			device := hold()
			r := start(t, engine.Config{Device: device}, server.Config{})
			t.Cleanup(func() { close(device.steps) })
			c, from := r.raw()
			_, err := fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
				completions, len(body), body)
			require.NoError(t, err)
			require.NoError(t, c.(*net.TCPConn).CloseWrite())
			got, err := io.ReadAll(from)
			require.NoError(t, err)
			assert.Empty(t, string(got))
		})
	}
}

func TestWhatIsNoHTTPHarmsNobody(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{})
	for name, c := range map[string]struct{ send, want string }{
		"noise":                         {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "HTTP/1.1 400"},
		"a line break in a header":      {"GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\rb\r\n\r\n", "HTTP/1.1 400"},
		"a header of a hundred KiB":     {"GET /health HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 100<<10) + "\r\n\r\n", "HTTP/1.1 431"},
		"a body that ends early":        {"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{", "HTTP/1.1 400"},
		"a length that is none":         {"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 400"},
		"two lengths":                   {"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 400"},
		"a length beyond all memory":    {"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9223372036854775807\r\n\r\n{", "HTTP/1.1 413"},
		"an expectation of the unknown": {"POST /v1/completions HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 417"},
	} {
		t.Run(name, func(t *testing.T) {
			c1, from := r.in(t).raw()
			_, err := io.WriteString(c1, c.send)
			require.NoError(t, err)
			require.NoError(t, c1.(*net.TCPConn).CloseWrite())
			line, err := from.ReadString('\n')
			require.NoError(t, err)
			assert.Contains(t, line, c.want)
		})
	}
	status, _ := r.get("/health")
	assert.Equal(t, 200, status)
}

func TestAClientThatDoesNotSaySoonWhatItWantsIsLeft(t *testing.T) {
	for name, c := range map[string]struct {
		sent  string
		after time.Duration
	}{
		"a header that does not end": {"POST /v1/completions HTTP/1.1\r\nHost: x\r\n", 10 * time.Second},
		"a body that does not end": {
			"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{", time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := build(t, engine.Config{}, server.Config{})
				l := &pipes{connections: make(chan net.Conn), closed: make(chan struct{})}
				r.server.Serve(l)
				defer func() { require.NoError(t, r.server.Close()) }()
				conn, err := l.dial(t.Context(), "", "")
				require.NoError(t, err)
				began := time.Now()
				_, err = io.WriteString(conn, c.sent)
				require.NoError(t, err)
				_, _ = io.Copy(io.Discard, conn) // an answer or none: it ends
				assert.WithinDuration(t, began.Add(c.after), time.Now(), time.Second)
				require.NoError(t, conn.Close())
			})
		})
	}
}
