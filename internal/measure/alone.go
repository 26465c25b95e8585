package measure

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

const (
	// besidePoll is the pause between two looks at what the go command runs beside the gate.
	besidePoll = 200 * time.Millisecond
	// besideLooks is how many looks in a row must find nothing, once something was found: between two of its processes the go command
	// decides what to run next.
	besideLooks = 5
)

// alone waits until the go command runs no other packages' tests beside this gate and no other gate measures on this machine.
// Gates wait for each other at the lock alone. When the waiting for tests has taken half of the time until the deadline it goes on
// beside them, with a note.
func (g *gate) alone(ctx context.Context) (release func(), err error) {
	defer g.spend("waited", time.Now())
	patience := time.Duration(math.MaxInt64)
	if deadline, ok := ctx.Deadline(); ok {
		patience = time.Until(deadline) / 2
	}
	if total := g.order.Total; total > 0 {
		patience = min(patience, total)
	}
	done := testbin.Rest()
	waited := time.Duration(0)
	for {
		began := time.Now()
		if err = g.awaitTests(ctx, patience-waited); err != nil {
			break
		}
		waited += time.Since(began)
		var unlock func()
		if unlock, err = g.lock(ctx); err != nil {
			break
		}
		beside := testbin.Beside()
		if beside > 0 && waited < patience {
			unlock() // the gate that had it goes on with its package's tests
			g.crowded = true
			continue
		}
		if beside > 0 {
			g.note(fmt.Sprintf("other packages' tests (%d) ran beside the measuring, which had waited for them for %.0f s: "+
				"give the gate a go test of its own, or a longer -timeout", beside, waited.Seconds()))
		}
		return func() { done(); unlock() }, nil // who has the lock next knows that this gate's package may go on
	}
	done()
	return nil, err
}

// awaitTests waits until the go command runs nothing beside this gate, or patience is at its end.
func (g *gate) awaitTests(ctx context.Context, patience time.Duration) error {
	quiet, told := 0, false
	for began := time.Now(); time.Since(began) < patience; {
		beside := testbin.Beside()
		if beside > 0 {
			quiet, g.crowded = 0, true
		} else if quiet++; quiet == besideLooks || !g.crowded {
			return nil
		}
		if beside > 0 && !told {
			told = true
			g.order.Display.Plan("waiting for other packages' tests: %d", beside)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for other packages' tests: %w", context.Cause(ctx))
		case <-time.After(besidePoll):
		}
	}
	return nil
}

// lock waits for other gates, no longer than all benchmarks together may take.
func (g *gate) lock(ctx context.Context) (release func(), err error) {
	if total := g.order.Total; total > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, total, &tooLongError{total})
		defer stop()
	}
	return Lock(ctx, g.order.Display)
}

// tooLongError means that another gate was waited for in vain.
type tooLongError struct{ after time.Duration }

func (e *tooLongError) Error() string {
	return fmt.Sprintf("it did not end within %v: run again once it has, or allow more with -regress.total", e.after)
}

// Lock waits until no gate measures on this machine, and keeps others waiting until release is called.
func Lock(ctx context.Context, display *progress.Display) (release func(), err error) {
	return testbin.Lock(ctx, testbin.LockPath(), func(holder string) {
		display.Plan("another gate is measuring on this machine (%s): waiting for it", holder)
	})
}
