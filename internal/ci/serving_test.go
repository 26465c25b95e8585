package ci

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestServingWorkflow(t *testing.T) {
	s := newShop(t).adopt()
	s.write("scenarios/small.json",
		`{"version": 1, "name": "small", "model": "m", "dataset": {"file": "data.json"}, "rates": [20], "prompts": 10}`)
	s.write("scenarios/data.json", `[{"conversations": [{"from": "human", "value": "how many eggs are in a dozen?"}, `+
		`{"from": "gpt", "value": "there are twelve eggs in one"}]}]`)
	s.commit("a scenario")
	var served atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		served.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"1","choices":[{"index":0,"text":"x","finish_reason":"length"}],
			"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}`)
	}))
	defer server.Close()
	inputs := func(scenario string) string {
		return dispatch(`"scenario": "` + scenario + `", "target": "` + server.URL + `"`)
	}

	t.Run("sends the scenario's requests, and keeps the results", func(t *testing.T) {
		j := s.in(t).act("workflow_dispatch", inputs("scenarios/small.json"), "serving.yml")
		assert.EqualValues(t, 11, served.Load(), "one before the first rate, to see that the server answers")
		results := read(t, filepath.Join(j.artifacts, "serving/load.txt"))
		assert.Contains(t, results, `"attempted":10,"succeeded":10,"failed":0`)
		assert.Contains(t, results, "BenchmarkLoad/case=small/rate=20") // its result or, when this machine was late, its failure
		assert.Contains(t, j.summary, "BenchmarkLoad/case=small/rate=20")
	})

	t.Run("is red when there is no such scenario", func(t *testing.T) {
		j := s.in(t).act("workflow_dispatch", inputs("scenarios/none.json"), "serving.yml")
		require.False(t, j.passed)
		assert.Contains(t, j.log, "scenarios/none.json: no such file")
		assert.Contains(t, j.summary, "FAIL")
	})

	t.Run("takes an input for words, not for commands", func(t *testing.T) {
		j := s.in(t).act("workflow_dispatch", inputs("x.json; touch $PWD/owned"), "serving.yml")
		require.False(t, j.passed)
		assert.NoFileExists(t, filepath.Join(s.dir, "owned"))
		assert.Contains(t, j.log, "no such file")
	})
}
