package workload

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

const ms = time.Millisecond

var even = math.Inf(1)

// takes serves requests in the given time, of a bubble's clock, unless ctx ends.
func takes(d time.Duration) Send {
	return func(ctx context.Context, _ int, _ time.Time) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// inBubble runs l on a clock that stands still while anyone works.
func inBubble(t *testing.T, l Load, send Send, check func(LoadResult)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		result, err := l.Run(t.Context(), send)
		require.NoError(t, err)
		check(result)
	})
}

func TestAnOpenLoopSendsOnScheduleWhateverTheServerDoes(t *testing.T) {
	l := Load{Rate: 200, Requests: 50, Seed: 3}
	schedule := scheduleOf(t, l)
	inBubble(t, l, takes(time.Second), func(r LoadResult) {
		for i, s := range r.Requests {
			assert.Equal(t, Sent{Due: schedule[i], Sent: schedule[i], Begun: schedule[i], Ended: schedule[i] + time.Second}, s)
		}
		assert.Equal(t, schedule.hash(), r.Schedule)
		assert.Equal(t, []int{50, 50, 0, 0}, []int{r.Attempted, r.Succeeded, r.Failed, r.Abandoned})
		assert.InEpsilon(t, 200, r.SentRate, 1e-6)
		assert.Zero(t, r.LagP99)
		assert.Zero(t, r.HeldP99)
		assert.Equal(t, 50, r.Backlog)
		assert.Equal(t, time.Second, r.Drained)
		assert.Equal(t, 1250*ms, r.Elapsed)
		assert.InEpsilon(t, 49/(schedule[49]-schedule[0]).Seconds(), r.AchievedRate, 1e-6)
		assert.Empty(t, r.Invalid)
	})
}

func TestTheWaitForAPlaceCountsAsLatency(t *testing.T) {
	// One place, a request every 10 ms, 30 ms each: request i is due at 10(i+1), begins at 10 + 30i and ends 30 later.
	inBubble(t, Load{Rate: 100, Requests: 5, Burstiness: even, MaxInFlight: 1}, takes(30*ms), func(r LoadResult) {
		for i, s := range r.Requests {
			due, begun := time.Duration(i+1)*10*ms, time.Duration(1+3*i)*10*ms
			assert.Equal(t, Sent{Due: due, Sent: due, Begun: begun, Ended: begun + 30*ms}, s)
			assert.Equal(t, time.Duration(30+20*i)*ms, s.Latency())
			assert.Equal(t, time.Duration(20*i)*ms, s.Held())
			assert.Zero(t, s.Lag(), "it was not the load generator that was late")
		}
		assert.Equal(t, 80*ms, r.HeldP99)
		assert.Equal(t, 100.0, r.SentRate)
		assert.InEpsilon(t, 1000.0/30, r.AchievedRate, 1e-9)
		assert.Equal(t, 4, r.Backlog)
		assert.Equal(t, 110*ms, r.Drained)
		assert.Empty(t, r.Invalid, "a slow server is no fault of the client")
	})
}

func TestNoMoreRequestsAreUnderWayThanAllowed(t *testing.T) {
	for _, l := range []Load{
		{Rate: 1000, Requests: 100, MaxInFlight: 3},
		{Requests: 100, Concurrency: 3},
	} {
		var now, most atomic.Int64
		inBubble(t, l, func(ctx context.Context, i int, at time.Time) error {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer now.Add(-1)
			return takes(7*ms)(ctx, i, at)
		}, func(r LoadResult) {
			assert.Equal(t, 100, r.Succeeded)
			assert.Equal(t, int64(3), most.Load())
		})
	}
}

func TestAClosedLoopWaitsForReplies(t *testing.T) {
	inBubble(t, Load{Requests: 6, Concurrency: 2}, takes(10*ms), func(r LoadResult) {
		for i, s := range r.Requests {
			at := time.Duration(i/2) * 10 * ms
			assert.Equal(t, Sent{Due: at, Sent: at, Begun: at, Ended: at + 10*ms}, s)
		}
		assert.Zero(t, r.SentRate)
		assert.Empty(t, r.Schedule)
		assert.Equal(t, 30*ms, r.Elapsed)
	})
	inBubble(t, Load{Requests: 3}, takes(10*ms), func(r LoadResult) {
		assert.Equal(t, 30*ms, r.Elapsed, "one client by default")
		assert.Equal(t, 1, r.Load.Concurrency)
	})
}

func TestARequestGetsItsNumberAndWhenItIsDue(t *testing.T) {
	l := Load{Rate: 10, Requests: 3, Burstiness: even}
	var at [3]time.Time
	inBubble(t, l, func(_ context.Context, i int, due time.Time) error {
		at[i] = due
		return nil
	}, func(r LoadResult) {
		for i := range at {
			assert.Equal(t, time.Duration(i+1)*100*ms, at[i].Sub(r.Start))
		}
	})
}

func TestARequestTimesOutByItself(t *testing.T) {
	l := Load{Rate: 100, Requests: 3, Burstiness: even, MaxInFlight: 1, Timeout: 20 * ms}
	inBubble(t, l, takes(time.Hour), func(r LoadResult) {
		for i, s := range r.Requests {
			assert.ErrorIs(t, s.Err, context.DeadlineExceeded)
			assert.Equal(t, 20*ms+ms/5, s.Ended-s.Begun, "a hundredth longer; the time that it was held up does not count")
			assert.Equal(t, 10*ms+time.Duration(i)*(20*ms+ms/5), s.Begun)
		}
		assert.Equal(t, []int{3, 0, 3, 0}, []int{r.Attempted, r.Succeeded, r.Failed, r.Abandoned})
		assert.Zero(t, r.AchievedRate)
	})
}

