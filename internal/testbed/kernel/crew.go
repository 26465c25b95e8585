package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// crew does a number of independent tasks on at most GOMAXPROCS goroutines, which end with the last task. Which hand does
// which task is left to chance, so a task must give the same whoever does it. A crew allocates for a new hand, no more.
type crew struct {
	hands []*hand
	wait  sync.WaitGroup
	do    func(task int, h *hand) error
	tasks int
	next  atomic.Int64 // first task that nobody has begun
}

// hand is one goroutine's share of a crew: its scratch memory.
type hand struct {
	scores []float32 // (rows of a task, positions)
	work   func()    // kept, as a go statement with arguments would allocate
	err    error     // the first of its tasks
}

// worthwhile is how many multiply-adds make a second goroutine pay: a goroutine costs about 1 us to start and await, in
// which a core does 10,000 of them (gonum, 2 cores of an AMD EPYC, November 2026).
const worthwhile = 100_000

// each calls do once for each task, 0 to tasks-1, and returns when all are done, or some have failed. Size is the work of all of
// them together, in multiply-adds: below worthwhile the caller does everything.
func (c *crew) each(tasks, size int, do func(task int, h *hand) error) error {
	hands := 1
	if size >= worthwhile {
		hands = max(1, min(runtime.GOMAXPROCS(0), tasks))
	}
	for len(c.hands) < hands {
		c.hire()
	}
	c.do, c.tasks = do, tasks
	c.next.Store(0)
	c.wait.Add(hands - 1)
	for _, h := range c.hands[1:hands] {
		go h.work()
	}
	c.toil(c.hands[0])
	c.wait.Wait()
	for _, h := range c.hands[:hands] {
		if h.err != nil {
			return h.err
		}
	}
	return nil
}

func (c *crew) hire() {
	h := &hand{}
	h.work = func() {
		defer c.wait.Done()
		c.toil(h)
	}
	c.hands = append(c.hands, h)
}

func (c *crew) toil(h *hand) {
	h.err = nil
	for h.err == nil {
		task := int(c.next.Add(1)) - 1
		if task >= c.tasks {
			return
		}
		h.err = c.do(task, h)
	}
}
