package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/openai"
	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/server"
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
