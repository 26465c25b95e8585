package sim

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/workload"
	"github.com/tailgate-go/tailgate/workload/serving"
)

var succeeded = regexp.MustCompile(`\nvllm:request_success_total\{[^\n]*\} ([0-9.e+]+)`)

// served is how many requests the simulator says that it has served well.
func served(t *testing.T, url string) (n int) {
	t.Helper()
	for _, m := range succeeded.FindAllSubmatch(get(url+"/metrics"), -1) {
		f, err := strconv.ParseFloat(string(m[1]), 64)
		require.NoError(t, err)
		n += int(f)
	}
	return n
}

const (
	requests = 60
	tokens   = 5
)

// sent sends so many requests, every other one for a stream, and counts how they ended by label; "" is well.
func sent(t *testing.T, url string) map[string]int {
	t.Helper()
	client, err := serving.NewClient(serving.Target{URL: url})
	require.NoError(t, err)
	defer client.Close()
	load := workload.Load{Requests: requests, Concurrency: 4, Timeout: 30 * time.Second}
	result, err := load.Run(t.Context(), func(ctx context.Context, i int, due time.Time) error {
		reply, err := client.Ask(ctx, serving.Request{
			Model: adapter(i % adapters), Prompt: "Say something.", MaxTokens: tokens, IgnoreEOS: true, Stream: i%2 == 0,
		}, due)
		if err == nil {
			assert.Equal(t, tokens, reply.OutputTokens)
		}
		return err
	})
	require.NoError(t, err)
	ended := map[string]int{}
	for _, r := range result.Requests {
		label := ""
		if r.Err != nil {
			var fault *serving.Fault
			require.ErrorAs(t, r.Err, &fault)
			label = fault.Label()
		}
		ended[label]++
	}
	return ended
}

// Every kind of failure that the simulator injects is counted as what it is, and all other requests are good.
func TestInjectedFailuresAreCountedByKind(t *testing.T) {
	all := map[string]string{
		"rate_limit": "status 429", "invalid_api_key": "status 401", "context_length": "status 400", "server_error": "status 503",
		"invalid_request": "status 400", "model_not_found": "status 404",
	}
	for failure, label := range all {
		t.Run(failure, func(t *testing.T) {
			url := simulate(t, "--failure-injection-rate=50", "--failure-types="+failure)
			ended := sent(t, url)
			assert.Equal(t, requests, ended[""]+ended[label], "%v", ended)
			assert.Positive(t, ended[label])
			assert.Eventually(t, func() bool { return served(t, url) == ended[""] }, time.Minute, 10*time.Millisecond,
				"it has served %d, where %v", served(t, url), ended)
		})
	}
	t.Run("all at once", func(t *testing.T) {
		ended := sent(t, simulate(t, "--failure-injection-rate=100"))
		sum := 0
		for _, label := range all {
			assert.Positive(t, ended[label], "%v", ended)
		}
		for _, n := range ended {
			sum += n
		}
		assert.Equal(t, requests, sum)
		assert.Len(t, ended, 5)
	})
	t.Run("none", func(t *testing.T) {
		url := simulate(t)
		assert.Equal(t, map[string]int{"": requests}, sent(t, url))
	})
}

// A model that the simulator does not have is its own refusal, and no injected one.
func TestAModelThatIsNotThereIsRefused(t *testing.T) {
	client, err := serving.NewClient(serving.Target{URL: simulate(t)})
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Ask(t.Context(), serving.Request{Model: "another", Prompt: "Say something.", MaxTokens: 1}, time.Time{})
	fault, ok := errors.AsType[*serving.Fault](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "status 404", fault.Label())
}
