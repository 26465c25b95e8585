package measure

import (
	"math"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
)

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
	// longestOnce is how long the timer of a turn of one iteration may run. Of a longer one nothing is subtracted: a run of go test
	// -bench has one iteration then, as a turn has. A launch asks for no more than the share onceBudget of the budget.
	longestOnce = time.Second
	onceBudget  = 0.25
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

	rest            float64 // iterations by which the turns of the last pair differ
	done, iteration float64 // ns, by the last look: what is done once, and an iteration
	looks           int     // in a row that have shown that done is much, by however few iterations
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
	t.rest = n
	if t.waits = t.together < fewPairs && t.single < longPair; !t.waits {
		t.look()
	}
}

// look looks at the pairs together.
func (t *onceTrial) look() {
	n, single, rest := t.rest, float64(max(t.single, 1)), float64(t.many-t.single)
	iteration := max(rest/n, 0)
	done := single - iteration
	t.done, t.iteration = done, iteration
	turn := max(float64(turnWork), float64(t.setUp), iteration)
	need := max(float64(turnWork), float64(t.setUp), 2*done)
	t.settled = rest >= settledRest*need
	t.want = 1 + int(min(math.Ceil(n*need/max(rest, drowned*single)), duet.MaxIterations-1))
	looped := t.looped()
	t.most = 1 + int(min(math.Ceil(max(float64(longPortion), need)/max(iteration, 1)),
		math.Ceil(max(float64(longestTurn), need)/looped), duet.MaxIterations-1))
	much := done > muchOfTurn*turn
	switch {
	case t.shown < 0:
	case much && done >= single/2:
		t.shown += halfOfOne
	case much:
		t.shown++
	default:
		t.shown = -1
	}
	if t.looks++; !much {
		t.looks = 0
	}
}

// looped is how long an iteration takes, in nanoseconds, with what is done while the timer stands.
func (t *onceTrial) looped() float64 { return max(t.iteration, float64(t.wall)/t.rest, 1) }

// half reports whether what is done once is at least half of a turn of one iteration, by the last look.
func (t *onceTrial) half() bool { return t.looks > 0 && t.done >= float64(t.single)/2 }

// hasShown reports whether it is to be taken that much is done once, where there is no time to look again.
func (t *onceTrial) hasShown() bool { return t.half() || t.looks > 1 || t.looks > 0 && t.all }

// share is how much of a turn is done once, by the last look.
func (t *onceTrial) share() float64 { return t.done / (t.done + float64(t.turn)*t.iteration) }

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

// hasty is what next says where there is no time for another pair after one of n: the share of a turn that is done once, where that
// has been shown to be much, and how many iterations the turn is to have from which it is subtracted. No iterations: it is not
// known, since the rest of the turn did not show beside it.
func (t *onceTrials) hasty(n int) (iterations int, share float64) {
	want, most, drowns := 2, duet.MaxIterations, false
	for i := range t {
		s := &t[i]
		if s.turn == 0 {
			continue
		}
		most = min(most, max(s.most, n))
		if s.hasShown() {
			want, share = max(want, s.want), max(share, s.share())
			drowns = drowns || float64(s.many-s.single) < drowned*float64(s.single)
		}
	}
	if share == 0 || drowns {
		return 0, share
	}
	return min(want, most), share
}

// lasts is how long a turn of so many iterations and one of a single iteration last, on the slower side.
func (t *onceTrials) lasts(iterations int) (lasts time.Duration) {
	for i := range t {
		if s := &t[i]; s.turn > 0 {
			lasts = max(lasts, 2*(s.single+s.setUp)+time.Duration(s.looped()*float64(iterations)))
		}
	}
	return lasts
}

// counting reports whether pairs have shown that objects or bytes are many, but fewer than surelyCounted of them.
func (t *onceTrials) counting() bool {
	for i := range t {
		if t[i].counted > 0 {
			return true
		}
	}
	return false
}

// tooSlow reports whether much is done once on a side, and turns long enough to tell how much would take too long, by what
// iterations do while the timer stands.
func (t *onceTrials) tooSlow() bool {
	for i := range t {
		if s := &t[i]; s.all && s.wall > longestTurn/2 {
			return true
		}
	}
	return false
}

// tell reports whether the pairs tell whether much is done once, for want of more: not in the middle of a look, nor if one alone
// has shown that it is, and less than half.
func (t *onceTrials) tell() bool {
	for i := range t {
		if s := &t[i]; s.turn > 0 && (s.waits || s.looks == 1 && !s.half()) {
			return false
		}
	}
	return true
}
