package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/server"
)

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
