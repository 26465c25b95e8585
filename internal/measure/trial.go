package measure

import (
	"math"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
)

const (
	// heapCycles is how many garbage collections a side's warm-up has, if it allocates fillRate bytes a second or more. Until then
	// each new page of its heap costs a page fault, of up to 10 us on a virtual machine, and a run of go test -bench has those once:
	// a launch has some 0.1 s of turns. heapWork is how long the side's turns take for it at most.
	heapCycles = 2
	heapWork   = 100 * time.Millisecond
	fillRate   = 40e6 // with 4 KiB and 7 us a page, faults are 7 % of the time
	// otherSide is the least that a turn takes on a faster side, as a share of what it would take alone: caches that the other side
	// has used cost some 50 us a turn. For that the turn of the slower side may be as long as unequalTurn.
	otherSide   = 0.25
	unequalTurn = 20 * time.Millisecond
)

// trial is what the turns of a warm-up told of a side, at best: a stall says nothing of what is to come. The first turn is of one
// iteration.
type trial struct {
	most           int64         // iterations of a turn so far
	timed, stopped float64       // of an iteration, ns: while the timer ran, and while it stood
	stood          time.Duration // the timer, in a turn of one iteration
	setUp          time.Duration // of a turn, while the timer stood
	gcs, bytes     int64         // collections, and bytes that were allocated while the timer ran
	ran, wall      time.Duration // the timer, and all turns
}

func untried() trial { return trial{timed: math.Inf(1), stopped: math.Inf(1), stood: math.MaxInt64} }

func (t *trial) add(r *duet.PlainResult) {
	t.gcs, t.bytes, t.ran, t.wall = t.gcs+r.GCs, t.bytes+r.Bytes, t.ran+r.Timed, t.wall+r.Wall
	n, longer := float64(r.Iterations), r.Iterations > t.most
	if r.Iterations > 10*t.most {
		t.timed = math.Inf(1) // so few iterations may have done nothing at all
	}
	t.most = max(t.most, r.Iterations)
	t.timed = min(t.timed, max(float64(r.Timed), 1)/n)
	if stood := r.Wall - r.Timed; r.Iterations > 1 {
		stopped := max(float64(stood-t.stood), 0) / (n - 1)
		if !longer { // the more iterations, the less a stall of the first turn matters
			stopped = min(t.stopped, stopped)
		}
		t.stopped = stopped
	} else if t.stood = min(t.stood, stood); t.most == 1 {
		t.stopped = float64(t.stood) // until more iterations tell set-up from what each of them does
	}
	t.setUp = max(0, t.stood-time.Duration(t.stopped))
}

// fills reports whether the side has still to fill its heap for the first time.
func (t *trial) fills() bool {
	return t.gcs < heapCycles && t.wall < heapWork && float64(t.bytes) > fillRate*t.ran.Seconds()
}

// looped is how long an iteration takes, in nanoseconds.
func (t *trial) looped() float64 { return t.timed + t.stopped }

// turn is how many iterations a turn is to have.
func (t *trial) turn() int {
	return min(turnOf(t.timed, t.setUp), max(1, int(float64(longestTurn)/t.looped())))
}

// turnOfAll is how many iterations a turn of each of these sides is to have.
func turnOfAll(sides []trial) int {
	n, longest, faster := math.MaxInt, math.MaxInt, 0
	for i := range sides {
		s := &sides[i]
		of := s.turn()
		n, faster = min(n, of), max(faster, int(otherSide*float64(of)))
		longest = min(longest, int(float64(unequalTurn)/s.looped()))
	}
	return max(n, min(faster, longest))
}

// turnBehind is how many iterations a turn is to have after one of n, all of which a long set-up hides: a few times more, and at
// most as many as take as long as a portion.
func turnBehind(sides []trial, n int) int {
	more := 10 * n
	if n == 1 { // each may take as long as the first
		more = 2
	}
	for i := range sides {
		more = min(more, turnOf(sides[i].timed, sides[i].stood))
	}
	return more
}

// lasts is how long a turn of so many iterations takes.
func (t *trial) lasts(iterations int) time.Duration {
	return t.setUp + time.Duration(max(1, t.looped()*float64(iterations)))
}

// turnOf is how many iterations a turn has. perIteration is in nanoseconds.
func turnOf(perIteration float64, setUp time.Duration) int {
	n := math.Ceil(float64(max(turnWork, min(setUp, plainPortion))) / perIteration)
	return int(min(max(n, 1), duet.MaxIterations))
}
