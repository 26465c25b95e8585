package measure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// errDrivesItself means that a benchmark says itself when its requests are served, as at a rate.
var errDrivesItself = errors.New("it decides itself when its requests are served")

// errUnseated means that a benchmark ended well and took no turn: package testing went another way than the hooks are in.
var errUnseated = errors.New("it came to its end without taking a turn")

// duo is one launch of a duet: a process of each side that takes part, on one benchmark.
type duo struct {
	of        *measurement
	processes each[*testbin.Process]
	peers     each[*duet.Peer]
	warmed    int           // requests that each side served and that are in no round
	cpu, wall time.Duration // of all sides meanwhile; of plain turns the time while the timer ran
	expected  time.Duration // about what a portion takes, by the warm-up
	asking    time.Duration // what the warm-up of the first launch took longer, to find out what turns are to be
	turns     int           // of each side in a portion, by the warm-up
}

// course is what the sides do in the turns of a launch.
type course interface {
	// warmUp lets the sides take turns that leave no trace, and finds out what a turn is to be.
	warmUp(ctx context.Context) error
	// measureTurn measures a turn of each side, in that order.
	measureTurn(ctx context.Context, order []int) error
	// round is all that was measured. totals and outputs are what the processes said at their end.
	round(totals each[duet.Totals], outputs each[testbin.Output]) (round, error)
}

// duet measures a round with one start of all processes, which take turns: so many portions of it, or fewer if enough says so
// after one. It counts on enough being asked once a portion.
func (m *measurement) duet(ctx context.Context, length int, enough func() bool) (l launch, err error) {
	began := time.Now()
	d := &duo{of: m}
	var c course = &requests{duo: d}
	if m.plain {
		c = &iterations{duo: d}
	}
	defer d.kill()
	if err := d.start(ctx); err != nil {
		return l, err
	}
	var disturbed policy.Noise
	err = d.held(ctx, c, func() error {
		l.start = time.Since(began) - d.asking
		if m.budget > 0 && m.judging.Rounds() == 0 {
			if err := m.feasible(l.start, d.expected); err != nil { // a first round alone may take far too long
				return err
			}
			if m.linkable() && !m.linked && d.computes() {
				return errUnlinked
			}
		}
		before := readMachine()
		defer func() { disturbed = readMachine().since(before) }()
		for range length {
			if err := d.portion(ctx, c); err != nil {
				return err
			}
			if enough() {
				break
			}
		}
		return nil
	})
	l.warmed = d.warmed
	if err != nil {
		return l, err
	}
	ended := time.Now()
	totals, outputs, err := d.end(ctx)
	l.start += time.Since(ended)
	if err != nil {
		return l, err
	}
	r, err := c.round(totals, outputs)
	if err != nil {
		return l, err
	}
	r.noise.Steal, r.noise.Busy, r.noise.Load = disturbed.Steal, disturbed.Busy, disturbed.Load
	l.round = &r
	return l, nil
}

// portion measures a portion of a round.
func (d *duo) portion(ctx context.Context, c course) error {
	for range d.turns {
		if err := c.measureTurn(ctx, d.draw()); err != nil {
			return err
		}
	}
	return nil
}

// start starts the processes, and returns when all are ready to be measured.
func (d *duo) start(ctx context.Context) error {
	var invitations each[*duet.Invitation]
	defer func() {
		for i, invitation := range invitations {
			if invitation != nil && d.peers[i] == nil {
				invitation.Close()
			}
		}
	}()
	for _, i := range d.draw() {
		s := d.of.gate.sides[i]
		var err error
		if invitations[i], err = duet.Invite(); err != nil {
			return err
		}
		d.processes[i], err = d.of.bin(i).Start(ctx, testbin.RunOptions{
			Args: append(d.args(), d.of.flags[i]...),
			Env: slices.Concat(
				[]string{duet.ChildEnv + "=1", d.env(invitations[i])}, d.of.footprints(), d.of.gate.environ(s)),
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
	for _, i := range d.of.sides {
		var err error
		if d.peers[i], err = invitations[i].Open(ready); err != nil {
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			return d.unseated(i, err)
		}
		if d.peers[i].Hello.Can&duet.DrivesItself != 0 {
			return errDrivesItself
		}
		if hello := d.peers[i].Hello; hello.Procs != d.of.pair.Procs() || hello.Benchmark != "Benchmark"+d.of.pair.Name() {
			return notAlone(policy.OtherBenchmark, policy.Facts{
				Side: d.of.gate.sides[i].name, Words: []string{strings.TrimPrefix(hello.Benchmark, "Benchmark"), d.of.pair.Name()},
				Have: hello.Procs, Need: d.of.pair.Procs(),
			})
		}
	}
	return nil
}

// draw is the order of the sides in which they have a turn each.
func (d *duo) draw() []int { return d.of.gate.draw(d.of.sides) }

// args are those of a test binary that is to take turns: with more requests than it will ever need, or with no iterations but those
// that are granted.
func (d *duo) args() []string {
	args := []string{"-test.run=^$", "-test.bench=" + pattern(d.of.pair.Name()), "-test.count=1", "-test.v", "-test.paniconexit0"}
	if d.of.plain {
		return append(args, "-test.benchtime=1ns", "-test.benchmem")
	}
	return append(args, "-test.benchtime=1000000000x")
}

// env is the variable that invites a process.
func (d *duo) env(by *duet.Invitation) string {
	if d.of.plain {
		return by.PlainEnv("Benchmark" + d.of.pair.Name())
	}
	return by.Env()
}

// held lets the sides warm up, then does what there is to do, while the gate holds a CPU.
func (d *duo) held(ctx context.Context, c course, do func() error) error {
	// No process may be started meanwhile: it would inherit the one CPU.
	release := duet.HoldCPU()
	defer release()
	if err := c.warmUp(ctx); err != nil {
		return err
	}
	return do()
}

// computes reports whether much of what the sides did in their warm-up was CPU time, or how much was is not known.
func (d *duo) computes() bool {
	return d.cpu == 0 || float64(d.cpu) >= d.of.sensitive()*float64(d.wall)
}

// takePlainTurns reports whether the binaries of all sides can take turns without a Recorder, else why not.
func (m *measurement) takePlainTurns() error {
	if requests, takes := m.asked(); requests > 0 || takes > 0 { // a sweep of rates, say
		return errDrivesItself
	}
	for _, i := range m.sides {
		s, pkg := m.gate.sides[i], m.pair.Package()
		if why := s.bins[pkg].NoTurns; why != "" {
			return fmt.Errorf("the %s's benchmarks take no turns: %s", s.name, why)
		}
	}
	return canInvite()
}

// speak reports whether all sides can take part in a duet, else why not.
func (m *measurement) speak() error {
	for _, i := range m.sides {
		s, pkg := m.gate.sides[i], m.pair.Package()
		ok, err := duet.Speaks(s.bins[pkg].Path)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("the %s's tailgate is too old to take turns", s.name)
		}
	}
	return canInvite()
}

func canInvite() error {
	invitation, err := duet.Invite()
	if err != nil {
		return err
	}
	invitation.Close()
	return nil
}
