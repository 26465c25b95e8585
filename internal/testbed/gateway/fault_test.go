package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// quiet lets nothing but requests find out what became of a replica.
var quiet = Config{HealthInterval: time.Hour, ScrapeInterval: time.Hour - 1, StaleAfter: time.Hour}

func TestARequestIsSentAgainOnlyIfNoReplicaBeganIt(t *testing.T) {
	refuse := func(status int) func(*fake) {
		return func(f *fake) { f.serve = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) } }
	}
	for name, row := range map[string]struct {
		both   func(*fake)
		status int
		sent   int // to both replicas together, by their own count
	}{
		"busy":                {refuse(429), 429, 2},
		"draining":            {refuse(503), 503, 2},
		"an error of its own": {refuse(500), 500, 1},
		"a bad request":       {refuse(400), 400, 1},
		"an unknown adapter":  {refuse(404), 404, 1},
		"it breaks off unanswered": {
			func(f *fake) { f.serve = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) } }, 502, 1,
		},
		"it switches protocols": {refuse(101), 502, 1},
		"nothing listens":       {func(f *fake) { f.server.Listener.Close() }, 503, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 2, quiet)
			r.disconnect(t)
			for _, f := range r.fakes {
				row.both(f)
			}
			response, _ := r.post("base")
			assert.Equal(t, row.status, response.StatusCode)
			n := counts(r.fakes)
			assert.Equal(t, row.sent, n[0]+n[1])
			assert.Equal(t, row.status == 429 || row.sent == 0, response.Header.Get("Retry-After") != "")
			require.NoError(t, r.idle(), "nothing is left in flight")
		})
	}
}

func TestWhatOneReplicaRefusesAnotherDoes(t *testing.T) {
	for name, spoil := range map[string]func(*fake){
		"nothing listens": func(f *fake) { f.server.Listener.Close() },
		"draining": func(f *fake) {
			f.serve = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
			f.set(func(f *fake) { f.health = 503 })
		},
		"busy": func(f *fake) { f.serve = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) } },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 2, quiet)
			r.disconnect(t)
			spoil(r.fakes[0])
			body := `{"prompt":"` + strings.Repeat("p", 300_000) + `","model":"base"}`
			for range 10 {
				response, got := r.send("POST", "/v1/chat/completions", body)
				require.Equal(t, 200, response.StatusCode)
				require.Contains(t, got, "hello")
			}
			assert.Equal(t, 10, r.fakes[1].requests())
			for _, got := range r.fakes[1].got {
				require.Equal(t, body, got, "the whole body, again")
			}
			assert.LessOrEqual(t, r.fakes[0].requests(), 1, "known since")
			assert.Equal(t, 1.0, counted(t, r.g.meters.retries.WithLabelValues(r.fakes[0].url)))
		})
	}
}

func TestACriticalRequestIsSentToEveryReplica(t *testing.T) {
	config := quiet
	config.Models = map[string]Criticality{"adapter-0": Critical}
	const n = 6
	busy := func(_ int, f *fake) { f.serve = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) } }
	for _, row := range []struct {
		model string
		sent  int
	}{{"base", 3}, {"adapter-0", n}} {
		r := newRig(t, n, config, busy)
		response, _ := r.post(row.model)
		assert.Equal(t, 429, response.StatusCode)
		assert.Equal(t, "1", response.Header.Get("Retry-After"))
		sum := 0
		for _, sent := range counts(r.fakes) {
			sum += sent
			assert.LessOrEqual(t, sent, 1)
		}
		assert.Equal(t, row.sent, sum, row.model)
	}
	config.Retries = -1
	r := newRig(t, 2, config, busy)
	r.post("base")
	assert.Equal(t, 1, r.fakes[0].requests()+r.fakes[1].requests(), "no retries")
}

func TestAllReplicasDown(t *testing.T) {
	r := newRig(t, 2, Config{HealthInterval: time.Millisecond})
	for _, f := range r.fakes {
		f.kill()
	}
	require.NoError(t, r.g.await(t.Context(), func() bool { return !r.g.anyUp() }))
	for _, model := range []string{"base", "adapter-0", "unknown"} { // of which nobody can say that it is
		response, body := r.post(model)
		assert.Equal(t, 503, response.StatusCode)
		assert.Contains(t, refusal(t, body).Message, "no replica is up")
		assert.Equal(t, "1", response.Header.Get("Retry-After"))
	}
}

func TestAGatewayMayStartBeforeItsReplicas(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	g, err := New(Config{Replicas: []string{"http://" + address}, HealthInterval: time.Millisecond})
	require.NoError(t, err)
	defer g.Close()
	require.NoError(t, g.await(t.Context(), func() bool { return g.replicas[0].looked }))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = g.Ready(ctx)
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, "gateway: http://"+address+" is down: ")
	assert.ErrorContains(t, err, "connection refused")

	l, err = net.Listen("tcp", address)
	require.NoError(t, err)
	server := &http.Server{Handler: newFake()}
	go server.Serve(l) // ends with Close
	defer server.Close()
	require.NoError(t, g.Ready(t.Context()))
}

func TestNothingIsLostWhenAReplicaDiesUnderLoad(t *testing.T) {
	const clients, each = 8, 20
	r := newRig(t, 3, Config{}, func(_ int, f *fake) { f.events = 5 })
	var wait sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[string]int{}
	half := make(chan struct{})
	var once sync.Once
	for range clients {
		wait.Go(func() {
			for i := range each {
				if i == each/2 {
					once.Do(func() { close(half) })
				}
				outcome := r.outcome()
				mu.Lock()
				outcomes[outcome]++
				mu.Unlock()
			}
		})
	}
	<-half
	r.fakes[1].kill()
	wait.Wait()
	total := 0
	for outcome, n := range outcomes {
		total += n
		assert.Contains(t, []string{"done", "error event", "502", "503"}, outcome)
	}
	assert.Equal(t, clients*each, total, "every request ends in words")
	assert.GreaterOrEqual(t, outcomes["done"], total-clients, "and only what was there when it died is lost: %v", outcomes)
	require.NoError(t, r.idle())
}

// outcome is how one stream ended for the client.
func (r *rig) outcome() string {
	response, err := client.Post(r.url+"/v1/completions", "application/json", strings.NewReader(`{"model":"base"}`))
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	switch {
	case response.StatusCode != 200:
		return fmt.Sprint(response.StatusCode)
	case err != nil:
		return err.Error()
	case strings.Contains(string(body), `data: {"error"`):
		return "error event"
	case strings.HasSuffix(string(body), "data: [DONE]\n\n"):
		return "done"
	}
	return "cut: " + string(body)
}

func TestUnsent(t *testing.T) {
	assert.True(t, unsent(&net.OpError{Op: "dial", Err: errors.New("refused")}))
	assert.True(t, unsent(fmt.Errorf("around: %w", &net.OpError{Op: "dial", Err: errors.New("refused")})))
	assert.False(t, unsent(&net.OpError{Op: "read", Err: errors.New("reset")}))
	assert.False(t, unsent(io.ErrUnexpectedEOF))
}
