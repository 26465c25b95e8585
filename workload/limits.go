package workload

import (
	"context"
	"sync"
	"time"
)

const (
	sharedPart = 100         // requests that begin within so many parts of their timeout end together
	mostShared = time.Second // or within this, if that is less
)

// limits are the contexts of requests that have a timeout. Requests that begin at about the same time share one, which ends when the last of
// them must: each timer that is set wakes a thread of the runtime, and one for each request took 15 % of the load generator's CPU time.
type limits struct {
	mu     sync.Mutex
	until  time.Time // the present one is for requests that begin before
	ctx    context.Context
	cancel context.CancelFunc // of ctx; nobody calls it, for it ends in time, or with the run
}

// of is the context of a request that begins now: parent, with its timeout. It ends with parent.
func (l *limits) of(parent context.Context, timeout time.Duration) context.Context {
	if timeout <= 0 {
		return parent
	}
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !now.Before(l.until) {
		l.until = now.Add(min(timeout/sharedPart, mostShared))
		l.ctx, l.cancel = context.WithDeadline(parent, l.until.Add(timeout))
	}
	return l.ctx
}
