package measure

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestABenchmarkIsProfiledFor20SecondsAtMost has both kinds of profile, none of which explains anything, on a clock of its own.
func TestABenchmarkIsProfiledFor20SecondsAtMost(t *testing.T) {
	const long = "one launch of both sides takes longer than there is time for: 20s, or half of the budget"
	for _, c := range []struct {
		name         string
		budget       time.Duration
		beyond, each time.Duration // what a launch takes beyond serving, and for how long it serves at least
		launches     []string      // how long they are to serve
		took         time.Duration // until the last process has ended
		errs         [2]string
	}{
		{"the default budget", time.Minute, 0, 0,
			[]string{"4s", "4s", "4s", "667ms", "3.167s", "3.167s"}, 19 * time.Second, [2]string{}},
		{"launches that take no longer than they serve", 30 * time.Second, 0, 0,
			[]string{"4s", "4s", "1.333s", "2.333s", "2.333s"}, 14 * time.Second, [2]string{}},
		{"what they take beyond it is known after the first", 30 * time.Second, time.Second, 0,
			[]string{"4s", "3.333s", "2.333s"}, 12666 * time.Millisecond, [2]string{}},
		{"a small budget has half of it", 10 * time.Second, 0, 0, []string{"1.333s", "1.333s", "667ms", "667ms"}, 4 * time.Second,
			[2]string{}},
		{"a tiny one has four seconds", time.Second, 0, 0, []string{"1s", "1s", "500ms", "500ms"}, 3 * time.Second, [2]string{}},
		{"a turn of six seconds is waited for", 30 * time.Second, 0, 6 * time.Second, []string{"4s", "1.333s", "2.333s"},
			14 * time.Second, [2]string{"", long}},
		{"one of ten is not", 30 * time.Second, 0, 10 * time.Second, []string{"4s", "2.333s"}, 14 * time.Second,
			[2]string{long, long}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var launches []string
				for i, a := range allowances(began, c.budget, 2) {
					err := a.spend(t.Context(), func(ctx context.Context, long time.Duration) error {
						launches = append(launches, long.Round(time.Millisecond).String())
						select {
						case <-time.After(max(long, c.each) + c.beyond):
							return nil
						case <-ctx.Done():
							return errors.New("it is killed")
						}
					}, func() bool { return false })
					if c.errs[i] == "" {
						assert.NoError(t, err)
					} else {
						assert.EqualError(t, err, c.errs[i])
					}
				}
				assert.Equal(t, c.launches, launches)
				assert.Equal(t, c.took, time.Since(began).Truncate(time.Millisecond))
				assert.LessOrEqual(t, time.Since(began)+readProfiles, 20*time.Second)
			})
		})
	}
}

func TestProfilingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &allowances(time.Now(), time.Minute, 1)[0]
		n := 0
		serve := func(_ context.Context, long time.Duration) error { n++; time.Sleep(long); return nil }
		require.NoError(t, a.spend(t.Context(), serve, func() bool { return n == 2 }))
		assert.Equal(t, 11*time.Second, time.Until(a.end), "when enough is known: after two launches of 4 s")

		a = &allowances(time.Now(), time.Minute, 2)[0]
		never := func() bool { return false }
		require.NoError(t, a.spend(t.Context(), serve, never))
		assert.Less(t, time.Until(a.end), leastLaunch, "when what leaves time to others is spent")
		assert.InDelta(t, 19*time.Second/3, a.last.Sub(a.end), 1)
		a.end = a.last
		require.NoError(t, a.spend(t.Context(), serve, never), "and on, when no other follows")
		assert.Less(t, time.Until(a.last), leastLaunch)

		a = &allowances(time.Now(), time.Minute, 1)[0]
		broken := errors.New("the test binary exited with status 2")
		require.Equal(t, broken, a.spend(t.Context(), func(context.Context, time.Duration) error { return broken }, nil),
			"when a launch fails")

		ctx, cancel := context.WithCancel(t.Context())
		stopped := errors.New("stopped")
		require.Equal(t, stopped, a.spend(ctx, func(context.Context, time.Duration) error { cancel(); return stopped }, nil),
			"when the gate is to end")
	})
}
