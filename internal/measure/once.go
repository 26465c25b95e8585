package measure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// once is what a benchmark does once in each turn while its timer runs, however many iterations the turn has. A b.N function does
// so what stands before its loop without b.ResetTimer, and what its first iteration alone does, such as to grow a buffer. go test
// -bench divides it by the iterations of a second, and a turn by those of a millisecond. Where its time is much of a turn, a turn
// of one iteration is subtracted from each turn. Where only its objects or bytes are, they are counted before, and subtracted.
type once struct {
	iterations     int           // of a turn from which one of a single iteration is subtracted; 0: none is
	lasts          time.Duration // both of them, on the slower side
	objects, bytes each[int64]   // of a turn, where none is
}

// doneOnceError means that much of a turn is done once, and that cannot be subtracted. Whole runs have it as go test -bench has.
type doneOnceError struct{ share float64 }

func (e *doneOnceError) Error() string {
	return fmt.Sprintf("about %.0f %% of a turn is done once, as before its loop, and there was no time to subtract it", 100*e.share)
}

func isDoneOnce(err error) bool {
	_, is := errors.AsType[*doneOnceError](err)
	return is
}

// askOnce finds out what is done once, by turns that leave no trace. The error is a doneOnceError if it is much and there is no
// time to find out how much.
func (d *iterations) askOnce(ctx context.Context, sides each[trial]) (o once, err error) {
	began := time.Now()
	var trials onceTrials
	n := max(2, d.turn.Iterations)
	expected, long, short := time.Duration(0), false, true // a pair of each side
	for _, i := range d.of.sides {
		trials[i] = onceTrial{setUp: sides[i].setUp, turn: d.turn.Iterations}
		expected += sides[i].lasts(n) + sides[i].lasts(1)
		long = long || sides[i].timed > float64(longestOnce)
		short = short && sides[i].lasts(1) <= longestOnce
	}
	if within := d.askingOnce(); !short && (within == 0 || expected > within) {
		if within > 0 {
			d.of.note("what a turn does once was not looked for, since an iteration with its set-up takes too long: docs/turns.md")
		}
		return o, nil
	}
	var ones each[*duet.PlainResult] // of the pair before, where the next one has longer turns
	for range mostPairs {
		var lasts time.Duration
		for _, i := range d.draw() {
			many, one := (*duet.PlainResult)(nil), ones[i]
			if one == nil {
				many, one, err = d.grantBoth(ctx, i, duet.PlainTurn{Iterations: n, WarmUp: true})
			} else {
				many, err = d.grantOne(ctx, i, duet.PlainTurn{Iterations: n, WarmUp: true})
			}
			if err != nil {
				return o, err
			}
			lasts = max(lasts, many.Took+one.Took)
			trials[i].add(many, one)
			ones[i] = one
		}
		d.warmed += n + 1
		if long {
			d.noteLong(&trials)
			return o, nil
		}
		next, there := trials.next(n)
		switch {
		case there:
			o.iterations, o.lasts = next, time.Duration(float64(lasts)*float64(next)/float64(n))
			return o, nil
		case trials.tooSlow(), next > 0 && trials.tell() && d.isOver(began):
			if o, err = d.inHaste(&trials, n); err != nil || o.iterations > 0 {
				return o, err
			}
			if trials.counting() {
				d.of.note("what a turn allocates once is not subtracted, since there was no time to ask for it: docs/turns.md")
			}
			return o, nil
		}
		if next == 0 {
			break
		}
		if next == n {
			ones = each[*duet.PlainResult]{}
		}
		n = next
	}
	counted := false
	for _, i := range d.of.sides {
		if trials[i].all {
			d.of.note("a turn takes as long for any number of iterations, so that it is taken for one operation: docs/turns.md")
			return o, nil // of all sides or of none
		}
		counted = counted || trials[i].counted >= surelyCounted
	}
	if counted {
		for _, i := range d.of.sides {
			o.objects[i], o.bytes[i] = trials[i].objects, trials[i].bytes
		}
	}
	return o, nil
}

// askingOnce is how long the launch may ask what is done once; 0: no budget holds.
func (d *iterations) askingOnce() time.Duration {
	return time.Duration(onceBudget * float64(d.of.budget))
}

// isOver reports whether the time to ask is over that began then.
func (d *iterations) isOver(began time.Time) bool {
	within := d.askingOnce()
	return within > 0 && time.Since(began) > within
}

// inHaste is what is done once by the pairs so far, where there is no time for more after one of n: nothing where they have not
// shown that it is much.
func (d *iterations) inHaste(trials *onceTrials, n int) (o once, err error) {
	iterations, share := trials.hasty(n)
	if share == 0 {
		return o, nil
	}
	if iterations > n && d.of.budget > 0 { // longer turns are surer ones, if there is time for the rounds that a verdict needs
		most := d.of.budget / time.Duration(max(d.of.schedule().Fewest, 1)*len(d.of.sides))
		fits := float64(iterations) * min(1, float64(most)/float64(trials.lasts(iterations)))
		iterations = max(n, int(fits))
	}
	if iterations == 0 {
		return o, &doneOnceError{share}
	}
	lasts := trials.lasts(iterations)
	if d.of.budget > 0 && d.of.feasible(0, time.Duration(len(d.of.sides))*lasts) != nil {
		return o, &doneOnceError{share}
	}
	o.iterations, o.lasts = iterations, lasts
	return o, nil
}

// noteLong notes if most of a turn of one long iteration is done once: nothing is subtracted then.
func (d *iterations) noteLong(trials *onceTrials) {
	share := 0.0
	for i := range trials {
		if s := &trials[i]; s.turn > 0 && s.half() {
			share = max(share, s.share())
		}
	}
	if share > 0 {
		d.of.note(fmt.Sprintf("about %.0f %% of a turn, which takes over a second, is done once: it counts as in go test -bench: "+
			"docs/turns.md", 100*share))
	}
}

// there reports whether anything is subtracted.
func (o *once) there() bool {
	return o.iterations > 0 || o.objects != (each[int64]{}) || o.bytes != (each[int64]{})
}

// grantBoth grants a side a turn, and then one of a single iteration. The longer one comes first, as where nothing is subtracted:
// what caches lost to the other side is in it on both sides.
func (d *iterations) grantBoth(ctx context.Context, i int, turn duet.PlainTurn) (many, one *duet.PlainResult, err error) {
	single := turn
	single.Iterations = 1
	if many, err = d.grantOne(ctx, i, turn); err != nil {
		return nil, nil, err
	}
	one, err = d.grantOne(ctx, i, single)
	return many, one, err
}

// without is a turn from which one of a single iteration is subtracted. What both took of the machine is added.
func without(many, one *duet.PlainResult) *duet.PlainResult {
	out := *many
	out.Iterations -= one.Iterations
	out.Timed -= one.Timed
	out.Allocations -= one.Allocations
	out.Bytes -= one.Bytes
	out.Wall += one.Wall
	out.CPU += one.CPU
	out.Switches += one.Switches
	out.Took += one.Took
	return &out
}
