package serving

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
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
	names  map[string]names // by model
	drawn  float64          // which prompts there are: see selection
	rates  int              // that were run, not counting b.N = 1
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
	if c.names, err = c.scenario.names(); err != nil {
		return err
	}
	if c.set, err = c.scenario.ReadDataset(c.options.Count); err != nil {
		return err
	}
	if len(c.set.Entries) == 0 {
		return fmt.Errorf("dataset %s: none of its %d conversations passes the filter; widen it, or choose another file",
			c.set.Name, c.set.Conversations)
	}
	if c.drawn, err = selection(c.set, c.scenario.Dataset.Seed); err != nil {
		return err
	}
	c.target = c.scenario.Target
	switch {
	case named != "":
		c.target.URL, c.target.Metrics = named, nil
	case c.target.URL != "":
	case c.options.Start != nil:
		started := c.options.Start(c.b)
		c.target.URL, c.target.Metrics = started.URL, started.Metrics
	default:
		return fmt.Errorf("scenario %s names no server; write target.url, or name two to a gate "+
			"with -regress.baseline and -regress.candidate", c.scenario.Name)
	}
	if c.client, err = NewClient(c.target); err != nil {
		return err
	}
	c.b.Cleanup(c.client.Close)
	return c.probe()
}

// selection tells which prompts there are to draw from, in a number that results can keep: the first 48 bits of their hash.
func selection(set dataset.Set, seed uint64) (float64, error) {
	bits, err := strconv.ParseUint(set.Hash(seed)[:12], 16, 64)
	return float64(bits), err
}

// probe asks for one token. The error says what the server did instead.
func (c *course) probe() error {
	within := min(mostProbe, time.Duration(cmp.Or(c.scenario.Timeout, Duration(mostProbe))))
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	entry := c.set.Entries[0]
	entry.OutputTokens = 1
	if _, err := c.send(ctx, c.scenario.Models(1)[0], entry, time.Time{}); err != nil {
		return fmt.Errorf("the server at %s did not answer a first request within %v: %w", c.target.path(), within, err)
	}
	return nil
}

// send asks for the completion of an entry.
func (c *course) send(ctx context.Context, model string, e dataset.Entry, due time.Time) (Reply, error) {
	body, err := c.client.Body(c.scenario.Request(model, e))
	if err != nil {
		return Reply{}, fault(Malformed, "the request: %v", err)
	}
	return c.client.Do(ctx, body, c.scenario.Stream, due)
}

// warmUp offers the load before the first rate, but not to a run of b.N = 1, with which testing finds out what there is to run.
// Its errors are none of a rate's. In a duet, whose b.N is beyond all memory, it ends the benchmark.
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
