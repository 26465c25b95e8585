package deploy

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/fleet"
	"github.com/tailgate-go/tailgate/internal/openai"
	"github.com/tailgate-go/tailgate/workload/serving"
)

const mostProbe = 30 * time.Second // for all requests to one server that may refuse one in a while

// probe asks the target for one token, so that no load is sent to servers that are not there.
func (c *client) probe(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), mostProbe)
	defer cancel()
	_, tried, err := c.client.Insist(ctx, c.scenario.Probe(c.set.Entries[0]), time.Time{})
	if err != nil {
		return fmt.Errorf("the target %s did not answer a first request for one token, asked %d times: %w; begin the load when its "+
			"servers are ready: on a cluster, when kubectl rollout status deployment/model-server says so of the pods app=model-server, "+
			"and the gateway leads to them", url, tried, err)
	}
	return nil
}

// A target that does not answer gets no load: the process says what to wait for, and ends with a status that ends the Job.
func TestATargetThatDoesNotAnswerGetsNoLoad(t *testing.T) {
	var posts atomic.Int32
	answering := func(status int, says string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				posts.Add(1)
			}
			http.Error(w, says, status)
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	for _, c := range []struct {
		name, url, says string
		posts           int32
	}{
		{"nothing listens", "http://" + freePort(t), "connect", 0},
		{"a gateway without servers", answering(http.StatusServiceUnavailable, "no healthy upstream"),
			"status 503: no healthy upstream", 5},
		{"a model that is not there", answering(http.StatusNotFound, "no such model"), "status 404: no such model", 1},
	} {
		posts.Store(0)
		cmd, out := generator(t, "TAILGATE_SCENARIO="+written(t), "TAILGATE_TARGET="+c.url, "TAILGATE_SHARDS=2", "JOB_COMPLETION_INDEX=0",
			"TAILGATE_START=1s", "TAILGATE_MEET="+freePort(t), "TAILGATE_WAIT=5s")
		require.Error(t, cmd.Run(), c.name)
		assert.Equal(t, exitNotBegun, cmd.ProcessState.ExitCode(), "%s: %s", c.name, out)
		assert.Contains(t, out.String(), "the target "+c.url+" did not answer", c.name)
		assert.Contains(t, out.String(), c.says, c.name)
		assert.Contains(t, out.String(), "kubectl rollout status deployment/model-server", c.name)
		assert.NotContains(t, out.String(), "#tailgate-share", c.name)
		assert.Equal(t, c.posts, posts.Load(), "%s: nothing but first requests, and none again that would fail again", c.name)
	}
}

// A server that refuses one request in a while is there.
func TestAFirstRequestMayFail(t *testing.T) {
	var refused atomic.Bool
	got, _ := counted(t)
	flaky := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && refused.CompareAndSwap(false, true) {
			http.Error(w, "rate limit", http.StatusTooManyRequests)
			return
		}
		got.ServeHTTP(w, r)
	}))
	t.Cleanup(flaky.Close)
	cmd, out := generator(t, "TAILGATE_SCENARIO="+written(t), "TAILGATE_TARGET="+flaky.URL)
	_ = cmd.Run() // it fails when it was late
	assert.Contains(t, out.String(), `"attempted":301,"succeeded":301,"failed":0`)
}

// The first request is for one token, of which no server is to give more, whatever the scenario asks for.
func TestAFirstRequestHasNoLeastLength(t *testing.T) {
	s, err := serving.ParseScenario("s.json", []byte(`{"version": 1, "name": "case", "model": "m", "rates": [9], "prompts": 9,
		"dataset": {"synthetic": {"input_tokens": 9, "output_tokens": 9}}, "body": {"min_tokens": 4}}`))
	require.NoError(t, err)
	set, err := s.ReadDataset(nil)
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked openai.CompletionRequest
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || *asked.MaxTokens != 1 || asked.MinTokens > 1 {
			http.Error(w, "min_tokens must be less than or equal to max_tokens", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"choices":[{"index":0,"text":"x","finish_reason":"length"}]}`)
	}))
	t.Cleanup(server.Close)
	to, err := serving.NewClient(serving.Target{URL: server.URL})
	require.NoError(t, err)
	t.Cleanup(to.Close)
	c := &client{scenario: s, set: set, client: to}
	assert.NoError(t, c.probe(server.URL))
}

// What fails, which prompts were sent, and how much of them came from a cache stand in a shard's result and its lines.
func TestAShardTellsOfFailuresAndCaches(t *testing.T) {
	var posts atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && posts.Add(1)%3 == 0 {
			http.Error(w, "overloaded", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"1","choices":[{"index":0,"text":"x","finish_reason":"length"}], "usage":{"prompt_tokens":8,
			"completion_tokens":2,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":6}}}`)
	}))
	t.Cleanup(server.Close)
	cmd, out := generator(t, "TAILGATE_SCENARIO="+written(t), "TAILGATE_TARGET="+server.URL)
	_ = cmd.Run() // it fails when it was late
	wholes, err := fleet.Merge(out)
	require.NoError(t, err)
	require.Len(t, wholes, 2)
	got := map[string]float64{}
	wholes[0].Report(wholes[0].Distributions, func(value float64, unit string) { got[unit] = value })
	assert.InDelta(t, 100.0/3, got["errors-percent"], 0.5)
	assert.InDelta(t, 100, got["errors-status-503"], 1)
	assert.Equal(t, 75.0, got["cached-percent"])
	assert.Equal(t, got["selection"], float64(wholes[1].Selection))
	assert.Equal(t, 1.0, got["saturated"], "a third is not answered")
	assert.NotContains(t, got, "cold", "the scenario's prompts are warm")
}