// Requests that begin within a hundredth of their timeout, or a second, end together: none before its time, and none much after.
func TestTimeoutsAreShared(t *testing.T) {
	for _, c := range []struct{ timeout, late time.Duration }{{time.Second, 10 * ms}, {10 * time.Minute, time.Second}} {
		inBubble(t, Load{Rate: 1000, Requests: 25, Burstiness: even, Timeout: c.timeout}, takes(24*time.Hour), func(r LoadResult) {
			ends := map[time.Duration]int{}
			for _, s := range r.Requests {
				assert.ErrorIs(t, s.Err, context.DeadlineExceeded)
				assert.GreaterOrEqual(t, s.Ended-s.Begun, c.timeout)
				assert.LessOrEqual(t, s.Ended-s.Begun, c.timeout+c.late)
				ends[s.Ended]++
			}
			assert.Len(t, ends, (25+int(c.late/ms)-1)/int(c.late/ms))
		})
	}
}

func TestTheBacklogIsDrainedForSoLong(t *testing.T) {
	l := Load{Rate: 100, Requests: 10, Burstiness: even, MaxInFlight: 2, Drain: 50 * ms}
	inBubble(t, l, takes(37*ms), func(r LoadResult) {
		// Two places, free again after each 37 ms, from 10 and 20 ms on. The last is due at 100 ms, so that the run ends at 150 ms.
		ended := 0
		for _, s := range r.Requests {
			if s.Err == nil {
				ended++
				assert.LessOrEqual(t, s.Ended, 150*ms)
				continue
			}
			assert.Equal(t, 150*ms, s.Ended)
		}
		assert.Equal(t, 6, ended)
		assert.ErrorIs(t, r.Requests[9].Err, ErrAbandoned, "it never had a place")
		assert.ErrorIs(t, r.Requests[6].Err, errDrained, "it was under way")
		assert.Equal(t, []int{10, 6, 4, 4}, []int{r.Attempted, r.Succeeded, r.Failed, r.Abandoned})
		assert.Equal(t, 6, r.Backlog)
		assert.Equal(t, 50*ms, r.Drained)
		assert.Empty(t, r.Invalid)
	})
}

func TestARunThatIsCancelledKeepsWhatItMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		enough := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(35*ms, func() { cancel(enough) })
		r, err := Load{Rate: 100, Requests: 1000, Burstiness: even}.Run(ctx, takes(20*ms))
		require.ErrorIs(t, err, enough)
		require.ErrorContains(t, err, "load: enough")
		assert.Equal(t, []int{3, 1, 2, 2}, []int{r.Attempted, r.Succeeded, r.Failed, r.Abandoned})
		assert.Equal(t, 35*ms, r.Elapsed, "it does not wait")
		assert.ErrorIs(t, r.Requests[3].Err, ErrNotSent)
		assert.Equal(t, []string{"only 3 of 1000 requests were sent: run it to the end"}, r.Invalid)

		r, err = Load{Requests: 1000, Concurrency: 2}.Run(ctx, takes(20*ms))
		require.ErrorIs(t, err, enough)
		assert.Zero(t, r.Attempted, "cancelled before")
	})
}

func TestARequestThatPanicsOrExitsEndsTheRun(t *testing.T) {
	for _, c := range []struct {
		name string
		fail func()
		says string
	}{
		{"panics", func() { panic("out of paper") }, "load: request 2 panicked: out of paper\ngoroutine "},
		{"exits", runtime.Goexit, "load: request 2 ended its goroutine"},
	} {
		for _, l := range []Load{{Rate: 100, Requests: 100, MaxInFlight: 1}, {Requests: 100}} {
			t.Run(fmt.Sprintf("%s, rate %v", c.name, l.Rate), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r, err := l.Run(t.Context(), func(_ context.Context, i int, _ time.Time) error {
						if i == 2 {
							c.fail()
						}
						return nil
					})
					require.ErrorContains(t, err, c.says)
					assert.Equal(t, []int{3, 2, 1}, []int{r.Attempted, r.Succeeded, r.Failed})
				})
			})
		}
	}
}

func TestErrorsOfRequestsAreResults(t *testing.T) {
	inBubble(t, Load{Rate: 100, Requests: 10}, func(_ context.Context, i int, _ time.Time) error {
		if i%5 == 0 {
			return errors.New("no")
		}
		return nil
	}, func(r LoadResult) {
		assert.Equal(t, []int{10, 8, 2, 0}, []int{r.Attempted, r.Succeeded, r.Failed, r.Abandoned})
		assert.EqualError(t, r.Requests[5].Err, "no")
	})
}

func TestInABubbleARunIsDeterministic(t *testing.T) {
	l := Load{Rate: 500, Requests: 300, Seed: 9, MaxInFlight: 4, Burstiness: 0.3}
	var runs [2]LoadResult
	for i := range runs {
		inBubble(t, l, takes(9*ms), func(r LoadResult) { runs[i] = r })
	}
	assert.Equal(t, runs[0].Requests, runs[1].Requests)
}

func TestOnTheRealClockNothingIsSentEarlyOrLeftRunning(t *testing.T) {
	defer goleak.VerifyNone(t)
	var served atomic.Int64
	l := Load{Rate: 20_000, Requests: 500, MaxLagPercent: math.MaxFloat64}
	r, err := l.Run(t.Context(), func(context.Context, int, time.Time) error {
		served.Add(1)
		runtime.Gosched()
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, int64(500), served.Load())
	for _, s := range r.Requests {
		assert.GreaterOrEqual(t, s.Sent, s.Due)
		assert.GreaterOrEqual(t, s.Ended, s.Begun)
	}
}
