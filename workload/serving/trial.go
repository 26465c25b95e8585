package serving

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/replied"
	"github.com/tailgate-go/tailgate/workload"
	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// mostInvalid is how many runs of a rate in a row may be invalid before a sweep gives up: whether the rate holds is not known then.
const mostInvalid = 3

// sweep is one sweep while it is run: a search whose every trial is a run at a rate.
type sweep struct {
	*course
	grid   []float64
	least  int // prompts of a trial
	models []string
	logf   func(format string, args ...any)

	drive driver

	replies replied.Count // of all trials
	runs    []outcome     // of all trials
	begun   bool          // a trial was run
	dirty   bool          // and the last one did not hold
}

// driver drives a load of which nothing is recorded, as Recorder.Try does.
type driver func(workload.Load, func(context.Context, *workload.Request) error) (workload.LoadResult, error)

// sweep runs the benchmark of the sweep.
func (c *course) sweep(b *testing.B) {
	rec := workload.Record(b)
	c.open(b)
	rec.Round(0, c.scenario.sweeps())
	if err := c.warmUp(b, rec); err != nil {
		b.Fatalf("serving: warm-up: %v", err)
	}
	s := c.newSweep(b.N, b.Logf, rec.Try)
	look := s.find
	if b.N == 1 {
		look = s.begin
	} else {
		c.rates++
	}
	b.ResetTimer()
	found, err := look()
	b.StopTimer()
	if err := c.keep(b, s.runs...); err != nil {
		b.Errorf("serving: results: %v", err)
	}
	if err != nil {
		b.Fatalf("serving: sweep: %v", err)
	}
	if b.Failed() {
		return
	}
	if b.N == 1 {
		b.ResetTimer() // a sweep takes longer than what testing would conclude from this. It also forgets metrics
	}
	b.ReportMetric(0, "ns/op") // the time of a sweep is that of its schedule
	b.ReportMetric(found.rate, "max-rate-req/s")
	b.ReportMetric(float64(found.trials), "trials")
	c.reportPrompts(b)
	s.replies.Report(0, 0, b.ReportMetric)
	c.target.report(b)
	out := 0.0
	if found.out {
		out = 1
	}
	if found.out && b.N > 1 {
		b.Logf("serving: sweep: the SLO holds at %v req/s, the highest rate that is tried: the knee is there or above; raise sweep.high",
			found.rate)
	}
	b.ReportMetric(out, "swept-out")
}

// newSweep prepares a sweep whose trials have so many prompts at least.
func (c *course) newSweep(least int, logf func(string, ...any), drive driver) *sweep {
	s := &sweep{course: c, grid: c.scenario.Sweep.grid(), least: least, logf: logf, drive: drive}
	most := s.prompts(s.grid[len(s.grid)-1])
	s.models = c.scenario.Models(most)
	return s
}

// sample is the first prompts of those that every trial sends, which begin anew each time.
func (s *sweep) sample(n int) dataset.Selection { return s.set.Sample(n, s.scenario.Dataset.Seed) }

// prompts is how many requests are sent at a rate: as many as the scenario says, or b.N if that is more. At a higher rate there
// are no fewer.
func (s *sweep) prompts(rate float64) int { return max(s.least, s.scenario.triedWith(rate)) }

// find finds the knee. The error is that the search came to nothing: not even the lowest rate holds, or it is not known whether
// a rate does.
func (s *sweep) find() (knee, error) {
	said := ""
	found, err := find(s.grid, func(rate float64) (bool, error) {
		held, how, err := s.try(rate)
		said = how
		return held, err
	})
	if err == nil && found.rate == 0 {
		err = fmt.Errorf("the SLO does not hold at %v req/s, the lowest rate that is tried: %s; lower sweep.low, or loosen the slo",
			s.grid[0], said)
	}
	return found, err
}

// begin is the run of b.N = 1, by which testing and gates find out what there is to run: it sends one prompt and searches nothing.
// It reports the lowest rate as a knee that is there or above.
func (s *sweep) begin() (knee, error) {
	t := &trial{sweep: s, n: 1, rate: s.grid[0]}
	if err := t.run(); err != nil {
		return knee{}, err
	}
	s.replies.Add(t.tally.replies)
	if t.tally.errors() > 0 {
		return knee{}, fmt.Errorf("a first prompt failed: %s", t.tally.said())
	}
	s.logf("serving: sweep: b.N is 1: nothing was tried, and max-rate-req/s is sweep.low")
	return knee{rate: s.grid[0], out: true}, nil
}

// try finds out whether a rate holds, and says how it went.
func (s *sweep) try(rate float64) (held bool, how string, err error) {
	for range mostInvalid {
		if err := s.settle(); err != nil {
			return false, "", err
		}
		t := &trial{sweep: s, n: s.prompts(rate), rate: rate}
		if err := t.run(); err != nil {
			return false, "", err
		}
		held, how = t.outcome()
		s.keep(t, held)
		s.dirty = !held
		if s.logf("serving: sweep: %v req/s: %s", rate, how); len(t.result.Invalid) == 0 {
			return held, how, nil
		}
	}
	return false, "", fmt.Errorf("whether %v req/s holds is not known, since %d runs were invalid: %s", rate, mostInvalid, how)
}

