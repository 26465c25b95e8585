package measure

import (
	"context"
	"math"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/policy"
)

// shape is what turns a benchmark needs for its iterations to be measured as go test -bench measures them. The first launch of a
// gate finds out, for all of them.
type shape struct {
	asked bool
	once  once
	long  longTurns
}

// longTurns are those of a benchmark whose first iterations do not stand for the rest. A b.N function begins anew in each turn: one
// that takes its inputs in order, or fills something, would be measured on the first of them alone.
type longTurns struct {
	iterations int // 0: short turns will do
	lasts      time.Duration
}

const (
	// longTurn is how long a turn is that is compared with short ones: as long as a portion of them, and fewLong of them at least.
	longTurn = plainPortion
	fewLong  = 3
	// longer is how many times as long as in short turns an iteration takes in a long one where those are too short. Short turns lose
	// something to caches that the other side has used, so that being quicker in a long one says nothing.
	longer = 1.15
	// surelyLong is how many times, one after the other, a long turn must be unlike short ones.
	surelyLong = 3
)

// shapeOf is a benchmark's shape, which is not known before its first launch.
func (g *gate) shapeOf(id policy.ID) *shape {
	if g.shapes == nil {
		g.shapes = map[policy.ID]*shape{}
	}
	if g.shapes[id] == nil {
		g.shapes[id] = &shape{}
	}
	return g.shapes[id]
}

// ask finds out the benchmark's shape, by turns that leave no trace. sides are what shorter ones have told.
func (d *iterations) ask(ctx context.Context, sides each[trial]) (err error) {
	s := d.of.shape
	s.asked = true
	if s.once, err = d.askOnce(ctx, sides); err != nil {
		return err
	}
	if s.once.there() {
		d.of.note("what a turn does once, before its loop or in its first iteration, is subtracted: docs/turns.md")
	}
	lasts := d.fit()
	if lasts == 0 {
		for _, i := range d.of.sides {
			lasts = max(lasts, sides[i].lasts(d.turn.Iterations))
		}
	}
	if s.long, err = d.askLong(ctx, lasts); err != nil {
		return err
	}
	if s.long.iterations > 0 {
		d.of.note("turns are longer than elsewhere, since later iterations are unlike the first ones: docs/turns.md")
	}
	return nil
}

// fit makes turns what the shape says they are to be, and says how long one lasts on the slower side; 0: they are as they were.
func (d *iterations) fit() (lasts time.Duration) {
	s := d.of.shape
	switch {
	case s.long.iterations > 0:
		d.turn.Iterations, lasts = s.long.iterations, s.long.lasts
	case s.once.iterations > 0:
		d.turn.Iterations, lasts = s.once.iterations, s.once.lasts
	default:
		return 0
	}
	d.turns = turnsOf(lasts)
	d.expected = lasts * time.Duration(len(d.of.sides)*d.turns)
	return lasts
}

// askLong compares a long turn with short ones, which last so long each, of as many iterations in all.
func (d *iterations) askLong(ctx context.Context, lasts time.Duration) (l longTurns, err error) {
	short := d.turn
	defer func() { d.turn = short }()
	lasts = max(lasts, 1)
	many := min(int(min(max(longTurn/lasts, fewLong), longestTurn/lasts)), duet.MaxIterations/short.Iterations)
	if many < 2 || d.of.budget > 0 && 2*time.Duration(many*len(d.of.sides))*lasts > d.of.budget/10 {
		return l, nil
	}
	var alike each[bool]
	for range surelyLong {
		d.turn = duet.PlainTurn{Iterations: many * short.Iterations, WarmUp: true}
		long, err := d.sum(ctx, 1)
		if err != nil {
			return l, err
		}
		d.turn.Iterations = short.Iterations
		shorts, err := d.sum(ctx, many)
		if err != nil {
			return l, err
		}
		others := 0
		for _, i := range d.of.sides {
			l.lasts = max(l.lasts, long[i].Took)
			if alike[i] = alike[i] || !unlike(&long[i], &shorts[i]); !alike[i] {
				others++
			}
		}
		if others == 0 {
			return longTurns{}, nil
		}
	}
	l.iterations = many * short.Iterations
	return l, nil
}

// sum adds up so many turns of each side.
func (d *iterations) sum(ctx context.Context, turns int) (sums each[duet.PlainResult], err error) {
	for range turns {
		results, err := d.take(ctx, d.draw())
		if err != nil {
			return sums, err
		}
		d.warmed += d.turn.Iterations
		for _, i := range d.of.sides {
			s, r := &sums[i], results[i]
			s.Iterations += r.Iterations
			s.Timed += r.Timed
			s.Wall += r.Wall
			s.CPU += r.CPU
			s.Allocations += r.Allocations
			s.Bytes += r.Bytes
			s.Took += r.Took
		}
	}
	return sums, nil
}

// unlike reports whether an iteration of a long turn takes longer than one of short turns, or allocates something else. Where
// iterations compute, and nothing else does, they must take longer by CPU time, too: a neighbour hits a long turn harder.
func unlike(long, short *duet.PlainResult) bool {
	n, m := float64(max(long.Iterations, 1)), float64(max(short.Iterations, 1))
	slower := func(of, than time.Duration) bool { return float64(of)/n > longer*float64(max(than, 1))/m }
	other := func(a, b, least float64) bool {
		return math.Abs(a-b) > least && math.Abs(a-b) > bytesShare*max(a, b)
	}
	computes := short.CPU > short.Timed/2 && short.Wall-short.Timed < short.Timed/10
	return slower(long.Timed, short.Timed) && (!computes || slower(long.CPU, short.CPU)) ||
		other(float64(long.Allocations)/n, float64(short.Allocations)/m, objectsOnce) ||
		other(float64(long.Bytes)/n, float64(short.Bytes)/m, bytesOnce)
}
