package serving

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatIsAbsentIsNot0(t *testing.T) {
	before := readSums(t, "n_total 5\nonly_before 1\nback_total 7\nh_sum 1\nh_count 2\nidle_sum 3\nidle_count 3\n")
	after := readSums(t, "n_total 15\nonly_after 1\nback_total 6\nh_sum 2\nh_count 6\nidle_sum 3\nidle_count 3\n")
	for _, c := range []struct {
		name    string
		counter counter
		want    float64
		ok      bool
	}{
		{"a counter", counter{"n", []string{"n_total"}, nil, 1}, 10, true},
		{"a rate", counter{"n/s", []string{"n_total"}, nil, 1}, 5, true},
		{"a mean", seconds("mean-h-ns", "h", ""), 0.25e9, true},
		{"gone after", counter{"n", []string{"only_before"}, nil, 1}, 0, false},
		{"new after", counter{"n", []string{"only_after"}, nil, 1}, 0, false},
		{"set back by a new server", counter{"n", []string{"back_total"}, nil, 1}, 0, false},
		{"a mean of nothing", seconds("mean-h-ns", "idle", ""), 0, false},
		{"unknown", counter{"n", []string{"x"}, nil, 1}, 0, false},
	} {
		value, ok := c.counter.between(before, after, 2*time.Second)
		assert.Equal(t, c.ok, ok, c.name)
		if c.ok {
			assert.InDelta(t, c.want, value, 1e-9*c.want, c.name)
		}
	}
}

func TestAScrapeIsOfAllServersOrNone(t *testing.T) {
	one := httptest.NewServer(replies(200, "text/plain", "n_total 5\n"))
	defer one.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	assert.Equal(t, sums{"n_total": 10}, scrape(Target{Metrics: []string{one.URL, one.URL}}).values)
	assert.ErrorContains(t, scrape(Target{Metrics: []string{one.URL, gone.URL}}).err, "status 404")
	assert.ErrorIs(t, scrape(Target{}).err, errNoPages)
}

