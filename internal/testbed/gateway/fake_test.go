package gateway

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
)

// fake is a replica on loopback that says of itself what a test wants.
type fake struct {
	url    string
	server *httptest.Server
	events int                                          // of an answer; 0: one JSON object
	serve  func(w http.ResponseWriter, r *http.Request) // instead of answering, if set
	open   atomic.Int64                                 // connections

	mu      sync.Mutex
	hold    func(path string) // before answering, if set
	health  int               // status
	looks   int               // at it
	load    load
	models  string
	got     []string // bodies
	headers []http.Header
}

const baseAndAdapters = `{"object":"list","data":[{"id":"base","object":"model","parent":null,"max_model_len":2048},` +
	`{"id":"adapter-0","object":"model","parent":"base"},{"id":"adapter-1","object":"model","parent":"base"}]}`

func newFake() *fake { return &fake{health: http.StatusOK, models: baseAndAdapters} }

func startFake(t testing.TB) *fake {
	f := newFake()
	f.start(t)
	return f
}

func (f *fake) start(t testing.TB) {
	f.server = httptest.NewUnstartedServer(f)
	f.server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			f.open.Add(1)
		case http.StateClosed, http.StateHijacked:
			f.open.Add(-1)
		}
	}
	f.server.Start()
	f.url = f.server.URL
	t.Cleanup(f.server.Close)
}

// disconnect closes the connections that looking at the replicas has left: one that is not idle yet would serve a request after the
// listener is gone.
func (r *rig) disconnect(t *testing.T) {
	require.Eventually(t, func() bool {
		r.g.transport.CloseIdleConnections()
		open := int64(0)
		for _, f := range r.fakes {
			open += f.open.Load()
		}
		return open == 0
	}, 10*time.Second, time.Millisecond)
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	hold := f.hold
	f.mu.Unlock()
	if hold != nil {
		hold(r.URL.Path)
	}
	switch r.URL.Path {
	case "/health":
		f.mu.Lock()
		defer f.mu.Unlock()
		f.looks++
		w.WriteHeader(f.health)
	case "/metrics":
		f.mu.Lock()
		defer f.mu.Unlock()
		fmt.Fprint(w, page(f.load))
	case "/v1/models":
		f.mu.Lock()
		defer f.mu.Unlock()
		fmt.Fprint(w, f.models)
	default:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		f.mu.Lock()
		f.got = append(f.got, string(body))
		f.headers = append(f.headers, r.Header.Clone())
		f.mu.Unlock()
		if f.serve != nil {
			f.serve(w, r)
			return
		}
		f.answer(w)
	}
}

func (f *fake) answer(w http.ResponseWriter) {
	if f.events == 0 {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"object":"text_completion","choices":[{"text":"hello"}]}`)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	for i := range f.events {
		event(w, fmt.Sprintf(`{"choices":[{"text":"token %d"}]}`, i))
	}
	event(w, "[DONE]")
}

func event(w http.ResponseWriter, data string) {
	fmt.Fprintf(w, "data: %s\n\n", data)
	w.(http.Flusher).Flush()
}

// page is a page of metrics as vLLM writes it, with a few of those that nobody reads.
func page(l load) string {
	var running, waiting []string
	for name, runs := range l.adapters {
		if runs {
			running = append(running, name)
		} else {
			waiting = append(waiting, name)
		}
	}
	return fmt.Sprintf(`# HELP python_gc_objects_collected_total Objects collected during gc
# TYPE python_gc_objects_collected_total counter
python_gc_objects_collected_total{generation="0"} 9321.0
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="base"} %d
# HELP vllm:num_requests_waiting Number of requests waiting to be processed.
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="base"} %d
# TYPE vllm:num_requests_waiting_by_reason gauge
vllm:num_requests_waiting_by_reason{reason="capacity"} 77
# HELP vllm:kv_cache_usage_perc KV-cache usage. 1 means 100 percent usage.
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{engine="0",model_name="base"} %g
# HELP vllm:lora_requests_info Running stats on lora requests.
# TYPE vllm:lora_requests_info gauge
vllm:lora_requests_info{max_lora="%d",running_lora_adapters="%s",waiting_lora_adapters="%s"} 1.7e+09
`, l.running, l.waiting, l.kv, l.maxLoRA, strings.Join(running, ","), strings.Join(waiting, ","))
}

func (f *fake) set(change func(*fake)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// requests is how many for inference have come.
func (f *fake) requests() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.got)
}

// rig is a gateway that serves in front of fakes.
type rig struct {
	t     *testing.T
	g     *Gateway
	url   string
	fakes []*fake
}

// newRig starts n replicas, prepares them, and waits until the gateway knows them.
func newRig(t *testing.T, n int, config Config, prepare ...func(i int, f *fake)) *rig {
	t.Helper()
	r := &rig{t: t}
	for i := range n {
		f := newFake()
		for _, p := range prepare {
			p(i, f)
		}
		f.start(t)
		r.fakes = append(r.fakes, f)
		config.Replicas = append(config.Replicas, f.url)
	}
	g, err := New(config)
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(nil)
	server.Config = g.Server()
	server.Start()
	t.Cleanup(func() { // before the replicas end
		server.Close()
		g.Close()
	})
	r.g, r.url = g, server.URL
	require.NoError(t, g.Ready(t.Context()))
	return r
}

// post sends a request for a model and reads the answer.
func (r *rig) post(model string) (*http.Response, string) {
	r.t.Helper()
	return r.send(http.MethodPost, "/v1/completions", fmt.Sprintf(`{"model":%q,"prompt":"hi"}`, model))
}

func (r *rig) send(method, path, body string) (*http.Response, string) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	require.NoError(r.t, err)
	response, err := client.Do(request)
	require.NoError(r.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(r.t, err)
	return response, string(text)
}

// client keeps no connections that a test for leaks would find.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// set changes what a replica says, and waits until the gateway knows it.
func (r *rig) set(i int, change func(*fake)) {
	r.t.Helper()
	r.fakes[i].set(change)
	began := time.Now()
	require.NoError(r.t, r.g.await(r.t.Context(), func() bool { return r.g.replicas[i].scraped.After(began) }))
}

func counts(fakes []*fake) (n []int) {
	for _, f := range fakes {
		n = append(n, f.requests())
	}
	return n
}

// counted is the value of a counter.
func counted(t *testing.T, c prometheus.Counter) float64 {
	t.Helper()
	var m dto.Metric
	require.NoError(t, c.Write(&m))
	return value(&m)
}

// idle waits until no request is in flight: a client may have its answer before the gateway has put it away.
func (r *rig) idle() error {
	return r.g.await(r.t.Context(), func() bool {
		for _, replica := range r.g.replicas {
			if replica.inFlight != 0 {
				return false
			}
		}
		return true
	})
}
