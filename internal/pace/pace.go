// Package pace waits for instants, more precisely than the runtime's timers.
//
// Go's network poller sleeps in whole milliseconds (golang/go #53824), so a time.Timer or time.Sleep is late by about 0.55 ms at
// the median: more than half of a floor of 1 ms. On Linux a [Waiter] reads a timerfd through the poller, which holds no thread,
// and watches the clock for the last 50 us, as far as 2 % of a core allow. Elsewhere, and in a bubble of testing/synctest,
// where time is not the kernel's, it is a time.Timer: waits in a bubble end at exactly the instant asked for.
package pace

import (
	"context"
	"time"
)

// Waiter waits for instants, one after the other, for one goroutine at a time. Make it inside the bubble that uses it.
type Waiter struct{ clock clock }

// clock is what a Waiter waits with.
type clock interface {
	until(ctx context.Context, at time.Time) error
	close() error
}

// New makes a Waiter; Close it. An error means that the system has no timer left to give: a file descriptor on Linux.
func New() (*Waiter, error) {
	c, err := newClock()
	if err != nil {
		return nil, err
	}
	return &Waiter{clock: c}, nil
}

// Until waits until at and returns nil. When at is not in the future it returns at once, whatever ctx is. When ctx ends first
// it returns ctx's cause. The wait may be over late, as busy as the machine is, but never early.
func (w *Waiter) Until(ctx context.Context, at time.Time) error {
	if !time.Now().Before(at) {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return w.clock.until(ctx, at)
}

// Close gives the timer back. Nobody may be waiting, and nobody may wait afterwards.
func (w *Waiter) Close() error { return w.clock.close() }
