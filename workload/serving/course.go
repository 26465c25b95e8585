package serving

import (
	"cmp"
	"context"
	"fmt"
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
	target Target
	client *Client
	set    dataset.Set
	names  map[string]names // by model
	rates  int              // that were run, not counting b.N = 1
}

// mostProbe bounds how long a server may take to show that it is one.
const mostProbe = 30 * time.Second

// open finds the server, and makes sure that it answers, before the first rate.
func (c *course) open(b *testing.B) {
	b.Helper()
	named := workload.Target(b) // it wants to be asked at every rate
	if c.opened {
		return
	}
	var err error
	if c.names, err = c.scenario.names(); err != nil {
		b.Fatalf("serving: %v", err)
	}
	if c.set, err = c.scenario.ReadDataset(c.options.Count); err != nil {
		b.Fatalf("serving: %v", err)
	}
	if len(c.set.Entries) == 0 {
		b.Fatalf("serving: dataset %s: none of its %d conversations passes the filter; widen it, or choose another file", c.set.Name, c.set.Conversations)
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
		b.Fatalf("serving: scenario %s names no server; write target.url, or name two to a gate with -regress.baseline and -regress.candidate", c.scenario.Name)
	}
	if c.client, err = NewClient(c.target); err != nil {
		b.Fatal(err)
	}
	c.b.Cleanup(c.client.Close)
	if err := c.probe(); err != nil {
		b.Fatal(err)
	}
	c.opened = true
}

// probe asks for one token. The error says what the server did instead.
func (c *course) probe() error {
	within := min(mostProbe, time.Duration(cmp.Or(c.scenario.Timeout, Duration(mostProbe))))
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	entry := c.set.Entries[0]
	entry.OutputTokens = 1
	if _, err := c.send(ctx, c.scenario.Models(1)[0], entry, time.Time{}); err != nil {
		return fmt.Errorf("serving: the server at %s did not answer a first request within %v: %w", c.target.path(), within, err)
	}
	return nil
}

// send asks for the completion of an entry.
func (c *course) send(ctx context.Context, model string, e dataset.Entry, due time.Time) (Reply, error) {
	s := c.scenario
	body, err := c.client.Body(Request{
		Model: model, Prompt: e.Prompt, MaxTokens: e.OutputTokens, Stream: s.Stream, IgnoreEOS: s.IgnoreEOS, Temperature: s.Temperature, TopP: s.TopP,
	})
	if err != nil {
		return Reply{}, fault(Malformed, "the request: %v", err)
	}
	return c.client.Do(ctx, body, s.Stream, due)
}

// warmUp offers the load before the first rate. Its errors are none of a rate's.
func (c *course) warmUp(rec *workload.Recorder) error {
	w := c.scenario.WarmUp
	load := workload.Load{Rate: w.Rate, Requests: int(w.Rate * time.Duration(w.Duration).Seconds()), Timeout: c.scenario.timeout(), Seed: ^c.scenario.Arrivals.Seed}
	if c.rates > 0 {
		load.Requests = 0
	}
	selection, models := c.set.Sample(load.Requests, ^c.scenario.Dataset.Seed), c.scenario.Models(load.Requests)
	return rec.WarmUp(load, func(ctx context.Context, i int, due time.Time) error {
		_, err := c.send(ctx, models[i], selection[i], due)
		return err
	})
}
