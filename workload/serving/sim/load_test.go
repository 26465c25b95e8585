//go:build unix

package sim

import (
	"context"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/workload"
	"github.com/tailgate-go/tailgate/workload/serving"
)

// spent is the CPU time of this process so far.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The load generator sends every request to the simulator, at the rate, and prints its own figures: its CPU time a request, and how
// late it sent (p50 and p99).
//
//	go test -v -run LoadGenerator .
func TestTheLoadGeneratorsFigures(t *testing.T) {
	url := simulate(t)
	for _, stream := range []bool{false, true} {
		client, err := serving.NewClient(serving.Target{URL: url})
		require.NoError(t, err)
		load := workload.Load{Rate: 350, Requests: 1050, Seed: 1, Timeout: 30 * time.Second, MaxLagPercent: 1e6}
		before := spent(t)
		result, err := load.Run(t.Context(), func(ctx context.Context, i int, due time.Time) error {
			_, err := client.Ask(ctx, serving.Request{
				Model: adapter(i % adapters), Prompt: "Say something.", MaxTokens: 21, IgnoreEOS: true, Stream: stream,
			}, due)
			return err
		})
		took := spent(t) - before
		client.Close()
		require.NoError(t, err)
		require.Len(t, result.Requests, load.Requests)
		var lags []time.Duration
		for _, r := range result.Requests {
			assert.NoError(t, r.Err)
			lags = append(lags, r.Sent-r.Due)
		}
		slices.Sort(lags)
		t.Logf("stream %v, 350 req/s, 21 tokens: %v of CPU time a request, sent %v late by p50 and %v by p99", stream,
			took/time.Duration(load.Requests), lags[len(lags)/2], lags[len(lags)*99/100])
	}
}
