package gateway

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bubble is a gateway in front of replicas in a synctest bubble.
type bubble struct {
	t       *testing.T
	g       *Gateway
	network *network
	fakes   []*fake
	client  *http.Client
	close   []func()
}

// inBubble runs a test with n replicas.
func inBubble(t *testing.T, n int, config Config, test func(*testing.T, *bubble)) {
	synctest.Test(t, func(t *testing.T) {
		b := &bubble{t: t, network: &network{listeners: map[string]*pipeListener{}}}
		defer func() {
			for i := range b.close {
				b.close[len(b.close)-1-i]()
			}
		}()
		for i := range n {
			f := newFake()
			b.fakes = append(b.fakes, f)
			config.Replicas = append(config.Replicas, fmt.Sprintf("http://replica-%d", i))
			b.serve(fmt.Sprintf("replica-%d:80", i), &http.Server{Handler: f})
		}
		config.dial = b.network.dial
		g, err := New(config)
		require.NoError(t, err)
		b.g = g
		b.close = append(b.close, g.Close)
		b.serve("gateway:80", g.Server())
		transport := &http.Transport{DialContext: b.network.dial}
		b.close = append(b.close, transport.CloseIdleConnections)
		b.client = &http.Client{Transport: transport}
		require.NoError(t, g.Ready(t.Context()))
		test(t, b)
	})
}

func (b *bubble) serve(address string, server *http.Server) {
	l := b.network.listen(address)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	b.close = append(b.close, func() {
		assert.NoError(b.t, server.Close())
		assert.ErrorIs(b.t, <-served, http.ErrServerClosed)
	})
}

// post sends a request on a connection that stays, and returns the status.
func (b *bubble) post(model string) int {
	b.t.Helper()
	response, err := b.client.Post("http://gateway/v1/completions", "application/json",
		strings.NewReader(fmt.Sprintf(`{"model":%q}`, model)))
	require.NoError(b.t, err)
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(b.t, err)
	require.NoError(b.t, response.Body.Close())
	return response.StatusCode
}

// hang makes a replica take requests and answer none; the result ends that.
func (f *fake) hang(paths ...string) (release func()) {
	held := make(chan struct{})
	f.set(func(f *fake) {
		f.hold = func(path string) {
			for _, p := range paths {
				if p == path {
					<-held
				}
			}
		}
	})
	return func() {
		f.set(func(f *fake) { f.hold = nil })
		close(held)
	}
}

func TestAReplicaThatHangsIsRoutedAroundWithinASecond(t *testing.T) {
	inBubble(t, 2, Config{}, func(t *testing.T, b *bubble) {
		release := b.fakes[0].hang("/health", "/metrics", "/v1/models")
		began := time.Now()
		require.NoError(t, b.g.await(t.Context(), func() bool { return !b.g.replicas[0].up }))
		assert.LessOrEqual(t, time.Since(began), time.Second)
		before := counts(b.fakes)
		for range 20 {
			require.Equal(t, 200, b.post("base"))
		}
		assert.Equal(t, []int{before[0], before[1] + 20}, counts(b.fakes))

		release()
		began = time.Now()
		require.NoError(t, b.g.await(t.Context(), func() bool { return b.g.replicas[0].up }))
		assert.LessOrEqual(t, time.Since(began), time.Second)
		time.Sleep(time.Second)
		for range 20 {
			require.Equal(t, 200, b.post("base"))
		}
		assert.Greater(t, counts(b.fakes)[0], before[0], "it is used again")
	})
}

func TestMetricsThatNoLongerComeStopCounting(t *testing.T) {
	config := Config{Models: map[string]Criticality{"adapter-1": Sheddable}}
	inBubble(t, 2, config, func(t *testing.T, b *bubble) {
		releases := []func(){b.fakes[0].hang("/metrics"), b.fakes[1].hang("/metrics")}
		time.Sleep(time.Second)
		assert.Equal(t, 200, b.post("adapter-1"), "not yet old")
		time.Sleep(2 * time.Second)
		assert.Equal(t, 429, b.post("adapter-1"), "nothing is known any more")
		assert.Equal(t, 200, b.post("base"))
		before := counts(b.fakes)
		releases[1]()
		time.Sleep(time.Second)
		for range 10 {
			assert.Equal(t, 200, b.post("adapter-1"))
		}
		assert.Equal(t, []int{before[0], before[1] + 10}, counts(b.fakes), "only of one is something known")
		releases[0]()
	})
}

