package measure

import (
	"context"
	"math"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

const (
	// plainPortion is how long the turns of a portion and side take, if those are more than fewTurns and fewer than roundTurns.
	plainPortion = 100 * time.Millisecond
	// fewTurns are the fewest of a portion, unless they take longer than longPortion: the median of fewer ratios is not much better
	// than their mean.
	fewTurns    = 5
	longPortion = 500 * time.Millisecond
	// longestTurn is how long the iterations of a turn take at most, unless it has but one: with what they do while the timer stands.
	longestTurn = time.Second
	// growing is how many times as many iterations a turn of the warm-up may have as the turn before it. If the first turn,
	// of one iteration, took longer than trying, the second has two at most: the first may have been slow by its set-up.
	growing = 100
	trying  = 10 * time.Millisecond
)

// iterations is the course of a benchmark without a Recorder, whose turns are of so many iterations.
type iterations struct {
	*duo
	turn     duet.PlainTurn
	measured plainRound
}

// grant grants the sides a turn each, in that order.
func (d *iterations) grant(ctx context.Context, order []int, turn duet.PlainTurn) (results each[*duet.PlainResult], err error) {
	for _, i := range order {
		if results[i], err = d.grantOne(ctx, i, turn); err != nil {
			return results, err
		}
	}
	return results, nil
}

func (d *iterations) grantOne(ctx context.Context, i int, turn duet.PlainTurn) (*duet.PlainResult, error) {
	turn.Within = d.of.gate.order.Timeout
	r, err := d.peers[i].GrantPlain(ctx, turn)
	if err != nil {
		return nil, d.fault(i, err)
	}
	return r, nil
}

// warmUp finds out on the way what a turn is to be: the same for all sides. It is turnWork of timed work, or as much as takes the
// benchmark as long as its set-up, which a b.N function has in every turn: so that at least half of the time is measured. What is
// done once in a turn while the timer runs is seen to last.
func (d *iterations) warmUp(ctx context.Context) error {
	sides, err := d.try(ctx)
	if err != nil {
		return err
	}
	if !d.of.once.asked {
		if err := d.askOnce(ctx, sides); err != nil {
			return err
		}
	}
	if o := d.of.once; o.iterations > 0 {
		d.turn.Iterations, d.turns = o.iterations, turnsOf(o.lasts)
		d.expected = o.lasts * time.Duration(len(d.of.sides)*d.turns)
	}
	return nil
}

// try finds out what a turn is to be where nothing is done once, and what the sides' turns told.
func (d *iterations) try(ctx context.Context) (sides each[trial], err error) {
	d.turn = duet.PlainTurn{Iterations: 1, WarmUp: true}
	sides = each[trial]{untried(), untried(), untried()}
	for began := time.Now(); ; {
		results, err := d.grant(ctx, d.draw(), d.turn)
		if err != nil {
			return sides, err
		}
		n := d.turn.Iterations
		d.warmed += n
		next, wall, took := math.MaxInt, time.Duration(0), time.Duration(0)
		for _, i := range d.of.sides {
			r := results[i]
			sides[i].add(r)
			next, wall, took = min(next, sides[i].turn()), max(wall, r.Wall), took+r.Took
			d.cpu += r.CPU
			d.wall += r.Wall
		}
		if time.Since(began) >= 2*warmUpWork && next <= 2*n {
			d.turn = duet.PlainTurn{Iterations: min(next, 2*n)}
			longest := time.Duration(0)
			for _, i := range d.of.sides {
				longest = max(longest, sides[i].lasts(d.turn.Iterations))
			}
			d.turns = turnsOf(longest)
			d.expected = took * time.Duration(d.turns)
			return sides, nil
		}
		if n == 1 && wall > trying {
			next = min(next, 2)
		}
		d.turn.Iterations = min(next, growing*n)
	}
}

// turnsOf is how many turns a portion and side has, where one takes so long.
func turnsOf(turn time.Duration) int {
	few := min(max(longPortion/turn, 1), fewTurns)
	return int(min(max(plainPortion/turn, few), roundTurns))
}

// trial is what the turns of a warm-up told of a side, at best: a stall says nothing of what is to come.
type trial struct {
	timed, looped float64       // of an iteration, ns: while the timer ran, and in all
	setUp         time.Duration // of a turn
}

func untried() trial { return trial{math.Inf(1), math.Inf(1), math.MaxInt64} }

func (t *trial) add(r *duet.PlainResult) {
	n := float64(r.Iterations)
	t.timed = min(t.timed, max(float64(r.Timed), 1)/n)
	t.setUp = min(t.setUp, r.Wall-r.Timed)
	t.looped = min(t.looped, float64(max(r.Wall-t.setUp, 1))/n)
}

// turn is how many iterations a turn is to have.
func (t *trial) turn() int {
	return min(turnOf(t.timed, t.setUp), max(1, int(float64(longestTurn)/t.looped)))
}

// lasts is how long a turn of so many iterations takes.
func (t *trial) lasts(iterations int) time.Duration {
	return t.setUp + time.Duration(max(1, t.looped*float64(iterations)))
}

// turnOf is how many iterations a turn has. perIteration is in nanoseconds.
func turnOf(perIteration float64, setUp time.Duration) int {
	n := math.Ceil(float64(max(turnWork, setUp)) / perIteration)
	return int(min(max(n, 1), duet.MaxIterations))
}

// measureTurn measures a turn of each side, in that order.
func (d *iterations) measureTurn(ctx context.Context, order []int) error {
	results, err := d.take(ctx, order)
	if err == nil {
		d.measured.add(order, results)
	}
	return err
}

// take measures a turn of each side, less what is done once in it.
func (d *iterations) take(ctx context.Context, order []int) (results each[*duet.PlainResult], err error) {
	if d.of.once.iterations == 0 {
		return d.grant(ctx, order, d.turn)
	}
	for _, i := range order {
		many, one, err := d.grantBoth(ctx, i, d.turn)
		if err != nil {
			return results, err
		}
		results[i] = without(many, one)
	}
	return results, nil
}

func (d *iterations) round(_ each[duet.Totals], outputs each[testbin.Output]) (round, error) {
	for _, i := range d.of.sides {
		run, err := d.of.run(d.of.gate.sides[i], outputs[i])
		if err != nil {
			return round{}, err
		}
		d.measured.sides[i].printed = run
	}
	operations := d.turn.Iterations
	if d.of.once.iterations > 0 {
		operations-- // one is subtracted
	}
	return d.measured.round(operations), nil
}
