package serving

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// benchmarked is what a benchmark of a scenario reports, against a server on loopback: one rate of 400 req/s, and the fields given.
func benchmarked(t *testing.T, fields string, handler http.HandlerFunc) map[string]float64 {
	t.Helper()
	dir := t.TempDir()
	turns := `[{"from":"human","value":%q},{"from":"gpt","value":"one two three four"}]`
	var conversations []string
	for i := range 5 {
		prompt := strings.TrimSpace(strings.Repeat(fmt.Sprintf("word%c ", 'a'+i), 40))
		conversations = append(conversations, `{"conversations":`+fmt.Sprintf(turns, prompt)+`}`)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "d.json"), []byte("["+strings.Join(conversations, ",")+"]"), 0o666))
	s, err := ParseScenario("s.json", []byte(`{"version": 1, "name": "case", "model": "m", "dataset": {"file": "d.json"},
		"rates": [400], "prompts": 9, "max_lag_percent": 1e9, "stream": true`+fields+`}`))
	require.NoError(t, err)
	s.dir = dir
	set, err := s.ReadDataset(nil)
	require.NoError(t, err)
	client := loopback(t, handler)
	return testing.Benchmark(func(b *testing.B) {
		c := &course{b: b, scenario: s, opened: true, client: client, set: set}
		c.run(b, s.points()[0])
	}).Extra
}

// prefixCache is a server that knows every prompt it has had by its words, as a cache of prefixes does.
type prefixCache struct {
	mu      sync.Mutex
	known   map[string]bool // prefixes of whole words
	prompts []string
}

func (p *prefixCache) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var request struct{ Prompt string }
	body, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(body, &request)
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = fmt.Fprintf(w, "%s%sdata: {\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":1,"+
		"\"prompt_tokens_details\":{\"cached_tokens\":%d}}}\n\n%s", textOf("a"), finish, dataset.Estimate(request.Prompt),
		p.cached(request.Prompt), doneLine)
}

// cached is how many words of the prompt it knows; it knows all of them from then on.
func (p *prefixCache) cached(prompt string) (words int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[string]bool{}
	}
	p.prompts = append(p.prompts, prompt)
	prefix := ""
	for _, word := range strings.Fields(prompt) {
		prefix += " " + word
		if p.known[prefix] {
			words++
		}
		p.known[prefix] = true
	}
	return words
}

// A server that has had every conversation before knows none of the prompts of a cold scenario, and nearly all of a warm one's.
func TestAColdScenarioSendsWhatNoCacheHasSeen(t *testing.T) {
	for _, c := range []struct {
		fields string
		cold   bool
	}{{"", true}, {`, "cache": "cold"`, true}, {`, "cache": "warm"`, false}} {
		server := &prefixCache{}
		got := benchmarked(t, c.fields, server.ServeHTTP)
		require.NotEmpty(t, got, c.fields)
		begins := map[string]int{}
		for _, prompt := range server.prompts {
			assert.Equal(t, 40, dataset.Estimate(prompt), "as long as the conversation's")
			begins[strings.Join(strings.Fields(prompt)[:8], " ")]++
		}
		require.Greater(t, len(server.prompts), 100, "several runs of one process")
		if c.cold {
			assert.Len(t, begins, len(server.prompts), "each begins with words of its own")
			assert.Less(t, got["cached-percent"], 10.0)
			assert.Equal(t, 1.0, got["cold"])
		} else {
			assert.Len(t, begins, 5)
			assert.Greater(t, got["cached-percent"], 90.0)
			assert.NotContains(t, got, "cold")
		}
	}
}

// What does not say whether it cached is not taken for one that did not.
func TestAServerThatSaysNothingOfItsCacheHasNoShare(t *testing.T) {
	got := benchmarked(t, "", replies(200, sseKind, textOf("a")+finish+usageOf(40, 1)+doneLine))
	require.Contains(t, got, "tok/s")
	assert.NotContains(t, got, "cached-percent")
	assert.Greater(t, got["mean-ttft-ns"], 0.0)
	assert.InEpsilon(t, got["mean-ttft-ns"], got["mean-normalized-ns"], 1e-9, "of one token")
	assert.NotContains(t, got, "mean-itl-ns")
}

// Without usage it is not known how many tokens there were: nothing is said of them, and a bound on the time per token is not
// judged.
func TestWithoutUsageNothingIsSaidOfTokens(t *testing.T) {
	for _, c := range []struct {
		name, slo string
		goodput   bool
	}{
		{"a bound on tokens", `, "slo": {"ttft": "1h", "tpot": "1h"}`, false},
		{"bounds that need no tokens", `, "slo": {"ttft": "1h", "e2e": "1h"}`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := benchmarked(t, c.slo, replies(200, sseKind, textOf("a")+textOf("b")+finish+doneLine))
			require.Contains(t, got, "p50-ttft-ns")
			for _, unit := range []string{
				"tok/s", "ns/tok", "output-tok/min", "input-tok/min", "input-tok/s", "p50-tpot-ns", "p50-normalized-ns", "cached-percent",
			} {
				assert.NotContains(t, got, unit)
			}
			percent, ok := got["goodput-percent"]
			require.Equal(t, c.goodput, ok)
			if ok {
				assert.Equal(t, 100.0, percent)
			}
		})
	}
}

// Of the replies some have usage and some do not: those that do not have kept no bound on the time per token.
func TestARequestWithoutUsageHasNotKeptItsTimePerToken(t *testing.T) {
	slo := SLO{TPOT: Duration(time.Second)}
	assert.False(t, slo.keeps(Reply{Latency: ms, Texts: 2}))
	assert.True(t, slo.keeps(Reply{Latency: ms, Texts: 2, HasUsage: true, OutputTokens: 2, TPOT: ms}))
	assert.True(t, slo.keeps(Reply{Latency: ms, Texts: 1}), "one text has no time per token")
	assert.True(t, SLO{E2E: Duration(time.Second)}.keeps(Reply{Latency: ms, Texts: 2}))
}

// A server that does not end its streams is noted, and its throughput is that of its tokens.
func TestThroughputEndsWithTheLastToken(t *testing.T) {
	got := benchmarked(t, "", func(w http.ResponseWriter, r *http.Request) {
		replies(200, sseKind, textOf("a")+finish+usageOf(40, 1)+doneLine)(w, r)
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
	})
	require.Contains(t, got, "req/s")
	assert.Greater(t, got["req/s"], 50.0, "held open for 5 s, it would be below 20")
	assert.InEpsilon(t, got["req/s"], got["tok/s"], 1e-6)
	assert.Equal(t, 100.0, got["held-open-percent"])
	assert.NotContains(t, benchmarked(t, "", replies(200, sseKind, textOf("a")+finish+doneLine)), "held-open-percent")
}
