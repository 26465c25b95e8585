package pace

import (
	"context"
	"time"
)

// timer is the clock that any system has, and a bubble of testing/synctest.
type timer struct{ t *time.Timer }

func newTimer() *timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return &timer{t}
}

func (c *timer) until(ctx context.Context, at time.Time) error {
	// A timer counts on the monotonic clock. An instant without a reading of it may have to be asked for again.
	for left := time.Until(at); left > 0; left = time.Until(at) {
		c.t.Reset(left)
		select {
		case <-c.t.C:
		case <-ctx.Done():
			c.t.Stop()
			return context.Cause(ctx)
		}
	}
	return nil
}

func (c *timer) close() error {
	c.t.Stop()
	return nil
}
