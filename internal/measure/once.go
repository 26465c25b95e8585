package measure

import (
	"context"
	"math"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// once is what a benchmark does once in each turn while its timer runs, however many iterations the turn has. A b.N function does
// so what stands before its loop without b.ResetTimer, and what its first iteration alone does, such as to grow a buffer. go test
// -bench divides it by the iterations of a second, and a turn by those of a millisecond. Where it is much of a turn, a turn of one
// iteration is subtracted from each turn. The first launch finds out, for all launches of a measurement.
type once struct {
	asked      bool
	iterations int           // of a turn from which one of a single iteration is subtracted; 0: none is
	lasts      time.Duration // both of them, on the slower side
}

const (
	// muchOfTurn is the share of a turn's time from which on what is done once is subtracted. Below it a change of 12 %
	// still shows as one of over 10 %.
	muchOfTurn = 0.1
	// bytesOnce and bytesShare are the same for bytes, divided by the iterations of a turn: more than bytesOnce, and more
	// than bytesShare of what an iteration allocates. Both are half of the default limits.
	bytesOnce, bytesShare = 32.0, 0.05
	// sure is how many pairs of turns must show it, one after the other: noise alone shows it in up to half of the pairs of a slow
	// benchmark. A pair in which it is at least half of the turn of one iteration counts as three.
	sure, plain = 5, 3
	// longestOnce is how long a turn of one iteration may take: of a longer one nothing is taken to be done once.
	longestOnce = time.Second
	// mostPairs are tried; what they have not shown is not there.
	mostPairs = 40
	// settled is the share of its intended time that the rest of a turn must take. Until it does the turns grow, and the
	// pairs so far do not count.
	settled = 0.8
	// drowned is the least that the rest of a turn is taken to be, as a share of a turn of one iteration. A smaller rest is
	// noise.
	drowned = 0.05
)

// onceTrial is what pairs of turns told of a side: a turn of some iterations, and one of a single iteration.
type onceTrial struct {
	setUp      time.Duration // of a turn, while the timer stands
	turn       int           // iterations of a turn from which nothing is subtracted
	shown      int           // by pairs, one after the other; -1: a pair has not shown it
	want, most int           // iterations of a turn whose rest takes twice as long as what is done once; that are not too long
	settled    bool          // the rest of the turn took as long as it is to
}

// add adds a pair.
func (t *onceTrial) add(many, one *duet.PlainResult) {
	n := float64(many.Iterations - 1)
	single, rest := float64(max(one.Timed, 1)), float64(many.Timed-one.Timed)
	iteration := max(rest/n, 0)
	done := single - iteration
	turn := max(float64(turnWork), float64(t.setUp), iteration)
	need := max(float64(turnWork), float64(t.setUp), 2*done)
	t.settled = rest >= settled*need
	t.want = 1 + int(min(math.Ceil(n*need/max(rest, drowned*single)), duet.MaxIterations-1))
	t.most = 1 + int(min(math.Ceil(max(float64(longPortion), need)/max(iteration, 1)), duet.MaxIterations-1))

	iterationBytes := max(float64(many.Bytes-one.Bytes)/n, 0)
	bytes := (float64(one.Bytes) - iterationBytes) / float64(t.turn)
	switch {
	case t.shown < 0:
	case done > muchOfTurn*turn && done >= single/2:
		t.shown += plain
	case done > muchOfTurn*turn, bytes > bytesOnce && bytes > bytesShare*iterationBytes:
		t.shown++
	default:
		t.shown = -1
	}
}

// onceTrials are those of all sides. A zero turn means that a side takes no part.
type onceTrials each[onceTrial]

// next says how many iterations the turn of the next pair is to have, after one of n; 0: nothing is done once. there says that
// something is, and that no more pairs are needed: so many iterations then are what a turn is to have.
func (t *onceTrials) next(n int) (iterations int, there bool) {
	want, most, shown, rested := 0, duet.MaxIterations, -1, true
	for i := range t {
		if t[i].turn == 0 {
			continue
		}
		most, shown = min(most, t[i].most), max(shown, t[i].shown)
		if t[i].shown >= 0 {
			want, rested = max(want, t[i].want), rested && t[i].settled
		}
	}
	if shown < 0 {
		return 0, false
	}
	if next := min(want, most); !rested && next > n {
		for i := range t {
			t[i].shown = min(t[i].shown, 0) // so few iterations tell nothing
		}
		return next, false
	}
	if shown >= sure {
		return min(n, max(want, 2)), true // to get there n may have grown too much
	}
	return n, false
}

// askOnce finds out if something is done once, which takes turns that leave no trace.
func (d *iterations) askOnce(ctx context.Context, sides each[trial]) error {
	o := &d.of.once
	o.asked = true
	var trials onceTrials
	for _, i := range d.of.sides {
		trials[i] = onceTrial{setUp: sides[i].setUp, turn: d.turn.Iterations}
	}
	n := max(2, d.turn.Iterations)
	for range mostPairs {
		var lasts time.Duration
		for _, i := range d.draw() {
			many, one, err := d.grantBoth(ctx, i, duet.PlainTurn{Iterations: n, WarmUp: true})
			if err != nil {
				return err
			}
			if one.Timed > longestOnce {
				return nil
			}
			d.warmed += n + 1
			lasts = max(lasts, many.Took+one.Took)
			trials[i].add(many, one)
		}
		next, there := trials.next(n)
		if there {
			o.iterations, o.lasts = next, lasts
			d.of.note("what a turn does once, before its loop or in its first iteration, is subtracted: docs/turns.md")
		}
		if there || next == 0 {
			return nil
		}
		n = next
	}
	return nil
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
