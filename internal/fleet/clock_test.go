package fleet

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// server is one whose clock is ahead, whose replies take some time each way, and which keeps a date for so long.
func server(ahead time.Duration, there, back func() time.Duration, keeps time.Duration) func(context.Context) (time.Time, error) {
	var kept, until time.Time
	return func(context.Context) (time.Time, error) {
		time.Sleep(there())
		now := time.Now().Add(ahead)
		if !now.Before(until) {
			kept, until = now.Truncate(time.Second), now.Add(keeps)
		}
		time.Sleep(back())
		return kept, nil
	}
}

func exactly(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

func TestTheClockIsMeasuredToTheTimeOfAReply(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name   string
		ahead  time.Duration
		took   time.Duration
		within time.Duration
	}{
		{"equal", 0, 100 * time.Microsecond, ms / 2},
		{"ahead by less than a second", 217 * ms, 100 * time.Microsecond, ms / 2},
		{"behind by hours", -3*time.Hour - 456789*time.Microsecond, 100 * time.Microsecond, ms / 2},
		{"a reply of 20 ms", 5 * ms, 20 * ms, 13 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				clock, err := MeasureClock(t.Context(), server(c.ahead, exactly(c.took/2), exactly(c.took/2), 0))
				require.NoError(t, err)
				assert.LessOrEqual(t, clock.Within, c.within)
				assert.LessOrEqual(t, (clock.Offset - c.ahead).Abs(), clock.Within)
				assert.LessOrEqual(t, time.Since(began), 16*time.Second)
			})
		})
	}
}

func TestTheOffsetIsAlwaysWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ahead := time.Duration(rapid.Int64Range(-5e9, 5e9).Draw(rt, "ahead"))
		random := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(rt, "seed")))
		most := rapid.Int64Range(1, 5e8).Draw(rt, "most")
		delay := func() time.Duration { return time.Duration(random.Int64N(most)) }
		synctest.Test(t, func(t *testing.T) {
			clock, err := MeasureClock(t.Context(), server(ahead, delay, delay, 0))
			require.NoError(t, err)
			assert.LessOrEqual(t, (clock.Offset - ahead).Abs(), clock.Within+1)
			assert.LessOrEqual(t, clock.Samples, mostProbes)
		})
	})
}

func TestDatesThatContradictEachOtherAreAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		two := []func(context.Context) (time.Time, error){
			server(0, exactly(1), exactly(1), 0), server(3*time.Second, exactly(1), exactly(1), 0),
		}
		n := 0
		_, err := MeasureClock(t.Context(), func(ctx context.Context) (time.Time, error) {
			n++
			return two[n%2](ctx)
		})
		require.ErrorContains(t, err, "contradict each other")

		_, err = MeasureClock(t.Context(), func(context.Context) (time.Time, error) { return time.Time{}, errors.New("no route") })
		require.EqualError(t, err, "clock: no route")

	})
}

func TestTheClockIsMeasuredAsWellAsTimeAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		clock, err := MeasureClock(ctx, server(300*time.Millisecond, exactly(1), exactly(1), 0))
		require.NoError(t, err)
		assert.Equal(t, 1, clock.Samples)
		assert.InDelta(t, 0.5, clock.Within.Seconds(), 1e-6, "a second, give or take half")
		assert.LessOrEqual(t, (clock.Offset - 300*time.Millisecond).Abs(), clock.Within)
	})
}

// A date that is kept for half a second is one of a clock that seems behind by up to as much, and that is all.
func TestADateThatIsKeptSeemsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock, err := MeasureClock(t.Context(), server(0, exactly(1), exactly(1), 500*time.Millisecond))
		if err == nil {
			assert.InDelta(t, -0.25, clock.Offset.Seconds(), 0.26+clock.Within.Seconds())
		}
	})
}

func TestTheDateIsThatOfAnyAnswer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", "Sun, 22 Nov 2026 12:00:00 GMT")
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer s.Close()
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	at, err := DateOf(s.URL, &http.Transport{DisableKeepAlives: true})(t.Context())
	require.NoError(t, err)
	assert.True(t, at.Equal(begins))
	s.Close()
	_, err = DateOf(s.URL, &http.Transport{DisableKeepAlives: true})(t.Context())
	require.Error(t, err)
}
