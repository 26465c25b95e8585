package gateway

import (
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"sync"
	"time"
)

// Gateway is an http.Handler in front of replicas: POST /v1/completions and /v1/chat/completions, GET /v1/models, /health and
// /metrics. It may be used by many goroutines at once. Make one with New.
type Gateway struct {
	config    Config
	transport *http.Transport
	proxy     *httputil.ReverseProxy
	meters    *meters
	bodies    sync.Pool // of *body
	stop      context.CancelFunc
	watchers  sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // closed, and replaced, when something becomes known of a replica, or the last request to it ends
	waiters  int           // of changed
	replicas []*replica
	chance   *rand.Rand
	serves   []bool // of the pick that is being made: which replicas may have the model
	views    []view
	scratch  []int
}

// New makes a gateway and begins to watch its replicas, which need not be there yet. Close ends it.
func New(config Config) (*Gateway, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	dial := config.dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: config.DialTimeout}).DialContext
	}
	g := &Gateway{
		config:  config,
		changed: make(chan struct{}),
		chance:  rand.New(rand.NewPCG(config.Seed, 0)),
		transport: &http.Transport{
			DialContext:         dial,
			DisableCompression:  true, // answers pass as they are
			MaxIdleConnsPerHost: 1024, // a burst must not cost new connections: vLLM runs 256 or more requests at one time
			IdleConnTimeout:     90 * time.Second,
			TLSHandshakeTimeout: config.DialTimeout,
		},
	}
	g.proxy = &httputil.ReverseProxy{
		Rewrite:       g.rewrite,
		Transport:     g,
		FlushInterval: -1, // every byte goes on as it comes
		BufferPool:    &buffers{},
		ErrorHandler:  g.answerError,
		ErrorLog:      log.New(io.Discard, "", 0), // what goes wrong is counted, and told to the client
	}
	for _, address := range config.Replicas {
		u, err := base(address)
		if err != nil {
			return nil, err
		}
		g.replicas = append(g.replicas, newReplica(u.String(), u))
	}
	g.meters = newMeters(g)
	ctx, stop := context.WithCancel(context.Background())
	g.stop = stop
	for _, r := range g.replicas {
		g.watchers.Go(func() { g.watch(ctx, r) })
		g.watchers.Go(func() { g.scrape(ctx, r) })
	}
	return g, nil
}

// Close stops watching the replicas and waits until nothing does. Requests that are being served go on; new ones find no replica
// once the last known ones fail. Close after the server.
func (g *Gateway) Close() {
	g.stop()
	g.watchers.Wait()
	g.transport.CloseIdleConnections()
}

// Ready waits until every replica's health has been looked at, one at least is up, and those that are have been asked for metrics
// and models. The error is that of ctx, with what is known of the replicas.
func (g *Gateway) Ready(ctx context.Context) error {
	err := g.await(ctx, func() bool {
		up := 0
		for _, r := range g.replicas {
			if !r.looked || r.up && !r.tried {
				return false
			}
			if r.up {
				up++
			}
		}
		return up > 0
	})
	if err == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range g.replicas {
		if !r.up {
			err = fmt.Errorf("gateway: %s is down: %s: %w", r.address, r.reason, err)
		}
	}
	return err
}

// await waits until condition, called with the mutex held, is true.
func (g *Gateway) await(ctx context.Context, condition func() bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiters++
	defer func() { g.waiters-- }()
	for !condition() {
		changed := g.changed
		g.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
		g.mu.Lock()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// update changes what is known of a replica.
func (g *Gateway) update(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
	g.tell()
}

// anyUp tells whether a replica is up. The mutex is held.
func (g *Gateway) anyUp() bool {
	return slices.ContainsFunc(g.replicas, func(r *replica) bool { return r.up })
}

// tell wakes those that wait for a change. The mutex is held.
func (g *Gateway) tell() {
	close(g.changed)
	g.changed = make(chan struct{})
}

// buffers are what answers are copied through.
type buffers struct{ pool sync.Pool }

const bufferSize = 32 << 10

func (b *buffers) Get() []byte {
	if kept, ok := b.pool.Get().(*[bufferSize]byte); ok {
		return kept[:]
	}
	return make([]byte, bufferSize)
}

func (b *buffers) Put(buffer []byte) { b.pool.Put((*[bufferSize]byte)(buffer)) }
