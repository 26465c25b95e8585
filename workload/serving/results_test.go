package serving

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// saved runs all of a scenario against a server of loopback and returns the file of results, by the name of each run, and what each
// benchmark printed.
func saved(t *testing.T, handler http.HandlerFunc, fields string) (
	file results, text []byte, printed map[string]map[string]float64,
) {
	t.Helper()
	s, err := ParseScenario("s.json", []byte(`{"version": 1, "name": "case", "model": "m", "stream": true,
		"dataset": {"synthetic": {"input_tokens": 9, "output_tokens": 2}}, "target": {"headers": {"X-Secret": "hush"}}, `+fields+`}`))
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	name := filepath.Join(t.TempDir(), "results.json")
	set, err := s.ReadDataset(nil)
	require.NoError(t, err)
	target := s.Target
	target.URL = server.URL
	c := &course{scenario: s, options: Options{Results: name}, opened: true, set: set, target: target, client: clientOf(t, target)}
	printed = map[string]map[string]float64{}
	for _, p := range s.points() {
		printed[p.name()] = testing.Benchmark(func(b *testing.B) { c.run(b, p) }).Extra
		assert.FileExists(t, name, "it is written after each")
	}
	if !s.Sweep.isZero() {
		printed["sweep"] = testing.Benchmark(c.sweep).Extra
	}
	text, err = os.ReadFile(name)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &file))
	left, err := filepath.Glob(filepath.Join(filepath.Dir(name), "*"))
	require.NoError(t, err)
	assert.Equal(t, []string{name}, left)
	rules, err := jsonschema.NewCompiler().Compile("results.schema.json")
	require.NoError(t, err)
	assert.NoError(t, rules.Validate(decoded(t, text)))
	return file, text, printed
}

// What the file says of a run is what the benchmark printed.
func TestTheFileOfResultsSaysWhatWasPrinted(t *testing.T) {
	asked := atomic.Int64{}
	file, text, printed := saved(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1)%10 == 0 {
			replies(503, jsonKind, `{"error":{"message":"busy"}}`)(w, r)
			return
		}
		sends(piece{0, textOf("a")}, piece{ms, textOf("b") + finish + usageOf(9, 2) + doneLine})(w, r)
	}, `"concurrency": [1, 3], "prompts": 40`)
	assert.Equal(t, 1, file.Version)
	assert.Equal(t, "case", file.Scenario.Name)
	assert.Equal(t, []int{1, 3}, file.Scenario.Concurrency)
	assert.NotContains(t, string(text), "hush")
	assert.Contains(t, file.Target.Headers, "X-Secret")
	assert.NotEmpty(t, file.Target.URL)
	require.Len(t, file.Runs, 2, "of each benchmark its latest run")
	for i, name := range []string{"concurrency=1", "concurrency=3"} {
		run, got := file.Runs[i], printed[name]
		require.NotEmpty(t, got, name)
		assert.Equal(t, name, run.Name)
		assert.Equal(t, []int{1, 3}[i], run.Concurrency)
		assert.False(t, run.Began.IsZero())
		assert.Equal(t, time.UTC, run.Began.Location())
		for unit, value := range map[string]float64{
			"attempted": float64(run.Requests), "succeeded": float64(run.Succeeded), "errors-status-503": float64(run.Errors["status 503"]),
			"errors-percent": 100 * float64(run.Failed) / float64(run.Requests), "req/s": run.PerSecond, "tok/s": run.OutputPerSecond,
			"input-tok/s": float64(run.InputTokens) / run.Elapsed.Seconds(), "min-ns": float64(run.Latency.Min),
			"max-ns": float64(run.Latency.Max), "mean-ns": run.Latency.Mean, "mean-ttft-ns": run.TTFT.Mean, "mean-tpot-ns": run.TPOT.Mean,
			"mean-itl-ns": run.ITL.Mean, "mean-normalized-ns": run.Normalized.Mean,
		} {
			require.Contains(t, got, unit)
			assert.InEpsilon(t, got[unit], value, 1e-9, "%s of %s", unit, name)
		}
		assert.Equal(t, int64(run.Succeeded), run.Latency.Count)
		for of, q := range map[string]*quantiles{
			"": run.Latency, "ttft-": run.TTFT, "tpot-": run.TPOT, "itl-": run.ITL, "normalized-": run.Normalized,
		} {
			assert.Equal(t, []float64{got["p50-"+of+"ns"], got["p90-"+of+"ns"], got["p95-"+of+"ns"], got["p99-"+of+"ns"]},
				[]float64{float64(q.P50), float64(q.P90), float64(q.P95), float64(q.P99)}, "%s of %s", of, name)
			assert.Equal(t, int64(run.Succeeded), q.Count, "%s of %s, which texts that came in one read have, too", of, name)
		}
	}
}