// rare is for tests of hours, in which many looks at replicas would cost real time.
var rare = Config{ScrapeInterval: time.Minute, HealthInterval: time.Minute, StaleAfter: time.Hour}

func TestTheTimeToTakeAnAnswerIsNotThatToSendTheNextRequest(t *testing.T) {
	inBubble(t, 1, rare, func(t *testing.T, b *bubble) {
		for range 3 { // on one connection
			require.Equal(t, 200, b.post("base"))
			time.Sleep(time.Minute) // longer than HeaderTimeout, BodyTimeout and ReadTimeout
			response, err := b.client.Get("http://gateway/health")
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			time.Sleep(time.Minute)
		}
	})
}

func TestALongStreamOutlivesEveryTimeout(t *testing.T) {
	inBubble(t, 1, rare, func(t *testing.T, b *bubble) {
		b.fakes[0].serve = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for range 20 {
				event(w, "{}")
				time.Sleep(time.Minute)
			}
			event(w, "[DONE]")
		}
		assert.Equal(t, 200, b.post("base"))
	})
}

func TestReadyWaitsForAReplica(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{listeners: map[string]*pipeListener{}}
		g, err := New(Config{Replicas: []string{"http://replica"}, dial: n.dial})
		require.NoError(t, err)
		defer g.Close()
		ready := make(chan error)
		go func() { ready <- g.Ready(t.Context()) }()
		time.Sleep(time.Minute)
		synctest.Wait()
		select {
		case <-ready:
			t.Fatal("ready without a replica")
		default:
		}
		server := &http.Server{Handler: newFake()}
		served := make(chan error)
		go func() { served <- server.Serve(n.listen("replica:80")) }()
		require.NoError(t, <-ready)
		require.NoError(t, server.Close())
		<-served
	})
}

func TestAClientThatIsGoneIsGoneForTheReplicaToo(t *testing.T) {
	for name, begin := range map[string]bool{"before the first byte": false, "in mid-stream": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, 2, quiet, func(t *testing.T, b *bubble) {
				cancelled := make(chan struct{})
				for _, f := range b.fakes {
					f.serve = func(w http.ResponseWriter, r *http.Request) {
						if begin {
							w.Header().Set("Content-Type", "text/event-stream")
							event(w, "one")
						}
						<-r.Context().Done()
						close(cancelled)
					}
				}
				ctx, cancel := context.WithCancel(t.Context())
				request, err := http.NewRequestWithContext(ctx, "POST", "http://gateway/v1/completions", strings.NewReader(`{"model":"base"}`))
				require.NoError(t, err)
				ended := make(chan error, 1)
				go func() {
					response, err := b.client.Do(request)
					if err == nil {
						_, err = io.Copy(io.Discard, response.Body)
						response.Body.Close()
					}
					ended <- err
				}()
				synctest.Wait()
				cancel()
				assert.ErrorIs(t, <-ended, context.Canceled)
				<-cancelled
				synctest.Wait()
				n := counts(b.fakes)
				assert.Equal(t, 1, n[0]+n[1], "and not sent again")
				for i, r := range b.g.replicas {
					assert.True(t, r.up, "nor is the replica to blame")
					assert.Zero(t, r.inFlight)
					assert.Zero(t, counted(t, b.g.meters.broken.WithLabelValues(r.address)))
					assert.Equal(t, 1, b.fakes[i].looks, "nor is there a reason to look at its health")
				}
			})
		})
	}
}

func TestALookThatBeganBeforeAFailureDoesNotExcuseIt(t *testing.T) {
	config := quiet
	config.HealthInterval = time.Minute
	inBubble(t, 1, config, func(t *testing.T, b *bubble) {
		looks := make(chan struct{})
		b.fakes[0].set(func(f *fake) {
			f.hold = func(path string) {
				if path == "/health" {
					<-looks
				}
			}
		})
		b.fakes[0].serve = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
		time.Sleep(time.Minute)
		synctest.Wait() // a look is under way
		assert.Equal(t, 503, b.post("base"))
		looks <- struct{}{} // and finds it well
		synctest.Wait()
		assert.False(t, b.g.replicas[0].up, "as of before")
		looks <- struct{}{} // so does the next
		synctest.Wait()
		assert.True(t, b.g.replicas[0].up)
		close(looks)
	})
}
