package server

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tailgate-go/tailgate/internal/testbed/engine"
)

// Bucket bounds of vLLM 0.26 (vllm/v1/metrics/loggers.py), in seconds, or in tokens.
var (
	firstTokenBuckets = []float64{
		0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
	}
	perTokenBuckets = []float64{0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80}
	requestBuckets  = []float64{0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680}
)

// metrics are what /metrics says: what the engine counts is read when asked for, what a request took is observed when it ends.
type metrics struct {
	registry *prometheus.Registry

	firstToken, interToken, perToken               prometheus.Observer
	whole, queue, prefill, decode, inference       prometheus.Observer
	promptTokens, generationTokens, maxTokensParam prometheus.Observer
	success                                        map[string]prometheus.Counter // by reason
}

// reasons are why a request can be finished, as vLLM's FinishReason writes them.
var reasons = []string{"stop", "length", "abort", "error"}

func newMetrics(e *engine.Engine, model string, maxLen int) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), success: map[string]prometheus.Counter{}}
	labels := prometheus.Labels{"model_name": model, "engine": "0"}
	histogram := func(name, help string, buckets []float64) prometheus.Observer {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "vllm:" + name, Help: help, Buckets: buckets, ConstLabels: labels})
		m.registry.MustRegister(h)
		return h
	}
	m.firstToken = histogram("time_to_first_token_seconds", "Histogram of time to first token in seconds.", firstTokenBuckets)
	m.interToken = histogram("inter_token_latency_seconds", "Histogram of inter-token latency in seconds.", perTokenBuckets)
	m.perToken = histogram("request_time_per_output_token_seconds",
		"Histogram of time_per_output_token_seconds per request.", perTokenBuckets)
	m.whole = histogram("e2e_request_latency_seconds", "Histogram of e2e request latency in seconds.", requestBuckets)
	m.queue = histogram("request_queue_time_seconds", "Histogram of time spent in WAITING phase for request.", requestBuckets)
	m.inference = histogram("request_inference_time_seconds", "Histogram of time spent in RUNNING phase for request.", requestBuckets)
	m.prefill = histogram("request_prefill_time_seconds", "Histogram of time spent in PREFILL phase for request.", requestBuckets)
	m.decode = histogram("request_decode_time_seconds", "Histogram of time spent in DECODE phase for request.", requestBuckets)
	lengths := oneTwoFive(maxLen)
	m.promptTokens = histogram("request_prompt_tokens", "Number of prefill tokens processed.", lengths)
	m.generationTokens = histogram("request_generation_tokens", "Number of generation tokens processed.", lengths)
	m.maxTokensParam = histogram("request_params_max_tokens", "Histogram of the max_tokens request parameter.", lengths)

	success := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "vllm:request_success_total", Help: "Count of successfully processed requests.", ConstLabels: labels,
	}, []string{"finished_reason"})
	m.registry.MustRegister(success, newEngineMetrics(e, labels))
	for _, reason := range reasons {
		m.success[reason] = success.WithLabelValues(reason)
	}
	return m
}

// oneTwoFive is vLLM's build_1_2_5_buckets: 1, 2, 5, 10, ... up to most.
func oneTwoFive(most int) []float64 {
	var buckets []float64
	for power := 1; ; power *= 10 {
		for _, mantissa := range []int{1, 2, 5} {
			if mantissa*power > most {
				return buckets
			}
			buckets = append(buckets, float64(mantissa*power))
		}
	}
}

// handler answers GET /metrics.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// observe counts a request that is over.
func (m *metrics) observe(times engine.Times, reason string, prompt, generated, maxTokens int) {
	m.success[reason].Inc()
	m.promptTokens.Observe(float64(prompt))
	m.generationTokens.Observe(float64(generated))
	m.maxTokensParam.Observe(float64(maxTokens))
	between := func(o prometheus.Observer, from, to time.Time) {
		if !from.IsZero() && !to.IsZero() {
			o.Observe(max(0, to.Sub(from).Seconds()))
		}
	}
	between(m.whole, times.Arrived, times.Done)
	between(m.queue, times.Arrived, times.Scheduled)
	between(m.firstToken, times.Arrived, times.FirstToken)
	between(m.prefill, times.Scheduled, times.FirstToken)
	between(m.inference, times.Scheduled, times.Done)
	between(m.decode, times.FirstToken, times.Done)
	if generated > 1 && !times.Done.IsZero() {
		m.perToken.Observe(max(0, times.Done.Sub(times.FirstToken).Seconds()) / float64(generated-1))
	}
}

// engineMetrics are read from the engine when they are asked for.
type engineMetrics struct {
	engine *engine.Engine
	of     engine.Config

	running, waiting, kv, preemptions, prompt, generation, queries, hits, adapters, cache *prometheus.Desc
}

func newEngineMetrics(e *engine.Engine, labels prometheus.Labels) *engineMetrics {
	desc := func(name, help string) *prometheus.Desc { return prometheus.NewDesc("vllm:"+name, help, nil, labels) }
	return &engineMetrics{
		engine: e, of: e.Config(),
		running:     desc("num_requests_running", "Number of requests in model execution batches."),
		waiting:     desc("num_requests_waiting", "Number of requests waiting to be processed."),
		kv:          desc("kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage."),
		preemptions: desc("num_preemptions_total", "Cumulative number of preemption from the engine."),
		prompt:      desc("prompt_tokens_total", "Number of prefill tokens processed."),
		generation:  desc("generation_tokens_total", "Number of generation tokens processed."),
		queries:     desc("prefix_cache_queries_total", "Prefix cache queries, in terms of number of queried tokens."),
		hits:        desc("prefix_cache_hits_total", "Prefix cache hits, in terms of number of cached tokens."),
		adapters: prometheus.NewDesc("vllm:lora_requests_info", "Running stats on lora requests.",
			[]string{"max_lora", "waiting_lora_adapters", "running_lora_adapters"}, nil),
		cache: prometheus.NewDesc("vllm:cache_config_info", "Information of the LLMEngine CacheConfig",
			[]string{"block_size", "num_gpu_blocks", "enable_prefix_caching", "engine"}, nil),
	}
}

// Describe is of prometheus.Collector.
func (m *engineMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		m.running, m.waiting, m.kv, m.preemptions, m.prompt, m.generation, m.queries, m.hits, m.adapters, m.cache,
	} {
		to <- d
	}
}

// Collect is of prometheus.Collector.
func (m *engineMetrics) Collect(to chan<- prometheus.Metric) {
	s := m.engine.Stats()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	counter := func(d *prometheus.Desc, value float64) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, value)
	}
	gauge(m.running, float64(s.Running))
	gauge(m.waiting, float64(s.Waiting))
	gauge(m.kv, s.KVUsage)
	counter(m.preemptions, float64(s.Preemptions))
	counter(m.prompt, float64(s.PromptTokens))
	counter(m.generation, float64(s.GenerationTokens))
	counter(m.queries, 0) // there is no prefix cache, and vLLM without one says 0
	counter(m.hits, 0)
	gauge(m.cache, 1, strconv.Itoa(m.of.BlockSize), strconv.Itoa(m.of.KVBlocks), "False", "0")
	if len(m.of.Adapters) > 0 {
		gauge(m.adapters, float64(time.Now().UnixMicro())/1e6,
			strconv.Itoa(m.of.MaxLoras), strings.Join(s.WaitingAdapters, ","), strings.Join(s.RunningAdapters, ","))
	}
}