// The excerpts are of pages as the servers print them, before and after two requests of 100 prompt tokens and 10 output tokens.
func TestServersAreReadByTheirOwnNames(t *testing.T) {
	for _, c := range []struct {
		server, before, after string
		want                  map[string]float64
	}{
		{"vLLM", `# HELP vllm:request_queue_time_seconds Histogram of time spent in WAITING phase for request.
# TYPE vllm:request_queue_time_seconds histogram
vllm:request_queue_time_seconds_bucket{engine="0",le="0.3",model_name="m"} 4.0
vllm:request_queue_time_seconds_count{engine="0",model_name="m"} 4.0
vllm:request_queue_time_seconds_sum{engine="0",model_name="m"} 0.5
vllm:request_prefill_time_seconds_count{engine="0",model_name="m"} 4.0
vllm:request_prefill_time_seconds_sum{engine="0",model_name="m"} 1.0
vllm:request_decode_time_seconds_count{engine="0",model_name="m"} 4.0
vllm:request_decode_time_seconds_sum{engine="0",model_name="m"} 2.0
vllm:prefix_cache_queries_total{engine="0",model_name="m"} 1000.0
vllm:prefix_cache_hits_total{engine="0",model_name="m"} 500.0
vllm:prompt_tokens_total{engine="0",model_name="m"} 1000.0
vllm:generation_tokens_total{engine="0",model_name="m"} 100.0
vllm:num_preemptions_total{engine="0",model_name="m"} 0.0
`, `vllm:request_queue_time_seconds_count{engine="0",model_name="m"} 6.0
vllm:request_queue_time_seconds_sum{engine="0",model_name="m"} 0.75
vllm:request_prefill_time_seconds_count{engine="0",model_name="m"} 6.0
vllm:request_prefill_time_seconds_sum{engine="0",model_name="m"} 1.5
vllm:request_decode_time_seconds_count{engine="0",model_name="m"} 6.0
vllm:request_decode_time_seconds_sum{engine="0",model_name="m"} 4.0
vllm:prefix_cache_queries_total{engine="0",model_name="m"} 1200.0
vllm:prefix_cache_hits_total{engine="0",model_name="m"} 650.0
vllm:prompt_tokens_total{engine="0",model_name="m"} 1200.0
vllm:generation_tokens_total{engine="0",model_name="m"} 120.0
vllm:num_preemptions_total{engine="0",model_name="m"} 3.0
`, map[string]float64{
			"server-queue-ns": 125e6, "server-prefill-ns": 250e6, "server-decode-ns": 1e9, "server-cached-percent": 75,
			"server-input-tok/s": 100, "server-output-tok/s": 10, "server-preemptions": 3,
		}},
		{"SGLang", `sglang:queue_time_seconds_sum{engine_type="unified",model_name="m"} 1.0
sglang:queue_time_seconds_count{engine_type="unified",model_name="m"} 10.0
sglang:per_stage_req_latency_seconds_sum{model_name="m",stage="prefill_forward"} 1.0
sglang:per_stage_req_latency_seconds_count{model_name="m",stage="prefill_forward"} 10.0
sglang:per_stage_req_latency_seconds_sum{model_name="m",stage="request_process"} 7.0
sglang:per_stage_req_latency_seconds_count{model_name="m",stage="request_process"} 10.0
sglang:inter_token_latency_seconds_sum{model_name="m"} 1.0
sglang:inter_token_latency_seconds_count{model_name="m"} 100.0
sglang:prompt_tokens_total{model_name="m"} 8.0e+03
sglang:cached_tokens_total{cache_source="device",model_name="m"} 100.0
sglang:generation_tokens_total{model_name="m"} 100.0
`, `sglang:queue_time_seconds_sum{engine_type="unified",model_name="m"} 1.5
sglang:queue_time_seconds_count{engine_type="unified",model_name="m"} 12.0
sglang:per_stage_req_latency_seconds_sum{model_name="m",stage="prefill_forward"} 1.25
sglang:per_stage_req_latency_seconds_count{model_name="m",stage="prefill_forward"} 12.0
sglang:per_stage_req_latency_seconds_sum{model_name="m",stage="request_process"} 9.0
sglang:per_stage_req_latency_seconds_count{model_name="m",stage="request_process"} 12.0
sglang:inter_token_latency_seconds_sum{model_name="m"} 2.0
sglang:inter_token_latency_seconds_count{model_name="m"} 120.0
sglang:prompt_tokens_total{model_name="m"} 8.2e+03
sglang:cached_tokens_total{cache_source="device",model_name="m"} 150.0
sglang:generation_tokens_total{model_name="m"} 120.0
`, map[string]float64{
			"server-queue-ns": 250e6, "server-prefill-ns": 125e6, "server-decode-ns/tok": 50e6, "server-cached-percent": 25,
			"server-input-tok/s": 100, "server-output-tok/s": 10,
		}},
		{"llama.cpp", `# HELP llamacpp:prompt_tokens_total Number of prompt tokens processed.
# TYPE llamacpp:prompt_tokens_total counter
llamacpp:prompt_tokens_total 1000
llamacpp:prompt_tokens_cached_total 0
llamacpp:prompt_seconds_total 4
llamacpp:tokens_predicted_total 40
llamacpp:tokens_predicted_seconds_total 2
llamacpp:n_busy_slots_per_decode 1.5
`, `llamacpp:prompt_tokens_total 1050
llamacpp:prompt_tokens_cached_total 150
llamacpp:prompt_seconds_total 4.5
llamacpp:tokens_predicted_total 60
llamacpp:tokens_predicted_seconds_total 3
llamacpp:n_busy_slots_per_decode 1.25
`, map[string]float64{
			"server-prefill-ns/tok": 10e6, "server-decode-ns/tok": 50e6, "server-cached-percent": 75, "server-input-tok/s": 25,
			"server-output-tok/s": 10,
		}},
		{"TGI", `# TYPE tgi_request_queue_duration histogram
tgi_request_queue_duration_bucket{le="+Inf"} 10
tgi_request_queue_duration_sum 1
tgi_request_queue_duration_count 10
tgi_batch_inference_duration_sum{method="prefill"} 1
tgi_batch_inference_duration_count{method="prefill"} 10
tgi_batch_inference_duration_sum{method="decode"} 30
tgi_batch_inference_duration_count{method="decode"} 100
tgi_request_mean_time_per_token_duration_sum 1
tgi_request_mean_time_per_token_duration_count 10
tgi_request_duration_sum 40
tgi_request_duration_count 10
tgi_request_generated_tokens_sum 100
tgi_request_input_length_sum 1000
`, `tgi_request_queue_duration_bucket{le="+Inf"} 12
tgi_request_queue_duration_sum 1.5
tgi_request_queue_duration_count 12
tgi_batch_inference_duration_sum{method="prefill"} 1.25
tgi_batch_inference_duration_count{method="prefill"} 12
tgi_batch_inference_duration_sum{method="decode"} 33
tgi_batch_inference_duration_count{method="decode"} 110
tgi_request_mean_time_per_token_duration_sum 1.125
tgi_request_mean_time_per_token_duration_count 12
tgi_request_duration_sum 42
tgi_request_duration_count 12
tgi_request_generated_tokens_sum 120
tgi_request_input_length_sum 1200
`, map[string]float64{
			"server-queue-ns": 250e6, "server-prefill-ns": 125e6, "server-decode-ns/tok": 62.5e6, "server-latency-ns": 1e9,
			"server-input-tok/s": 100, "server-output-tok/s": 10,
		}},
		{"another", "go_goroutines 7\n", "go_goroutines 9\n", nil},
	} {
		got := testing.Benchmark(func(b *testing.B) {
			reportServers(b, scraped{values: readSums(t, c.before)}, scraped{values: readSums(t, c.after)}, 2*time.Second)
		}).Extra
		assert.Len(t, got, len(c.want), c.server)
		for unit, want := range c.want {
			assert.InDelta(t, want, got[unit], 1e-6*want, "%s: %s", c.server, unit)
		}
	}
}

func TestAPageOfTheServerItselfGetsItsKey(t *testing.T) {
	t.Setenv("SHOP_KEY", "s3cret-key")
	var got []string
	page := func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Authorization"))
		replies(200, "text/plain", "n_total 5\n")(w, r)
	}
	own, other := httptest.NewServer(http.HandlerFunc(page)), httptest.NewServer(http.HandlerFunc(page))
	defer own.Close()
	defer other.Close()
	pages := []string{metricsPage(own.URL + "/v1"), other.URL}
	require.NoError(t, scrape(Target{URL: own.URL, APIKeyEnv: "SHOP_KEY", Metrics: pages}).err)
	assert.Equal(t, []string{"Bearer s3cret-key", ""}, got)
}
