package measure

import (
	"context"
	"math"
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

const (
	// muchOfTurn is the share of a turn's time from which on what is done once is subtracted. Below it a change of 12 % still shows as
	// one of over 10 %.
	muchOfTurn = 0.1
	// objectsOnce, bytesOnce and bytesShare are the same for objects and bytes, divided by the iterations of a turn: more than
	// objectsOnce, or more than bytesOnce and than bytesShare of what an iteration allocates. They are half of the default limits.
	objectsOnce, bytesOnce, bytesShare = 0.5, 32.0, 0.05
	// fewPairs are looked at together, unless the timer of a turn of one iteration runs for longPair or more.
	fewPairs, longPair = 3, 100 * time.Millisecond
	// surely is how many times pairs must show it, one after the other: noise alone shows it in up to half of the pairs of a slow
	// benchmark. Where it is at least half of the turn of one iteration it counts as shown halfOfOne times.
	surely, halfOfOne = 5, 3
	// surelyCounted is how many pairs must show its objects or bytes, which noise hardly changes.
	surelyCounted = 3
	// longestOnce is how long a turn of one iteration may take: of a longer one nothing is taken to be done once.
	longestOnce = time.Second
	// mostPairs are tried. What they have not shown is not there.
	mostPairs = 60
	// The rest of a turn is what it takes longer than one of one iteration. settledRest is the share of its intended time that it must
	// take. Until it does the turns grow, and what the pairs so far have shown of times does not count.
	settledRest = 0.8
	// drowned is the least that the rest of a turn is taken to be, as a share of a turn of one iteration. A smaller rest is noise.
	drowned = 0.05
)

// onceTrial is what pairs of turns told of a side: a turn of some iterations, and one of a single iteration.
type onceTrial struct {
	setUp          time.Duration // of a turn, while the timer stands
	turn           int           // iterations of a turn from which nothing is subtracted
	pairs          int
	single, many   time.Duration // of the pairs that are looked at together, at best: collections and stalls are in some of them
	wall           time.Duration // of the rest of the longer turn, at best; with what is done while the timer stands
	together       int           // how many those are
	waits          bool          // for more of them
	shown          int           // how many looks, one after the other, have shown that its time is much; -1: a look has not
	counted        int           // how many pairs, one after the other, have shown that its objects or bytes are many; -1: one has not
	all            bool          // there is nothing else: it takes as long for any number of iterations
	objects, bytes int64         // the least that a pair has shown
	want           int           // iterations of a turn whose rest takes twice as long, and at least turnWork and the set-up
	most           int           // iterations that a turn may have: its rest takes longPortion then, or as long as want is to
	settled        bool          // the rest of the turn took as long as it is to
}

// add adds a pair.
func (t *onceTrial) add(many, one *duet.PlainResult) {
	n := float64(many.Iterations - 1)
	t.count(n, many, one)
	t.pairs++
	if !t.waits {
		t.single, t.many, t.wall, t.together = one.Timed, many.Timed, many.Wall-one.Wall, 0
	}
	t.single, t.many, t.wall = min(t.single, one.Timed), min(t.many, many.Timed), min(t.wall, many.Wall-one.Wall)
	t.together++
	if t.waits = t.together < fewPairs && t.single < longPair; t.waits {
		return
	}
	single, rest := float64(max(t.single, 1)), float64(t.many-t.single)
	iteration := max(rest/n, 0)
	done := single - iteration
	turn := max(float64(turnWork), float64(t.setUp), iteration)
	need := max(float64(turnWork), float64(t.setUp), 2*done)
	t.settled = rest >= settledRest*need
	t.want = 1 + int(min(math.Ceil(n*need/max(rest, drowned*single)), duet.MaxIterations-1))
	looped := max(iteration, float64(t.wall)/n, 1)
	t.most = 1 + int(min(math.Ceil(max(float64(longPortion), need)/max(iteration, 1)),
		math.Ceil(max(float64(longestTurn), need)/looped), duet.MaxIterations-1))
	switch {
	case t.shown < 0:
	case done > muchOfTurn*turn && done >= single/2:
		t.shown += halfOfOne
	case done > muchOfTurn*turn:
		t.shown++
	default:
		t.shown = -1
	}
}

// count adds the objects and bytes of a pair, whose turns differ by n iterations.
func (t *onceTrial) count(n float64, many, one *duet.PlainResult) {
	objects := max(float64(many.Allocations-one.Allocations)/n, 0)
	bytes := max(float64(many.Bytes-one.Bytes)/n, 0)
	objectsOnce := max(float64(one.Allocations)-objects, 0)
	bytesOnce := max(float64(one.Bytes)-bytes, 0)
	if t.pairs == 0 || t.objects > int64(objectsOnce) {
		t.objects = int64(objectsOnce)
	}
	if t.pairs == 0 || t.bytes > int64(bytesOnce) {
		t.bytes = int64(bytesOnce)
	}
	if t.counted >= 0 && manyOnce(float64(t.objects), float64(t.bytes), bytes, float64(t.turn)) {
		t.counted++
	} else {
		t.counted = -1
	}
}

// manyOnce reports whether objects or bytes that are allocated once are many for a turn of so many iterations, each of which
// allocates so many bytes.
func manyOnce(objects, bytes, ofIteration, iterations float64) bool {
	return objects/iterations > objectsOnce || bytes/iterations > bytesOnce && bytes/iterations > bytesShare*ofIteration
}

// onceTrials are those of all sides. A zero turn means that a side takes no part.
type onceTrials each[onceTrial]

// next says how many iterations the turn of the next pair is to have, after one of n; 0: no pair is needed any more. there says
// that the time of what is done once is much: so many iterations then are what a turn is to have.
func (t *onceTrials) next(n int) (iterations int, there bool) {
	want, most, shown, counting, rested, waits := 0, duet.MaxIterations, -1, false, true, false
	for i := range t {
		s := &t[i]
		if s.turn == 0 {
			continue
		}
		if s.waits {
			waits = true
			continue
		}
		if s.shown >= 0 && !s.settled && n >= s.most {
			// It takes as long for any number of iterations, so that all of it is one; or a turn would take too long.
			s.shown, s.counted, s.all = -1, -1, true
		}
		most, shown = min(most, s.most), max(shown, s.shown)
		counting = counting || s.counted > 0 && s.counted < surelyCounted
		if s.shown >= 0 {
			want, rested = max(want, s.want), rested && s.settled
		}
	}
	switch next := min(want, most); {
	case waits:
		return n, false
	case shown < 0 && counting:
		return n, false
	case shown < 0:
		return 0, false
	case !rested && next > n:
		for i := range t {
			t[i].shown = min(t[i].shown, 0) // so few iterations tell nothing
		}
		return next, false
	case shown >= surely:
		return min(n, max(want, 2)), true // to get there n may have grown too much
	}
	return n, false
}

// askOnce finds out what is done once, by turns that leave no trace.
func (d *iterations) askOnce(ctx context.Context, sides each[trial]) (o once, err error) {
	began := time.Now()
	var trials onceTrials
	for _, i := range d.of.sides {
		if sides[i].lasts(1) > longestOnce {
			return o, nil
		}
		trials[i] = onceTrial{setUp: sides[i].setUp, turn: d.turn.Iterations}
	}
	n := max(2, d.turn.Iterations)
	for range mostPairs {
		if d.of.budget > 0 && time.Since(began) > d.of.budget/4 {
			return o, nil
		}
		var lasts time.Duration
		for _, i := range d.draw() {
			many, one, err := d.grantBoth(ctx, i, duet.PlainTurn{Iterations: n, WarmUp: true})
			if err != nil {
				return o, err
			}
			lasts = max(lasts, many.Took+one.Took)
			trials[i].add(many, one)
		}
		d.warmed += n + 1
		next, there := trials.next(n)
		if there {
			o.iterations, o.lasts = next, time.Duration(float64(lasts)*float64(next)/float64(n))
			return o, nil
		}
		if next == 0 {
			break
		}
		n = next
	}
	counted := false
	for _, i := range d.of.sides {
		if trials[i].all {
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
