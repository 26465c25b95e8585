package server_test

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/server"
)

// metric is the value of a line of /metrics that begins so.
func (r *rig) metric(name string) float64 {
	r.Helper()
	status, body := r.get("/metrics")
	require.Equal(r, 200, status)
	for lines := bufio.NewScanner(strings.NewReader(body)); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			v, err := strconv.ParseFloat(value, 64)
			require.NoError(r, err)
			return v
		}
	}
	require.Fail(r, "no such metric", "%s in\n%s", name, body)
	return 0
}

// The families that vLLM 0.26 has and this server can fill.
func TestTheMetricsHaveVLLMsNames(t *testing.T) {
	r := start(t, twoAdapters, server.Config{})
	_, body := r.get("/metrics")
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(body))
	require.NoError(t, err)
	kinds := map[string]string{}
	for name, f := range families {
		kinds[name] = f.GetType().String()
	}
	assert.Equal(t, map[string]string{
		"vllm:num_requests_running":                  "GAUGE",
		"vllm:num_requests_waiting":                  "GAUGE",
		"vllm:kv_cache_usage_perc":                   "GAUGE",
		"vllm:lora_requests_info":                    "GAUGE",
		"vllm:cache_config_info":                     "GAUGE",
		"vllm:num_preemptions_total":                 "COUNTER",
		"vllm:prompt_tokens_total":                   "COUNTER",
		"vllm:generation_tokens_total":               "COUNTER",
		"vllm:prefix_cache_queries_total":            "COUNTER",
		"vllm:prefix_cache_hits_total":               "COUNTER",
		"vllm:request_success_total":                 "COUNTER",
		"vllm:time_to_first_token_seconds":           "HISTOGRAM",
		"vllm:inter_token_latency_seconds":           "HISTOGRAM",
		"vllm:request_time_per_output_token_seconds": "HISTOGRAM",
		"vllm:e2e_request_latency_seconds":           "HISTOGRAM",
		"vllm:request_queue_time_seconds":            "HISTOGRAM",
		"vllm:request_inference_time_seconds":        "HISTOGRAM",
		"vllm:request_prefill_time_seconds":          "HISTOGRAM",
		"vllm:request_decode_time_seconds":           "HISTOGRAM",
		"vllm:request_prompt_tokens":                 "HISTOGRAM",
		"vllm:request_generation_tokens":             "HISTOGRAM",
		"vllm:request_params_max_tokens":             "HISTOGRAM",
	}, kinds)
	var bounds []string
	for _, b := range families["vllm:request_prompt_tokens"].GetMetric()[0].GetHistogram().GetBucket() {
		bounds = append(bounds, fmt.Sprint(b.GetUpperBound()))
	}
	assert.Equal(t, strings.Fields("1 2 5 10 20 50 100 200 500 1000 2000 +Inf"), bounds, "1, 2, 5 up to the model's length")
}

// A prompt of 3 tokens takes 13 ms, each token after it 11 ms: the metrics are the schedule's own times.
func TestTheMetricsAreTheTimesOfTheSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device := engine.Clock{Base: 10 * time.Millisecond, PrefillToken: time.Millisecond, DecodeSequence: time.Millisecond}
		r, end := startPipes(t, engine.Config{Device: device, MaxNumSeqs: 1}, server.Config{Model: "m"})
		defer end()
		done := make(chan bool)
		for range 2 { // the second one waits for the first
			go func() {
				r.read(r.post(completions, `{"prompt":"a b c","max_tokens":5,"stream":true}`))
				done <- true
			}()
		}
		<-done
		<-done
		const one, labels = 13 + 4*11, `{engine="0",model_name="m"}`
		for name, ms := range map[string]float64{
			"time_to_first_token_seconds":           13 + one + 13,
			"inter_token_latency_seconds":           2 * 4 * 11,
			"request_time_per_output_token_seconds": 2 * 11,
			"e2e_request_latency_seconds":           one + 2*one,
			"request_queue_time_seconds":            one,
			"request_inference_time_seconds":        2 * one,
			"request_prefill_time_seconds":          2 * 13,
			"request_decode_time_seconds":           2 * 4 * 11,
		} {
			// The engine begins 1 us after a request comes.
			assert.InDelta(t, ms/1000, r.metric("vllm:"+name+"_sum"+labels), 5e-6, name)
		}
		assert.Equal(t, 8.0, r.metric("vllm:inter_token_latency_seconds_count"+labels))
		assert.Equal(t, 2.0, r.metric("vllm:time_to_first_token_seconds_count"+labels))
		assert.Equal(t, 1.0, r.metric(`vllm:time_to_first_token_seconds_bucket{engine="0",model_name="m",le="0.02"}`))
		assert.Equal(t, 6.0, r.metric("vllm:prompt_tokens_total"+labels))
		assert.Equal(t, 10.0, r.metric("vllm:generation_tokens_total"+labels))
		assert.Equal(t, 10.0, r.metric("vllm:request_generation_tokens_sum"+labels))
		assert.Equal(t, 6.0, r.metric("vllm:request_prompt_tokens_sum"+labels))
		assert.Equal(t, 2.0, r.metric(`vllm:request_success_total{engine="0",finished_reason="length",model_name="m"}`))
		assert.Equal(t, 0.0, r.metric(`vllm:request_success_total{engine="0",finished_reason="stop",model_name="m"}`))
	})
}

func TestTheMetricsSayWhatRunsAndWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, end := startPipes(t, engine.Config{
			Device: engine.Clock{Base: time.Second}, Adapters: []string{"a0", "a1", "a2"}, MaxLoras: 2, BlockSize: 16, KVBlocks: 128,
		}, server.Config{})
		defer end()
		done := make(chan bool)
		for _, model := range []string{"a0", "a1", "a2", "base"} {
			go func() {
				r.read(r.post(completions, `{"model":"`+model+`","prompt":"x","max_tokens":3}`))
				done <- true
			}()
			synctest.Wait()
		}
		time.Sleep(1500 * time.Millisecond) // in the second step
		assert.Equal(t, 3.0, r.metric(`vllm:num_requests_running{engine="0",model_name="base"}`))
		assert.Equal(t, 1.0, r.metric(`vllm:num_requests_waiting{engine="0",model_name="base"}`))
		assert.Equal(t, 3.0/128, r.metric(`vllm:kv_cache_usage_perc{engine="0",model_name="base"}`))
		assert.InDelta(t, float64(time.Now().Unix()),
			r.metric(`vllm:lora_requests_info{max_lora="2",running_lora_adapters="a0,a1",waiting_lora_adapters="a2"}`), 1)
		for range 4 {
			<-done
		}
		assert.NotZero(t, r.metric(`vllm:lora_requests_info{max_lora="2",running_lora_adapters="",waiting_lora_adapters=""}`))
	})
}
