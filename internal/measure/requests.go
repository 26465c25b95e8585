package measure

import (
	"context"
	"math"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

const (
	// turnWork is how long a turn takes where requests are shorter. The shorter the better: of the recordings in testdata, cut into
	// turns of so many requests of 5 ms, 75 a side and round, the standard deviation of the logarithm of the ratio of both sides is
	//
	//	requests a turn       1      2      5     10     30     75
	//	p50, quiet          1.4    1.9    2.8    2.8    4.1    4.8 %
	//	p95, quiet          8.1    9.2    9.9   11.8   12.6   14.6 %
	//	p50, beside builds  9.7   11.9   13.1   17.0   24.1   24.4 %
	//	p95, beside builds 11.5   11.5   13.3   14.1   19.7   21.0 %
	turnWork = time.Millisecond
	// roundTurns is the fewest turns of a portion: of requests that are shorter than a turn it takes more than the quantile needs.
	roundTurns = 50
	// warmUpWork and warmUpRequests are what each side serves before it is measured, whichever takes longer, beyond what the
	// benchmark itself does: this is for the caches that two processes share.
	warmUpWork     = 20 * time.Millisecond
	warmUpRequests = 5
	// overlap is the number of requests in a turn for each that is in flight: a turn of concurrent requests begins
	// and ends with fewer.
	overlap = 16
)

// requests is the course of a benchmark with a Recorder, whose turns are of so many requests.
type requests struct {
	*duo
	turn     duet.Turn
	measured duetRound
}

// grant grants the sides a turn each, in that order.
func (d *requests) grant(ctx context.Context, order []int, turn duet.Turn) (results each[*duet.Result], err error) {
	turn.Within = d.of.gate.order.Timeout
	for _, i := range order {
		if results[i], err = d.peers[i].Grant(ctx, turn); err != nil {
			return results, d.fault(i, err)
		}
	}
	return results, nil
}

// warmUp finds out on the way what a turn is to be: the same for all sides.
func (d *requests) warmUp(ctx context.Context) error {
	least := d.of.gate.order.Judge.Requests()
	concurrency := 1
	perRequest := time.Duration(math.MaxInt64)         // of all sides, at best: a stall says nothing of what is to come
	for requests, turn, began := 0, 2, time.Now(); ; { // of two requests both may be in flight
		results, err := d.grant(ctx, d.draw(), duet.Turn{Requests: turn, WarmUp: true})
		if err != nil {
			return err
		}
		about, took := duet.MaxRequests, time.Duration(0)
		for _, i := range d.of.sides {
			r := results[i]
			concurrency, about, took = max(concurrency, r.Concurrency), min(about, r.About(turnWork).Requests), took+r.Took
			d.cpu += r.CPU
			d.wall += r.Wall
		}
		if d.turn.Requests = about; concurrency > 1 {
			d.turn.Requests = min(overlap*concurrency, least, duet.MaxRequests)
		}
		perRequest = min(perRequest, took/time.Duration(turn))
		requests += turn
		d.warmed += turn
		if requests >= warmUpRequests && time.Since(began) >= 2*warmUpWork && turn >= d.turn.Requests {
			break
		}
		turn = min(2*turn, d.turn.Requests)
	}
	d.turns = (least + d.turn.Requests - 1) / d.turn.Requests
	if d.turn.Requests > 1 && concurrency == 1 {
		d.turns = max(d.turns, roundTurns)
	}
	d.expected = perRequest * time.Duration(d.turns*d.turn.Requests)
	return nil
}

// measureTurn measures a turn of each side, in that order.
func (d *requests) measureTurn(ctx context.Context, order []int) error {
	results, err := d.grant(ctx, order, d.turn)
	if err == nil {
		d.measured.add(order, results)
	}
	return err
}

func (d *requests) round(totals each[duet.Totals], outputs each[testbin.Output]) (_ round, err error) {
	for _, i := range d.of.sides {
		s := &d.measured.sides[i]
		s.totals = totals[i]
		if s.footprint, err = d.of.footprint(i, outputs[i]); err != nil {
			return round{}, err
		}
	}
	return d.measured.round(d.turn.Requests), nil
}
