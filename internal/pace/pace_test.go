package pace

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func waiter(t testing.TB) *Waiter {
	w, err := New()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, w.Close()) })
	return w
}

// clocks runs a test with the system's best clock, and with the one that any system has.
func clocks(t *testing.T, test func(t *testing.T, w *Waiter)) {
	t.Run("clock=system", func(t *testing.T) { test(t, waiter(t)) })
	t.Run("clock=timer", func(t *testing.T) { test(t, &Waiter{newTimer()}) })
}

func TestUntilIsNeverEarly(t *testing.T) {
	clocks(t, func(t *testing.T, w *Waiter) {
		for _, wait := range []time.Duration{
			time.Microsecond, 49 * time.Microsecond, 51 * time.Microsecond, 300 * time.Microsecond, 3 * time.Millisecond,
		} {
			at := time.Now().Add(wait)
			require.NoError(t, w.Until(t.Context(), at))
			assert.False(t, time.Now().Before(at), wait)
		}
	})
}

func TestInstantsWithoutAMonotonicReadingAreKept(t *testing.T) {
	clocks(t, func(t *testing.T, w *Waiter) {
		at := time.Unix(0, time.Now().Add(2*time.Millisecond).UnixNano())
		require.NoError(t, w.Until(t.Context(), at))
		assert.False(t, time.Now().Before(at))
	})
}

func TestLateInstantsReturnAtOnce(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	clocks(t, func(t *testing.T, w *Waiter) {
		assert.NoError(t, w.Until(ended, time.Now()), "now, though ctx has ended")
		assert.NoError(t, w.Until(ended, time.Time{}), "long ago")
	})
}

func TestAnEndedContextEndsTheWait(t *testing.T) {
	why := errors.New("enough")
	clocks(t, func(t *testing.T, w *Waiter) {
		ctx, cancel := context.WithCancelCause(t.Context())
		waiting := make(chan error)
		go func() { waiting <- w.Until(ctx, time.Now().Add(time.Hour)) }()
		cancel(why) // before, in or after the beginning of the wait
		require.ErrorIs(t, <-waiting, why)
		require.ErrorIs(t, w.Until(ctx, time.Now().Add(time.Hour)), why, "of a context that had ended")

		at := time.Now().Add(time.Millisecond)
		require.NoError(t, w.Until(t.Context(), at), "the next wait")
		assert.False(t, time.Now().Before(at))
	})
}

func TestWaitsInABubbleEndAtTheInstant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waiter(t)
		require.IsType(t, &timer{}, w.clock)
		at := time.Now()
		for _, wait := range []time.Duration{time.Nanosecond, time.Microsecond, time.Hour} {
			at = at.Add(wait)
			require.NoError(t, w.Until(t.Context(), at))
			assert.True(t, at.Equal(time.Now()), wait)
		}
	})
}
