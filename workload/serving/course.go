package serving

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/workload"
	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// course is one run through the rates of a scenario, against one server. Rates are run one after the other.
type course struct {
	b        *testing.B // of the case, above those of its rates
	scenario Scenario
	options  Options

	opened bool
	err    error // why it could not be opened: no rate has it tried again
	target Target
	client *Client
	set    dataset.Set
	stages Stages
	drawn  float64   // which prompts there are: see dataset.Set.Drawn
	rates  int       // that were run, not counting b.N = 1
	kept   []outcome // of earlier processes, and of the latest run of each benchmark; of a sweep, of each rate that it tried
}

// mostProbe bounds how long a server may take to show that it is one.
const mostProbe = 30 * time.Second

// open finds the server, and makes sure that it answers, before the first rate.
func (c *course) open(b *testing.B) {
	b.Helper()
	named := workload.Target(b) // it wants to be asked at every rate
	if !c.opened {
		c.opened = true
		c.err = c.prepare(named)
	}
	if c.err != nil {
		b.Fatalf("serving: %v", c.err)
	}
}

// prepare reads what is needed and finds the server, the one that a gate has named before all others.
func (c *course) prepare(named string) (err error) {
	if c.stages, err = c.scenario.Stages(); err != nil {
		return err
	}
	if c.set, err = c.scenario.ReadDataset(c.options.Count); err != nil {
		return err
	}
	if len(c.set.Entries) == 0 {
		return fmt.Errorf("dataset %s: none of its %d conversations passes the filter; widen it, or choose another file",
			c.set.Name, c.set.Conversations)
	}
	c.drawn = float64(c.set.Drawn(c.scenario.Dataset.Seed))
	c.target = c.scenario.Target
	switch {
	case named != "":
		c.target.URL, c.target.Metrics = named, []string{metricsPage(named)}
	case c.target.URL != "":
	case c.options.Start != nil:
		started := c.options.Start(c.b)
		c.target.URL, c.target.Metrics = started.URL, started.Metrics
	default:
		return fmt.Errorf("scenario %s names no server; write target.url, or name two to a gate "+
			"with -regress.baseline and -regress.candidate", c.scenario.Name)
	}
	if c.client, err = newClient(c.target); err != nil {
		return err
	}
	c.b.Cleanup(c.client.Close)
	return c.probe()
}

// Probe is a request for one token of an entry, by which it is found out whether a server answers. It has the scenario's body but
// for min_tokens, of which a server refuses more than the one.
func (s Scenario) Probe(e dataset.Entry) Request {
	e.OutputTokens = 1
	r := s.Request(s.Models(1)[0], e)
	r.Extra = maps.Clone(r.Extra)
	delete(r.Extra, "min_tokens")
	return r
}

// probe asks for one token. The error says what the server did instead.
func (c *course) probe() error {
	within := min(mostProbe, time.Duration(cmp.Or(c.scenario.Timeout, Duration(mostProbe))))
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	began := time.Now()
	if _, tried, err := c.client.Insist(ctx, c.scenario.Probe(c.set.Entries[0]), time.Time{}); err != nil {
		return fmt.Errorf("the server at %s did not answer a first request, sent %s in %v: %w",
			c.target.path(), times(tried), time.Since(began).Round(time.Millisecond), err)
	}
	return nil
}

// send asks for the completion of an entry.
func (c *course) send(ctx context.Context, model string, e dataset.Entry, due time.Time) (Reply, error) {
	return c.client.Ask(ctx, c.scenario.Request(model, e), due)
}

// ask sends a prompt. A run of b.N = 1 is a trial, by which testing and gates find out whether there is anything to measure. A
// trial that fails is sent again, since one failure does not show that there is nothing. A scenario of one prompt has no trials.
func (c *course) ask(ctx context.Context, trial bool, model string, e dataset.Entry, due time.Time) (Reply, error) {
	if !trial {
		return c.send(ctx, model, e, due)
	}
	reply, _, err := c.client.Insist(ctx, c.scenario.Request(model, e), due)
	return reply, err
}

// times is a number of times in words.
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// warmUp offers the load before the first rate, but not to a run of b.N = 1, with which testing finds out what there is to run. No
// rate counts its errors. In a duet, whose b.N is beyond all memory, it ends the benchmark.
func (c *course) warmUp(b *testing.B, rec *workload.Recorder) error {
	load := c.scenario.warmUpLoad()
	if b.N == 1 || c.rates > 0 {
		load.Requests = 0
	}
	selection, models := c.set.Sample(load.Requests, ^c.scenario.Dataset.Seed), c.scenario.Models(load.Requests)
	_, err := rec.Try(load, func(ctx context.Context, q *workload.Request) error {
		_, err := c.send(ctx, models[q.Number()], selection[q.Number()], q.Due())
		return err
	})
	return err
}
