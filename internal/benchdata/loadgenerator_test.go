package benchdata

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The load generator's files under its names of today and those before April 2025: only what is read.
const (
	newNames = `{"metrics": {"num_prompts_attempted": 60000, "num_prompts_succeeded": 59999, "request_rate": 200.0,
		"queries_per_second": 158.9, "server_metrics": {}, "benchmark_time": 377.7,
		"throughput_rps": 158.9, "throughput": 1000.5, "input_tokens_per_sec": 2000,
		"avg_latency_ms": 20000.5, "median_latency_ms": 19000, "p90_latency_ms": 28700.25, "p99_latency_ms": 45700,
		"median_normalized_time_per_output_token_ms": 90, "p90_normalized_time_per_output_token_ms": 120.5, "ClientConnectorError": 1},
		"dimensions": {"model_id": "weighted"}, "config": {"model": "weighted", "num_models": 15}}`
	oldNames = `{"metrics": {"num_prompts_attempted": 59999, "num_prompts_succeeded": 59999, "request_rate": 200,
		"throughput": 1000.5, "output_tokens_per_min": 60030, "input_tokens_per_min": 120000,
		"avg_latency": 20000.5, "median_latency": 19000, "p90_latency": 28700.25,
		"p99_latency": 45700, "median_per_output_token_latency": 90,
		"p90_per_output_token_latency": 120.5, "p90_per_token_latency": 0.09, "median_TTFT": 0.25},
		"config": {"model": "meta-llama/Llama-3.1-8B-Instruct"}}`
)

func saved(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	return file
}

func TestFilesOfTheLoadGeneratorAreResults(t *testing.T) {
	common := map[string]float64{
		"offered-req/s": 200, "succeeded": 59999, "tok/s": 1000.5, "output-tok/min": 60030, "input-tok/s": 2000, "input-tok/min": 120000,
		"mean-ns": 20_000_500_000, "p50-ns": 19e9, "p90-ns": 28_700_250_000, "p99-ns": 45_700_000_000, "p50-normalized-ns": 90e6,
		"p90-normalized-ns": 120_500_000,
	}
	for _, c := range []struct {
		name, text, benchmark string
		more                  map[string]float64
	}{
		{"new names, all models", newNames, "LoadGenerator/model=weighted/rate=200",
			map[string]float64{"attempted": 60000, "errors-percent": 100.0 / 60000}},
		{"old names, one model, whose attempted are its successes",
			oldNames, "LoadGenerator/model=meta-llama-Llama-3.1-8B-Instruct/rate=200", map[string]float64{"p50-ttft-ns": 250e6}},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, err := ReadFiles(saved(t, "benchmark-vllm-200qps.json", c.text))
			require.NoError(t, err)
			require.Len(t, set.Benchmarks, 1)
			assert.Equal(t, c.benchmark, set.Benchmarks[0].Name)
			require.Len(t, set.Benchmarks[0].Runs, 1)
			run := set.Benchmarks[0].Runs[0]
			assert.Equal(t, 59999, run.Iters)
			assert.Len(t, run.Values, len(common)+len(c.more))
			for _, wanted := range []map[string]float64{common, c.more} {
				for unit, want := range wanted {
					got, ok := run.Value(unit)
					assert.True(t, ok, unit)
					assert.InDelta(t, want, got, 1e-9*want, unit)
				}
			}
		})
	}
}

func TestFilesOfOneRateAreItsRuns(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.json", "b.json"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(newNames), 0o666))
	}
	set, err := ReadFiles(filepath.Join(dir, "*.json"))
	require.NoError(t, err)
	require.Len(t, set.Benchmarks, 1)
	assert.Len(t, set.Benchmarks[0].Runs, 2)
}

func TestAFileOfTheLoadGeneratorThatIsWrongIsRefused(t *testing.T) {
	for _, c := range []struct{ name, old, text, says string }{
		{"all prompts at once", `200.0`, `Infinity`, "invalid character 'I'"},
		{"NaN", `28700.25`, `NaN`, "invalid character 'N'"},
		{"a text for a number", `28700.25`, `"28"`, "metrics.p90_latency_ms is no number"},
		{"null", `28700.25`, `null`, "metrics.p90_latency_ms is no number"},
		{"no latency", `p90_latency_ms`, `p90_latency_us`, "metrics has neither p90_latency_ms nor p90_latency"},
		{"both names", `"ClientConnectorError": 1`, `"p90_latency": 5`, "p90-ns under an old and a new name"},
		{"nothing succeeded", `"num_prompts_succeeded": 59999`, `"num_prompts_succeeded": 0`, "0 of 60000 prompts succeeded"},
		{"more than attempted", `"num_prompts_succeeded": 59999`, `"num_prompts_succeeded": 60001`, "60001 of 60000 prompts succeeded"},
		{"no model", `"model": "weighted"`, `"models": "weighted"`, `config.model is ""`},
		{"a model of two words", `"model": "weighted"`, `"model": "a b"`, `config.model is "a b"`},
		{"cut off", `"num_models": 15}}`, ``, "unexpected EOF"},
		{"two in one file", `"num_models": 15}}`, `"num_models": 15}} {}`, "something follows it"},
		{"a negative latency", `28700.25`, `-5`, "p90-ns is negative"},
		{"p90 above p99", `28700.25`, `1e9`, "is above p99-ns"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(newNames, c.old, c.text, 1)
			require.NotEqual(t, newNames, text)
			_, err := ReadFiles(saved(t, "a.json", text))
			assert.ErrorContains(t, err, c.says)
		})
	}
}
