package workload

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// late is a run at 100 req/s of n requests, each served in 1 ms and sent late by what lag says.
func late(t *testing.T, n int, lag func(i int) time.Duration) LoadResult {
	t.Helper()
	l, err := Load{Rate: 100, Requests: n, Burstiness: even}.withDefaults()
	require.NoError(t, err)
	r := LoadResult{Load: l}
	for i, due := range scheduleOf(t, l) {
		at := due + lag(i)
		r.Requests = append(r.Requests, Sent{Due: due, Sent: at, Begun: at, Ended: at + ms})
	}
	r.finish()
	return r
}

func each(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }

// only gives the lag to k requests of a hundred.
func only(k int, d time.Duration) func(int) time.Duration {
	return func(i int) time.Duration {
		if i%100 < k {
			return d
		}
		return 0
	}
}

// drift is what sleeping every gap by itself leads to: the lag grows.
func drift(d time.Duration) func(int) time.Duration {
	return func(i int) time.Duration { return time.Duration(i+1) * d }
}

func TestALoadGeneratorThatIsLateMakesItsRunInvalid(t *testing.T) {
	const us = time.Microsecond
	for _, c := range []struct {
		name string
		n    int
		lag  func(int) time.Duration
		says []string // the beginning of each reason
	}{
		{"on time", 1000, each(0), nil},
		{"median lag of exactly half the floor", 1000, each(500 * us), nil},
		{"a nanosecond more", 1000, each(500*us + 1), []string{
			"requests were sent 500.001µs late (median), where 500µs is the most (50 % of the floor of 1ms)",
		}},
		{"as late as time.Sleep is", 1000, each(550 * us), []string{"requests were sent 550µs late (median)"}},
		{"1 in 100 late is not the p99", 1000, only(1, 80*ms), nil},
		{"2 in 100 are, at exactly five floors", 1000, only(2, 5*ms), nil},
		{"2 in 100 a nanosecond more", 1000, only(2, 5*ms+1), []string{
			"requests were sent 5.000001ms late (p99), where 5ms is the most",
		}},
		{"99 requests have no p99", 99, only(2, 9*ms), nil},
		{"19 requests have no median", 19, each(4 * ms), nil},
		{"20 have", 20, each(4 * ms), []string{"requests were sent 4ms late (median)"}},
		{"1 % too slow", 100, drift(101 * us), []string{
			"requests were sent 5.05ms late (median)", "requests were sent 9.999ms late (p99)",
		}},
		{"1.2 % too slow", 100, drift(120 * us), []string{"requests were sent 6ms late (median)", "requests were sent 11.88ms late (p99)",
			"98.8 req/s were sent where 100 were asked (-1.2 %), and 1 % is the most"}},
		{"19 requests have no rate", 19, drift(ms), nil},
		{"2 % too slow by one stall at the end", 20, func(i int) time.Duration { return time.Duration(i/19) * 4 * ms }, nil},
		{"by a longer one", 20, func(i int) time.Duration { return time.Duration(i/19) * 6 * ms },
			[]string{"97.1 req/s were sent where 100 were asked (-2.9 %)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := late(t, c.n, c.lag)
			require.Len(t, r.Invalid, len(c.says), "%q", r.Invalid)
			for i, says := range c.says {
				assert.True(t, strings.HasPrefix(r.Invalid[i], says), "%q", r.Invalid[i])
			}
			assert.Equal(t, c.lag(0)+ms, r.Requests[0].Latency(), "lateness counts as latency")
		})
	}
}

func TestTheFloorAndItsShareCanBeSet(t *testing.T) {
	l, err := Load{Rate: 100, Requests: 200, Burstiness: even, Floor: 10 * ms, MaxLagPercent: 20}.withDefaults()
	require.NoError(t, err)
	for _, c := range []struct {
		lag     time.Duration
		invalid int
	}{{2 * ms, 0}, {2*ms + 1, 1}} {
		r := LoadResult{Load: l}
		for _, due := range scheduleOf(t, l) {
			r.Requests = append(r.Requests, Sent{Due: due, Sent: due + c.lag, Begun: due + c.lag, Ended: due + c.lag})
		}
		r.finish()
		assert.Len(t, r.Invalid, c.invalid)
	}
}

// The time that a request hangs until it is given up is a part of the run's, and not of the rate at which others succeeded.
func TestARequestThatHangsMakesTheRunLonger(t *testing.T) {
	r := LoadResult{Load: Load{Concurrency: 3}, Requests: []Sent{
		{Ended: time.Second}, {Ended: 3 * time.Second}, {Ended: 300 * time.Second, Err: context.DeadlineExceeded},
	}}
	r.finish()
	assert.Equal(t, 300*time.Second, r.Elapsed)
	assert.Equal(t, 0.5, r.AchievedRate)
}

func TestARunInWhichNothingSucceededHasNoRate(t *testing.T) {
	r := LoadResult{Load: Load{Rate: 10}, Requests: []Sent{{Err: ErrNotSent}, {Err: ErrNotSent}}}
	r.finish()
	assert.Zero(t, r.Attempted)
	assert.Zero(t, r.AchievedRate)
	assert.Zero(t, r.SentRate)
	assert.Zero(t, r.Drained)
}
