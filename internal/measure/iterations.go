package measure

import (
	"context"
	"slices"
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
// benchmark as long as its set-up, which a b.N function has in every turn, and plainPortion at most. What the first launch asks is
// not of the budget.
func (d *iterations) warmUp(ctx context.Context) error {
	sides, err := d.try(ctx)
	if err != nil {
		return err
	}
	if !d.of.shape.asked && d.beginsAnew() {
		began := time.Now()
		err = d.ask(ctx, sides)
		d.asked(time.Since(began))
	}
	d.fit()
	return err
}

// asked says how long the first launch asked what later ones know.
func (d *iterations) asked(took time.Duration) {
	d.asking += took
	d.of.began = d.of.began.Add(took)
}

// beginsAnew reports whether turns of any side begin from the beginning. Those of a b.Loop function go on where the last one ended.
func (d *iterations) beginsAnew() bool {
	return slices.ContainsFunc(d.of.sides, func(i int) bool { return d.peers[i].Hello.Can&duet.BeginsAnew != 0 })
}

// try finds out what a turn is to be of a benchmark all of whose iterations are alike, and what the sides' turns told.
func (d *iterations) try(ctx context.Context) (sides each[trial], err error) {
	known := &d.of.shape.behind
	for s, began := known.search(), time.Now(); ; {
		last, n := time.Now(), s.iterations
		results, err := d.grant(ctx, d.draw(), duet.PlainTurn{Iterations: n, WarmUp: true})
		if err != nil {
			return s.sides, err
		}
		d.warmed += n
		took := time.Duration(0)
		for _, i := range d.of.sides {
			r := results[i]
			d.cpu += r.CPU
			d.wall += r.Timed // what is not timed may wait as long as it likes
			took += r.Took
		}
		if !s.found(d.of.sides, results, time.Since(began)) {
			continue
		}
		d.turn = duet.PlainTurn{Iterations: s.iterations}
		d.turns = turnsOf(s.lasts(d.of.sides))
		d.expected = took * time.Duration(d.turns)
		if s.long() {
			d.asked(last.Sub(began))
			known.keep(s)
		}
		return s.sides, nil
	}
}

// turnsOf is how many turns a portion and side has, where one takes so long.
func turnsOf(turn time.Duration) int {
	few := min(max(longPortion/turn, 1), fewTurns)
	return int(min(max(plainPortion/turn, few), roundTurns))
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
	once := &d.of.shape.once
	if once.iterations == 0 {
		if results, err = d.grant(ctx, order, d.turn); err != nil {
			return results, err
		}
		for _, i := range order {
			results[i].Allocations -= once.objects[i]
			results[i].Bytes -= once.bytes[i]
		}
		return results, nil
	}
	d.warmed += 2 // the one that is subtracted, and its like in the longer turn
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
	if d.of.shape.once.iterations > 0 {
		operations-- // one is subtracted
	}
	return d.measured.round(operations, d.of.gate.order.Judge.Needs), nil
}
