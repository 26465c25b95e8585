package measure

import (
	"context"
	"math"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

const (
	// plainPortion is how long the turns of a portion and side take, if it is more than one turn and fewer than roundTurns.
	plainPortion = 100 * time.Millisecond
	// longestTurn is how long the iterations of a turn take at most, unless it has but one: with what they do while the timer stands.
	longestTurn = time.Second
	// growing is how many times as many iterations as its predecessor a turn of the warm-up has at most; of two where the first
	// took longer than trying, for nobody knows yet whether that was set-up.
	growing = 100
	trying  = 10 * time.Millisecond
)

// iterations is the course of a benchmark without a Recorder, whose turns are of so many iterations.
type iterations struct {
	*duo
	turn     duet.PlainTurn
	turns    int // a portion and side
	measured plainRound
}

// grant grants both sides a turn each, one side first.
func (d *iterations) grant(ctx context.Context, first int, turn duet.PlainTurn) (results [2]*duet.PlainResult, err error) {
	turn.Within = d.of.gate.order.Timeout
	for _, i := range [2]int{first, 1 - first} {
		if results[i], err = d.peers[i].GrantPlain(ctx, turn); err != nil {
			return results, d.fault(i, err)
		}
	}
	return results, nil
}

// warmUp finds out on the way what a turn is to be: the same for both sides. It is turnWork of timed work, or as much as takes the
// benchmark as long as its set-up, which a b.N function has in every turn: so that at least half of the time is measured.
func (d *iterations) warmUp(ctx context.Context) error {
	d.turn = duet.PlainTurn{Iterations: 1, WarmUp: true}
	perIteration := [2]float64{math.Inf(1), math.Inf(1)} // nanoseconds, at best: a stall says nothing of what is to come
	setUp := [2]time.Duration{math.MaxInt64, math.MaxInt64}
	var wall time.Duration // of the last turn, in the slower side
	for began := time.Now(); ; {
		results, err := d.grant(ctx, d.of.gate.coin(), d.turn)
		if err != nil {
			return err
		}
		n := d.turn.Iterations
		d.warmed += n
		next, took := math.MaxInt, time.Duration(0)
		wall = 0
		for i, r := range results {
			perIteration[i] = min(perIteration[i], max(float64(r.Timed), 1)/float64(n))
			setUp[i] = min(setUp[i], r.Wall-r.Timed)
			wall = max(wall, r.Wall)
			inLoop := float64(max(r.Wall-setUp[i], 1)) / float64(n)
			next = min(next, turnOf(perIteration[i], setUp[i]), max(1, int(float64(longestTurn)/inLoop)))
			took += r.Took
			d.cpu += r.CPU
			d.wall += r.Wall
		}
		if time.Since(began) >= 2*warmUpWork && next <= 2*n {
			d.turn = duet.PlainTurn{Iterations: min(next, 2*n)}
			d.turns = int(min(max(plainPortion/max(wall, 1), 1), roundTurns))
			d.expected = took * time.Duration(d.turns)
			return nil
		}
		if n == 1 && wall > trying {
			next = min(next, 2)
		}
		d.turn.Iterations = min(next, growing*n)
	}
}

// turnOf is how many iterations a turn has. perIteration is in nanoseconds.
func turnOf(perIteration float64, setUp time.Duration) int {
	n := math.Ceil(float64(max(turnWork, setUp)) / perIteration)
	return int(min(max(n, 1), duet.MaxIterations))
}

// portion measures a portion of a round.
func (d *iterations) portion(ctx context.Context) error {
	for range d.turns {
		first := d.of.gate.coin()
		results, err := d.grant(ctx, first, d.turn)
		if err != nil {
			return err
		}
		d.measured.add(first, results)
	}
	return nil
}

func (d *iterations) round(_ [2]duet.Totals, outputs [2]testbin.Output) (round, error) {
	for i, s := range d.of.gate.sides {
		run, err := d.of.run(s, outputs[i])
		if err != nil {
			return round{}, err
		}
		d.measured.sides[i].printed = run
	}
	return d.measured.round(), nil
}
