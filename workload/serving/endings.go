package serving

import (
	"io"
	"sync"
	"sync/atomic"
	"time"
)

const (
	patience  = 100 * time.Millisecond // a server may take to end a reply whose last event it has sent
	mostOfEnd = 64 << 10               // bytes that may follow the last event
)

// endings are the ends of streams whose last event has come. They are waited for beside the requests that follow: a client that
// waited for them by itself would send its next request later to a server that ends its streams late.
type endings struct {
	waiting sync.WaitGroup
	held    atomic.Int64
}

// wait reads the rest of a reply and then leaves it. If its end comes in time, the connection is used again. giveUp ends the
// reading.
func (e *endings) wait(rest io.Reader, giveUp, leave func()) {
	e.waiting.Go(func() {
		defer leave()
		defer time.AfterFunc(patience, giveUp).Stop()
		if _, err := io.CopyN(io.Discard, rest, mostOfEnd); err != io.EOF {
			e.held.Add(1)
		}
	})
}

// late waits for the ends that are still to come. It returns how many streams had not ended in time since it was last called. No
// request may be under way.
func (e *endings) late() int {
	e.waiting.Wait()
	return int(e.held.Swap(0))
}
