package serving

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// counter is what servers count, as it grew during a rate: the sum of the series in of, by that of the series in per, or by the
// time where the unit ends in "/s", or by nothing.
type counter struct {
	unit    string // that it is reported under
	of, per []string
	scale   float64
}

// seconds is the mean of a histogram of seconds, in nanoseconds; labels is empty, or one label as in series.
func seconds(unit, histogram, labels string) counter {
	return counter{unit: unit, of: []string{histogram + "_sum" + labels}, per: []string{histogram + "_count" + labels}, scale: 1e9}
}

// counters are those of vLLM by its names of 0.26, SGLang, llama.cpp's server and TGI: of those with one unit the first that is
// there is reported. They are summed over all servers and series.
var counters = []counter{
	{"server-output-tok/s", []string{"vllm:generation_tokens_total"}, nil, 1},
	{"server-output-tok/s", []string{"sglang:generation_tokens_total"}, nil, 1},
	{"server-output-tok/s", []string{"llamacpp:tokens_predicted_total"}, nil, 1},
	{"server-output-tok/s", []string{"tgi_request_generated_tokens_sum"}, nil, 1},
	{"server-input-tok/s", []string{"vllm:prompt_tokens_total"}, nil, 1},
	{"server-input-tok/s", []string{"sglang:prompt_tokens_total"}, nil, 1},
	{"server-input-tok/s", []string{"llamacpp:prompt_tokens_total"}, nil, 1},
	{"server-input-tok/s", []string{"tgi_request_input_length_sum"}, nil, 1},
	{"server-preemptions", []string{"vllm:num_preemptions_total"}, nil, 1},
	{"server-preemptions", []string{"sglang:num_retracted_requests_total"}, nil, 1},

	seconds("server-ttft-ns", "vllm:time_to_first_token_seconds", ""),
	seconds("server-ttft-ns", "sglang:time_to_first_token_seconds", ""),
	seconds("server-latency-ns", "vllm:e2e_request_latency_seconds", ""),
	seconds("server-latency-ns", "sglang:e2e_request_latency_seconds", ""),
	seconds("server-latency-ns", "tgi_request_duration", ""),

	seconds("server-queue-ns", "vllm:request_queue_time_seconds", ""),
	seconds("server-queue-ns", "sglang:queue_time_seconds", ""),
	seconds("server-queue-ns", "tgi_request_queue_duration", ""),
	seconds("server-prefill-ns", "vllm:request_prefill_time_seconds", ""),
	seconds("server-prefill-ns", "sglang:per_stage_req_latency_seconds", "{stage=prefill_forward}"),
	seconds("server-prefill-ns", "tgi_batch_inference_duration", "{method=prefill}"), // of a batch
	seconds("server-decode-ns", "vllm:request_decode_time_seconds", ""),
	{"server-prefill-ns/tok", []string{"llamacpp:prompt_seconds_total"}, []string{"llamacpp:prompt_tokens_total"}, 1e9},
	seconds("server-decode-ns/tok", "sglang:inter_token_latency_seconds", ""),
	{"server-decode-ns/tok", []string{"llamacpp:tokens_predicted_seconds_total"}, []string{"llamacpp:tokens_predicted_total"}, 1e9},
	seconds("server-decode-ns/tok", "tgi_request_mean_time_per_token_duration", ""),
	{"server-cached-percent", []string{"vllm:prefix_cache_hits_total"}, []string{"vllm:prefix_cache_queries_total"}, 100},
	{"server-cached-percent", []string{"sglang:cached_tokens_total"}, []string{"sglang:prompt_tokens_total"}, 100},
	{"server-cached-percent", []string{"llamacpp:prompt_tokens_cached_total"},
		[]string{"llamacpp:prompt_tokens_cached_total", "llamacpp:prompt_tokens_total"}, 100}, // the latter are those not cached
}

const (
	mostPage   = 8 << 20 // bytes; vLLM's has about 100 kB
	scrapeTime = 5 * time.Second
)

var errNoPages = errors.New("the target names no metrics pages")

// metricsPage is where the servers that are named by their address say what they count.
func metricsPage(address string) string {
	return strings.TrimSuffix(strings.TrimSuffix(address, "/"), "/v1") + "/metrics"
}

// scraped is what the servers' metrics said.
type scraped struct {
	values sums
	err    error // why there is none
}

// scrape reads the metrics of all servers behind the target.
func scrape(t Target) scraped {
	if len(t.Metrics) == 0 {
		return scraped{err: errNoPages}
	}
	p := scraped{values: sums{}}
	for _, page := range t.Metrics {
		if err := p.read(t, page); err != nil {
			return scraped{err: fmt.Errorf("%s: %w", page, err)}
		}
	}
	return p
}

// read reads a page. One of the very server that requests go to gets their headers, the API key among them.
func (p scraped) read(t Target, page string) error {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
	if err != nil {
		return err
	}
	if server, err := url.Parse(t.URL); err == nil && server.Scheme == request.URL.Scheme && server.Host == request.URL.Host {
		if request.Header, err = t.header(); err != nil {
			return err
		}
	}
	transport, err := t.transport()
	if err != nil {
		return err
	}
	transport.DisableKeepAlives = true
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // whatever it has to say is of no use
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	text := &io.LimitedReader{R: response.Body, N: mostPage + 1}
	if err := p.values.add(text); err != nil {
		return err
	}
	if text.N == 0 {
		return fmt.Errorf("the page has more than %d MiB: name another in target.metrics", mostPage>>20)
	}
	return nil
}

// reportServers reports what grew between two scrapes. What is absent on either is not reported: it is not 0.
func reportServers(b *testing.B, before, after scraped, took time.Duration) {
	b.Helper()
	if b.Failed() || took <= 0 {
		return
	}
	if err := errors.Join(before.err, after.err); err != nil {
		if !errors.Is(err, errNoPages) {
			b.Logf("serving: no metrics of servers: %v", err)
		}
		return
	}
	var reported []string
	for _, c := range counters {
		if value, ok := c.between(before.values, after.values, took); ok && !slices.Contains(reported, c.unit) {
			b.ReportMetric(value, c.unit)
			reported = append(reported, c.unit)
		}
	}
}

// between is by how much the counter grew. Not ok if a series is absent, has been set back by a server that was started anew,
// or counted nothing to divide by.
func (c counter) between(before, after sums, took time.Duration) (value float64, ok bool) {
	grown := func(names []string) (sum float64, ok bool) {
		for _, name := range names {
			x, was := before[name]
			y, is := after[name]
			if !was || !is || y < x {
				return 0, false
			}
			sum += y - x
		}
		return sum, true
	}
	value, ok = grown(c.of)
	switch {
	case len(c.per) > 0:
		n, counted := grown(c.per)
		return c.scale * value / n, ok && counted && n > 0
	case strings.HasSuffix(c.unit, "/s"):
		value /= took.Seconds()
	}
	return c.scale * value, ok
}
