package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkOverhead sends requests through the gateway and through a bare httputil.ReverseProxy with the same transport settings,
// one of each in turn and in random order, to the same replica. overhead-percent is what the median through the gateway is above
// the other.
//
//	go test -run '^$' -bench Overhead ./internal/gateway
func BenchmarkOverhead(b *testing.B) {
	for _, kind := range []struct {
		name          string
		events        int
		prompt, chunk int // bytes
	}{
		{"kind=plain/prompt-bytes=1000", 0, 1000, 0},
		{"kind=stream/prompt-bytes=1000", 20, 1000, 0},
		{"kind=plain/prompt-bytes=220000", 0, 220_000, 0},
	} {
		b.Run(kind.name, func(b *testing.B) {
			replica := startFake(b)
			replica.events = kind.events
			target, err := url.Parse(replica.url)
			require.NoError(b, err)

			g, err := New(Config{Replicas: []string{replica.url}})
			require.NoError(b, err)
			defer g.Close()
			require.NoError(b, g.Ready(b.Context()))
			bare := &httputil.ReverseProxy{
				Rewrite:       func(p *httputil.ProxyRequest) { p.SetURL(target); p.SetXForwarded() },
				FlushInterval: -1,
				BufferPool:    &buffers{},
				Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 1024},
			}
			body := fmt.Appendf(nil, `{"model":"base","prompt":"%s","stream":%t}`, strings.Repeat("p", kind.prompt), kind.events > 0)
			sides := [2]*side{newSide(b, bare, body), newSide(b, g, body)}
			for range 50 { // connections, pools
				sides[0].request(b)
				sides[1].request(b)
			}
			sides[0].times, sides[1].times = nil, nil
			for b.Loop() {
				first := rand.IntN(2)
				sides[first].request(b)
				sides[1-first].request(b)
			}
			baseline, candidate := median(sides[0].times), median(sides[1].times)
			b.ReportMetric(float64(baseline), "bare-p50-ns")
			b.ReportMetric(float64(candidate), "gateway-p50-ns")
			b.ReportMetric((float64(candidate)/float64(baseline)-1)*100, "overhead-percent")
			b.ReportMetric(0, "ns/op") // of both together says nothing
		})
	}
}

// side is a proxy, and a client of it.
type side struct {
	url    string
	client *http.Client
	body   []byte
	times  []time.Duration
}

func newSide(b *testing.B, h http.Handler, body []byte) *side {
	server := httptest.NewServer(h)
	transport := &http.Transport{}
	b.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return &side{url: server.URL + "/v1/completions", client: &http.Client{Transport: transport}, body: body}
}

func (s *side) request(b *testing.B) {
	began := time.Now()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.url, bytes.NewReader(s.body))
	if err != nil {
		b.Fatal(err)
	}
	response, err := s.client.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	n, err := io.Copy(io.Discard, response.Body)
	if err != nil || n == 0 || response.StatusCode != http.StatusOK {
		b.Fatal(response.Status, n, err)
	}
	if err := response.Body.Close(); err != nil {
		b.Fatal(err)
	}
	s.times = append(s.times, time.Since(began))
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// BenchmarkNext is what choosing a replica costs a request, with every lock and count, in the guide's second case: an adapter
// of 15, at 10 replicas.
func BenchmarkNext(b *testing.B) {
	const replicas, adapters = 10, 15
	config := Config{}
	for i := range replicas {
		config.Replicas = append(config.Replicas, fmt.Sprintf("http://replica-%d", i))
	}
	config.dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("nothing is there") }
	g, err := New(config)
	require.NoError(b, err)
	g.Close() // nothing but this benchmark moves it
	for i, r := range g.replicas {
		r.up = true
		models := []card{{id: "base"}}
		l := load{waiting: i, kv: 0.5, maxLoRA: 3, adapters: map[string]bool{}}
		for j := range adapters {
			name := fmt.Sprintf("adapter-%d", j)
			models = append(models, card{id: name, adapter: true})
			if j%replicas == i {
				l.adapters[name] = true
			}
		}
		r.setModels(models)
		r.beginScrape()
		r.endScrape(l, time.Now().Add(time.Hour))
	}
	for i := 0; b.Loop(); i++ {
		t := trip{model: g.replicas[0].models[1+i%adapters].id}
		h, err := g.next(&t)
		if err != nil {
			b.Fatal(err)
		}
		g.end(h)
	}
}
