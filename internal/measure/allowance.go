package measure

import (
	"context"
	"fmt"
	"time"
)

const (
	// profiling is how long a benchmark that regressed is profiled at most, from the first launch to the last profile that is read:
	// somebody waits for the verdict. Of a small budget it is half, but not less than leastProfiling.
	profiling      = 20 * time.Second
	leastProfiling = 4 * time.Second
	// readProfiles is what of that is left to read and save profiles, when no process is running any more.
	readProfiles = time.Second
	// profiledLaunch is how long both sides of a launch are to serve requests: a profile has 100 samples for a second of CPU time.
	// A launch that would be shorter than leastLaunch is not made.
	profiledLaunch = 4 * time.Second
	leastLaunch    = time.Second / 2
)

// allowance is the time in which one kind of profile is taken, launch after launch.
type allowance struct {
	end      time.Time     // when the last process has ended, or is ended
	last     time.Time     // the end of those of all kinds
	launches int           // that came to their end
	beyond   time.Duration // what the last launch took that it did not serve in: starts, warm-ups, the end of a last turn
}

// allowances divide the time for a benchmark whose measuring had that budget among so many kinds of profile: one that others follow
// leaves them a third.
func allowances(now time.Time, budget time.Duration, kinds int) []allowance {
	whole := min(profiling, max(budget/2, leastProfiling)) - readProfiles
	all := make([]allowance, kinds)
	for i := range all {
		all[i].end, all[i].last = now.Add(whole), now.Add(whole)
		if i < kinds-1 {
			all[i].end = now.Add(whole * 2 / 3)
		}
	}
	return all
}

// next is how long the next launch is to serve requests; 0 when there is no time for one. What the first takes beyond that is not
// known: as long again, at most.
func (a *allowance) next(now time.Time) time.Duration {
	long := a.end.Sub(now) - a.beyond
	if a.launches == 0 {
		long /= 2
	}
	if long = min(profiledLaunch, long); long >= leastLaunch {
		return long
	}
	return 0
}

// errLong means that there was no time for one launch from its start to its end.
var errLong = fmt.Errorf("one launch of both sides takes longer than there is time for: %v, or half of the budget", profiling)

// spend launches until enough says so, or the time is spent: a launch that would go beyond it is ended, and counts for nothing.
// At least one launch must come to its end.
func (a *allowance) spend(
	ctx context.Context, launch func(ctx context.Context, long time.Duration) error, enough func() bool,
) error {
	within, cancel := context.WithDeadline(ctx, a.end)
	defer cancel()
	for {
		began := time.Now()
		long := a.next(began)
		var err error
		if long > 0 {
			err = launch(within, long)
		}
		switch over := long == 0 || err != nil && within.Err() != nil && ctx.Err() == nil; {
		case over && a.launches == 0:
			return errLong
		case over:
			return nil
		case err != nil:
			return err
		case enough():
			return nil
		}
		a.launches++
		a.beyond = max(time.Since(began)-long, 0)
	}
}