// keep keeps what a trial came to. Whether the rate holds is not known of one that is invalid.
func (s *sweep) keep(t *trial, held bool) {
	s.replies.Add(t.tally.replies)
	o := t.tally.outcome(point{rate: t.rate}, t.began, t.result)
	o.Name, o.times = "sweep", nil
	o.Failed = t.tally.errors() // without those that were not sent any more
	if o.Requests = o.Succeeded + o.Failed; len(o.Invalid) == 0 {
		o.Holds = &held
	}
	s.runs = append(s.runs, o)
}

// settle waits as long as between rates, and until the server has recovered from a rate that did not hold: all its requests have
// ended, but one that was given up may go on at the server. It has recovered when a request by itself keeps the SLO.
func (s *sweep) settle() error {
	if s.begun {
		time.Sleep(time.Duration(s.scenario.Idle))
	}
	s.begun = true
	if !s.dirty {
		return nil
	}
	for until := time.Now().Add(s.scenario.timeout()); ; {
		ctx, cancel := context.WithTimeout(context.Background(), s.scenario.timeout())
		reply, err := s.send(ctx, s.models[0], s.sample(1)[0], time.Time{})
		cancel()
		if err == nil && s.scenario.SLO.keeps(reply) {
			s.dirty = false
			return nil
		}
		if !time.Now().Before(until) {
			return fmt.Errorf("the server has not recovered within %v from a rate that did not hold: "+
				"a request by itself does not keep the SLO", s.scenario.timeout())
		}
		if err != nil {
			time.Sleep(recovery)
		}
	}
}

// recovery is how long a server that refuses a request is left alone.
const recovery = 100 * time.Millisecond

// trial is a run at one rate. Every trial of a sweep draws with the same seeds: of two, the one of fewer prompts sends the first
// of the other's.
type trial struct {
	sweep  *sweep
	rate   float64
	n      int
	tally  tally
	began  time.Time
	result workload.LoadResult
	lost   atomic.Bool // the rate does not hold, whatever comes
}

// errLost is the error of a request that is not sent because the rate is known not to hold.
var errLost = errors.New("not sent: the rate does not hold")

func (t *trial) run() (err error) {
	t.tally = newTally(t.n, t.sweep.scenario)
	t.tally.most = t.n
	selection := t.sweep.sample(t.n)
	log := newRequestLog(t.sweep.options.Log, t.sweep.scenario.Name, point{rate: t.rate}, selection)
	load := t.sweep.scenario.Load(t.rate)
	load.Requests = t.n
	t.began = time.Now()
	t.result, err = t.sweep.drive(load, func(ctx context.Context, q *workload.Request) error {
		if t.lost.Load() {
			return errLost
		}
		i := q.Number()
		reply, err := t.sweep.ask(ctx, t.n == 1, t.sweep.models[i], selection[i], q.Due())
		log.line(i, selection[i], t.sweep.models[i], reply, err)
		if err != nil {
			_ = t.tally.failed(err) // it may: all of them may
		} else {
			t.tally.succeeded(reply.counted(q))
		}
		if t.tally.bad() > t.mayMiss() {
			t.lost.Store(true)
		}
		return err
	})
	if err != nil {
		return err
	}
	return log.end()
}

// mayMiss is how many requests may miss the SLO.
func (t *trial) mayMiss() int { return int(float64(t.n)*(1-t.sweep.scenario.Sweep.good()) + 1e-9) }

// outcome is whether the rate holds, and how it went. Of a run that is invalid the latter says why.
func (t *trial) outcome() (held bool, how string) {
	if len(t.result.Invalid) > 0 {
		return false, "invalid: " + strings.Join(t.result.Invalid, "; ")
	}
	sent := t.tally.replies.Good + t.tally.bad()
	how = fmt.Sprintf("%d of %d requests were good", t.tally.replies.Good, sent)
	if t.tally.errors() > 0 {
		how += ", " + t.tally.said()
	}
	if t.sweep.scenario.SLO.TPOT > 0 && t.tally.replies.NoUsage > 0 {
		how += fmt.Sprintf(", of %d the tpot is not known, since the server gave no usage", t.tally.replies.NoUsage)
	}
	answered := 0.0
	answered, t.tally.saturated = keptUp(t.result)
	switch {
	case t.tally.bad() > t.mayMiss():
		return false, fmt.Sprintf("does not hold: %s; of %d %d may miss the SLO", how, t.n, t.mayMiss())
	case t.tally.saturated:
		return false, fmt.Sprintf("does not hold: the server fell behind, %.1f req/s in the second half; %s", answered, how)
	}
	return true, "holds: " + how
}
