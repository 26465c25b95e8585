package measure

import (
	"context"
	"errors"
	"fmt"
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

// errDrivesItself means that a benchmark says itself when its requests are served, as at a rate.
var errDrivesItself = errors.New("it decides itself when its requests are served")

// duo is one launch of a duet: a process of each side, on one benchmark.
type duo struct {
	of        *measurement
	processes [2]*testbin.Process
	peers     [2]*duet.Peer
	turn      duet.Turn
	turns     int           // a portion and side
	warmed    int           // requests that each side served before it was measured
	cpu, wall time.Duration // of both sides meanwhile
	expected  time.Duration // what a portion takes at least, by the warm-up
}

// duet measures a round with one start of both processes, which take turns: so many portions of it, or fewer if enough says so
// after one. It counts on enough being asked once a portion.
func (m *measurement) duet(ctx context.Context, length int, enough func() bool) (l launch, err error) {
	began := time.Now()
	d := &duo{of: m}
	defer d.kill()
	if err := d.start(ctx); err != nil {
		return l, err
	}
	measured := &duetRound{}
	err = d.held(ctx, func() error {
		l.start = time.Since(began)
		if m.budget > 0 && m.judging.Rounds() == 0 {
			if err := m.feasible(l.start, d.expected); err != nil { // a first round alone may take far too long
				return err
			}
			if m.linkable() && !m.linked && d.computes() {
				return errUnlinked
			}
		}
		before := readMachine()
		defer func() { measured.machine = readMachine().since(before) }()
		for range length {
			if err := d.portion(ctx, measured); err != nil {
				return err
			}
			if enough() {
				break
			}
		}
		return nil
	})
	if err == nil {
		ended := time.Now()
		err = d.end(ctx, measured)
		l.start += time.Since(ended)
	}
	if err == nil {
		r := measured.round()
		l.round = &r
	}
	l.warmed = d.warmed
	return l, err
}

// start starts both processes, and returns when both are ready to be measured.
func (d *duo) start(ctx context.Context) error {
	var invitations [2]*duet.Invitation
	defer func() {
		for i, invitation := range invitations {
			if invitation != nil && d.peers[i] == nil {
				invitation.Close()
			}
		}
	}()
	first := d.of.gate.coin()
	for _, i := range [2]int{first, 1 - first} {
		s := d.of.gate.sides[i]
		var err error
		if invitations[i], err = duet.Invite(); err != nil {
			return err
		}
		d.processes[i], err = d.of.bin(i).Start(ctx, testbin.RunOptions{
			Args: append([]string{
				"-test.run=^$", "-test.bench=" + pattern(d.of.pair.Name()), "-test.benchtime=1000000000x", "-test.count=1",
				"-test.v", "-test.paniconexit0",
			}, d.of.flags[i]...),
			Env:   append([]string{duet.ChildEnv + "=1", invitations[i].Env()}, s.env...),
			Keep:  d.of.gate.order.Variables,
			Files: invitations[i].Files,
			// The gate ends it. This is for a gate that cannot.
			Timeout: d.of.longest(),
		})
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	ready, cancel := context.WithTimeout(ctx, d.of.gate.order.Timeout)
	defer cancel()
	for i := range d.of.gate.sides {
		var err error
		if d.peers[i], err = invitations[i].Open(ready); err != nil {
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			return d.fault(i, err)
		}
		if d.peers[i].Hello.Can&duet.DrivesItself != 0 {
			return errDrivesItself
		}
		if hello := d.peers[i].Hello; hello.Procs != d.of.pair.Procs() || hello.Benchmark != "Benchmark"+d.of.pair.Name() {
			return fmt.Errorf("%s: %s with GOMAXPROCS %d came, where %s with %d was to: a benchmark must run alone as it does among others",
				d.of.gate.sides[i].name, hello.Benchmark, hello.Procs, d.of.pair.Name(), d.of.pair.Procs())
		}
	}
	return nil
}

// held lets the sides warm up, then does what there is to do, while the gate holds a CPU.
func (d *duo) held(ctx context.Context, do func() error) error {
	// No process may be started meanwhile: it would inherit the one CPU.
	_, release := duet.HoldCPU()
	defer release()
	if err := d.warmUp(ctx); err != nil {
		return err
	}
	return do()
}

// grant grants both sides a turn each, one side first.
func (d *duo) grant(ctx context.Context, first int, turn duet.Turn) (results [2]*duet.Result, err error) {
	turn.Within = d.of.gate.order.Timeout
	for _, i := range [2]int{first, 1 - first} {
		if results[i], err = d.peers[i].Grant(ctx, turn); err != nil {
			return results, d.fault(i, err)
		}
	}
	return results, nil
}

// warmUp finds out on the way what a turn is to be: the same for both sides.
func (d *duo) warmUp(ctx context.Context) error {
	least := d.of.gate.order.Judge.Requests()
	concurrency := 1
	perRequest := time.Duration(math.MaxInt64)         // of both sides, at best: a stall says nothing of what is to come
	for requests, turn, began := 0, 2, time.Now(); ; { // of two requests both may be in flight
		results, err := d.grant(ctx, d.of.gate.coin(), duet.Turn{Requests: turn, WarmUp: true})
		if err != nil {
			return err
		}
		concurrency = max(concurrency, results[baselineSide].Concurrency, results[candidateSide].Concurrency)
		if concurrency == 1 {
			d.turn.Requests = min(results[baselineSide].About(turnWork).Requests, results[candidateSide].About(turnWork).Requests)
		} else {
			d.turn.Requests = min(overlap*concurrency, least, duet.MaxRequests)
		}
		perRequest = min(perRequest, (results[baselineSide].Took+results[candidateSide].Took)/time.Duration(turn))
		requests += turn
		d.warmed += turn
		d.cpu += results[baselineSide].CPU + results[candidateSide].CPU
		d.wall += results[baselineSide].Wall + results[candidateSide].Wall
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

// computes reports whether much of what the sides did in their warm-up was CPU time, or how much was is not known.
func (d *duo) computes() bool { return d.cpu == 0 || float64(d.cpu) >= computing*float64(d.wall) }

// portion measures a portion of a round.
func (d *duo) portion(ctx context.Context, r *duetRound) error {
	for range d.turns {
		first := d.of.gate.coin()
		results, err := d.grant(ctx, first, d.turn)
		if err != nil {
			return err
		}
		r.add(first, results)
	}
	return nil
}

// speak reports whether both sides can take part in a duet, else why not.
func (g *gate) speak(pkg string) error {
	for _, s := range g.sides {
		ok, err := duet.Speaks(s.bins[pkg].Path)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("the %s's tailgate is too old to take turns", s.name)
		}
	}
	invitation, err := duet.Invite()
	if err != nil {
		return err
	}
	invitation.Close()
	return nil
}
