package serving

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/workload"
)

// A server that takes 60 ms a request, sent one every 10 ms with places for three: from the fourth on requests are held up,
// and what they waited is in their latency and their TTFT, as measured by the client and by the load alike.
func TestTheWaitForAPlaceIsInLatencyAndTTFT(t *testing.T) {
	twoTokens := sends(piece{50 * ms, textOf("a")}, piece{10 * ms, textOf("b") + finish + usageOf(1, 2) + doneLine})
	bubble(t, twoTokens, func(t *testing.T, c *Client) {
		s, err := ParseScenario("s.json", []byte(`{"version": 1, "name": "case", "model": "m", "dataset": {"file": "d"},
			"rates": [100], "prompts": 9,
			"arrivals": {"burstiness": "constant"}, "max_in_flight": 3, "stream": true}`))
		require.NoError(t, err)
		replies := make([]Reply, 9)
		result, err := s.Load(100).Run(t.Context(), func(ctx context.Context, i int, due time.Time) (err error) {
			replies[i], err = c.Do(ctx, []byte("{}"), true, due)
			return err
		})
		require.NoError(t, err)
		for i, r := range replies {
			held := time.Duration(i/3) * 30 * ms // three more every 60 ms, and due 30 ms after the three before
			assert.Equal(t, held, result.Requests[i].Held())
			assert.Equal(t, held+50*ms, r.TTFT)
			assert.Equal(t, held+60*ms, r.Latency)
			assert.Equal(t, result.Requests[i].Latency(), r.Latency)
			assert.Equal(t, 10*ms, r.TPOT, "but not in the time per token")
		}
		assert.Empty(t, result.Invalid)
	})
}

func TestARunThatEndsGivesItsRequestsUp(t *testing.T) {
	bubble(t, sends(piece{time.Hour, ""}), func(t *testing.T, c *Client) {
		load := workload.Load{Rate: 100, Requests: 5, Drain: time.Second}
		result, err := load.Run(t.Context(), func(ctx context.Context, _ int, due time.Time) error {
			_, err := c.Do(ctx, []byte("{}"), true, due)
			return err
		})
		require.NoError(t, err)
		assert.Equal(t, 5, result.Abandoned)
		for _, r := range result.Requests {
			assert.EqualError(t, r.Err, "cancelled: given up while it was under way")
		}
	})
}
