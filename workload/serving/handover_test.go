package serving

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Processes that make a run each leave what one that makes all of them does: all runs as JSON, and one table.
func TestRunsOfSeveralProcessesCountAsThoseOfOne(t *testing.T) {
	s, err := ParseScenario("s.json", []byte(`{"version": 1, "name": "case", "model": "m", "stream": true, "concurrency": [1, 2],
		"prompts": 40, "dataset": {"synthetic": {"input_tokens": 9, "output_tokens": 2}}}`))
	require.NoError(t, err)
	set, err := s.ReadDataset(nil)
	require.NoError(t, err)
	dir := t.TempDir()
	process := func(o Options) *course {
		kept, err := takeOver(o.Handover)
		require.NoError(t, err)
		return &course{scenario: s, options: o, set: set, kept: kept}
	}
	run := func(scale time.Duration, name string, invalid ...string) outcome {
		o := outcome{Name: name, Requests: 40, Succeeded: 40, PerSecond: 12, times: &timings{}, Invalid: invalid}
		for i := range 40 {
			took := scale * time.Duration(i+1)
			o.times.add(Reply{Latency: 100 * took, TTFT: 10 * took, TPOT: took / 10, Gaps: []time.Duration{took}})
		}
		return o
	}
	runs := func() []outcome {
		return []outcome{
			run(ms, "concurrency=1"), run(2*ms, "concurrency=1"), run(9*ms, "concurrency=1", "late"), run(3*ms, "concurrency=2"),
		}
	}

	one := process(Options{Results: filepath.Join(dir, "one.json")})
	for _, o := range runs() {
		require.NoError(t, one.keep(&testing.B{}, o))
	}
	several := Options{Results: filepath.Join(dir, "several.json"), Handover: filepath.Join(dir, "handover")}
	var last *course
	for _, o := range runs() {
		last = process(several)
		b := &testing.B{}
		require.NoError(t, last.keep(b, outcome{Name: o.Name}))
		require.NoError(t, last.keep(b, o), "of which the latest run counts")
		last.table(o.Name) // which needs its times no more
		require.NoError(t, last.handOver(), "and the next still does")
	}
	var files [2]results
	for i, name := range []string{"one.json", "several.json"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &files[i]))
		assert.NotContains(t, string(text), `"times"`)
	}
	assert.Len(t, files[0].Runs, 4)
	assert.Equal(t, files[0], files[1])
	table := one.table("concurrency=1")
	assert.Contains(t, table, "80 of 80 requests succeeded", "without the run that says nothing of the server")
	assert.Equal(t, table, process(several).table("concurrency=1"))
	assert.Equal(t, one.table("concurrency=2"), process(several).table("concurrency=2"))
	require.NoError(t, os.WriteFile(several.Handover, []byte("{"), 0o644))
	_, err = takeOver(several.Handover)
	assert.ErrorContains(t, err, "handover: ")
}