// The one prompt by which testing finds out what there is to run is no run, so that none is left of a process that is killed in the
// run that follows. Where it fails nothing follows.
func TestATrialIsNoRunInTheFileOfResults(t *testing.T) {
	s, err := ParseScenario("s.json", []byte(`{"version": 1, "name": "case", "model": "m", "stream": true, "concurrency": [1],
		"prompts": 40, "dataset": {"synthetic": {"input_tokens": 9, "output_tokens": 2}}}`))
	require.NoError(t, err)
	set, err := s.ReadDataset(nil)
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "results.json")
	run := func(handler http.HandlerFunc) []outcome {
		c := &course{scenario: s, options: Options{Results: name}, opened: true, set: set, client: loopback(t, handler)}
		testing.Benchmark(func(b *testing.B) { c.run(b, s.points()[0]) })
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var file results
		require.NoError(t, json.Unmarshal(text, &file))
		return file.Runs
	}
	var asked atomic.Int64
	var meanwhile atomic.Value // the file while the run that follows is under way
	runs := run(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 2 {
			text, _ := os.ReadFile(name)
			meanwhile.Store(string(text))
		}
		replies(200, sseKind, textOf("a")+finish+usageOf(9, 1)+doneLine)(w, r)
	})
	assert.Contains(t, meanwhile.Load(), `"runs": []`)
	require.Len(t, runs, 1)
	assert.Greater(t, runs[0].Requests, 1)

	runs = run(http.NotFound)
	require.Len(t, runs, 1)
	assert.Equal(t, map[string]int{"status 404": 1}, runs[0].Errors)
}

// Each rate that a sweep tries is in the file, with whether it holds; the highest that does is the answer.
func TestTheFileOfResultsHasWhatASweepTried(t *testing.T) {
	file, _, printed := saved(t, replies(200, sseKind, textOf("a")+textOf("b")+finish+usageOf(9, 2)+doneLine),
		`"prompts": 20, "max_lag_percent": 1e9, "slo": {"e2e": "1h"}, "sweep": {"low": 900, "high": 1000}`)
	require.Len(t, file.Runs, int(printed["sweep"]["trials"]))
	highest := 0.0
	for _, run := range file.Runs {
		require.NotNil(t, run.Holds)
		assert.Equal(t, "sweep", run.Name)
		if *run.Holds {
			highest = max(highest, run.Rate)
		}
	}
	assert.InDelta(t, printed["sweep"]["max-rate-req/s"], highest, 0)
}

func TestResultsThatCannotBeWrittenFailTheBenchmark(t *testing.T) {
	b := &testing.B{}
	c := &course{options: Options{Results: filepath.Join(t.TempDir(), "none", "results.json")}}
	require.ErrorIs(t, c.keep(b, outcome{}), os.ErrNotExist)
	c.options.Results = ""
	require.NoError(t, c.keep(b, outcome{Name: "a"}, outcome{Name: "b"}))
	require.NoError(t, c.keep(&testing.B{}, outcome{Name: "c"}))
	require.NoError(t, c.keep(b, outcome{Name: "d"}))
	assert.Equal(t, "c d", fmt.Sprint(c.kept[0].Name, " ", c.kept[1].Name), "of each benchmark its latest run")
}
