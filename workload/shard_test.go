package workload

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Eight shards that start at one instant send what one process sends: each request once, when it is due.
func TestShardsSendTheWholeLoadOnTime(t *testing.T) {
	const n = 8
	for _, l := range []Load{{Rate: 500, Requests: 301, Seed: 5}, {Rate: 500, Requests: 301, Seed: 5, MaxInFlight: 19}} {
		whole := scheduleOf(t, l)
		synctest.Test(t, func(t *testing.T) {
			begins := time.Now().Add(3 * time.Second)
			var mu sync.Mutex
			due := map[int]time.Duration{}
			var wait sync.WaitGroup
			results := make([]LoadResult, n)
			for i := range results {
				wait.Go(func() {
					l := l
					l.Shard, l.Start = Shard{I: i + 1, N: n}, begins.Round(0)
					var err error
					results[i], err = l.Run(t.Context(), func(_ context.Context, i int, at time.Time) error {
						mu.Lock()
						defer mu.Unlock()
						assert.NotContains(t, due, i)
						due[i] = time.Since(begins)
						assert.Equal(t, whole[i], at.Sub(begins))
						return nil
					})
					assert.NoError(t, err)
				})
			}
			wait.Wait()
			require.Len(t, due, l.Requests)
			for i, at := range due {
				assert.Equal(t, whole[i], at)
			}
			places := 0
			for i, r := range results {
				assert.Equal(t, whole.hash(), r.Schedule, "the whole load's")
				assert.Len(t, r.Requests, Shard{I: i + 1, N: n}.Len(l.Requests))
				assert.Empty(t, r.Invalid)
				for k, s := range r.Requests {
					assert.Equal(t, whole[r.Load.Shard.Number(k)], s.Due)
				}
				places += r.Load.Shard.Len(l.MaxInFlight)
			}
			assert.Equal(t, l.MaxInFlight, places)
		})
	}
}

func TestClientsOfAClosedLoopAreDivided(t *testing.T) {
	for i, want := range map[int]time.Duration{1: 20 * ms, 2: 20 * ms, 3: 30 * ms} { // 4, 3 and 3 requests, and 2, 2 and 1 clients
		synctest.Test(t, func(t *testing.T) {
			start := time.Now().Add(time.Minute)
			l := Load{Requests: 10, Concurrency: 5, Shard: Shard{I: i, N: 3}, Start: start}
			r, err := l.Run(t.Context(), takes(10*ms))
			require.NoError(t, err)
			assert.Equal(t, want, r.Elapsed)
			assert.True(t, r.Start.Equal(start))
		})
	}
	l, err := Load{Requests: 10, Shard: Shard{I: 3, N: 3}}.withDefaults()
	require.NoError(t, err)
	assert.Equal(t, 3, l.Concurrency, "one client a shard")
}

func TestALateShardDoesNotRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		none := func(context.Context, int, time.Time) error { panic("it was sent") }
		for _, rate := range []float64{0, 100} {
			_, err := Load{Rate: rate, Requests: 9, Start: time.Now().Add(-time.Second)}.Run(t.Context(), none)
			require.EqualError(t, err, "load: Start was 1s ago; let it be later, so that every shard is up by then")
			_, err = Load{Rate: rate, Requests: 9, Start: time.Now().Add(31 * 24 * time.Hour)}.Run(t.Context(), none)
			require.ErrorContains(t, err, "let it be within 720h0m0s")
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err = Load{Rate: rate, Requests: 9, Start: time.Now().Add(time.Hour)}.Run(ctx, none)
			require.ErrorContains(t, err, "load: context deadline exceeded", "it does not wait for the start")
		}
	})
}

func TestAShardNeedsRequestsAndPlaces(t *testing.T) {
	for _, c := range []struct {
		load Load
		says string
	}{
		{Load{Requests: 9, Shard: Shard{I: 9, N: 8}}, "load: Shard: there is no shard 9 of 8; let I be 1 to N, and N at most 1000"},
		{Load{Requests: 9, Shard: Shard{I: 0, N: 8}}, "load: Shard: there is no shard 0 of 8"},
		{Load{Requests: 7, Shard: Shard{I: 8, N: 8}}, "load: shard 8/8 has none of 7 requests"},
		{Load{Requests: 99, Concurrency: 7, Shard: Shard{I: 8, N: 8}}, "load: shard 8/8 has none of Concurrency 7"},
		{Load{Requests: 99, Rate: 1, MaxInFlight: 7, Shard: Shard{I: 8, N: 8}}, "load: shard 8/8 has none of MaxInFlight 7"},
	} {
		require.ErrorContains(t, c.load.Validate(), c.says)
	}
}

// A shard's last request is due before the whole load ends, so that its rate is not Rate/n; it is judged by its own schedule.
func TestTheRateOfAShardIsThatOfItsOwnSchedule(t *testing.T) {
	l, err := Load{Rate: 100, Requests: 100, Shard: Shard{I: 1, N: 4}, Seed: 2}.withDefaults()
	require.NoError(t, err)
	for _, c := range []struct {
		late    time.Duration
		invalid bool
	}{{0, false}, {30 * ms, true}} {
		r := LoadResult{Load: l}
		for k, due := range scheduleOf(t, l).of(l.Shard) {
			if k == 24 {
				due += c.late
			}
			r.Requests = append(r.Requests, Sent{Due: due - c.late*time.Duration(k/24), Sent: due, Begun: due, Ended: due + ms})
		}
		r.finish()
		assert.Equal(t, c.invalid, len(r.Invalid) > 0, "%q", r.Invalid)
	}
}
