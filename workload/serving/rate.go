package serving

import (
	"context"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/workload"
	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// rate is one rate of a course, or another point of it, while it is run.
type rate struct {
	*course
	selection dataset.Selection
	models    []string
	tally     tally
	trial     bool // its one prompt stands for the more that the scenario has
	log       *requestLog
}

// run runs the benchmark of one point.
func (c *course) run(b *testing.B, at point) {
	rec := workload.Record(b)
	c.open(b)
	load := c.scenario.loadOf(at)
	rec.Round(load.Requests, c.scenario.takes(load.Requests, at))
	if err := c.warmUp(b, rec); err != nil {
		b.Fatalf("serving: warm-up: %v", err)
	}
	if b.N > 1 {
		if c.rates > 0 {
			time.Sleep(time.Duration(c.scenario.Idle))
		}
		c.rates++
	}
	r := &rate{course: c, selection: c.set.Sample(b.N, c.scenario.Dataset.Seed), models: c.scenario.Models(b.N)}
	r.tally, r.trial = newTally(b.N, c.scenario), b.N == 1 && load.Requests > 1
	r.log = newRequestLog(c.options.Log, c.scenario.Name, at, r.selection)
	load.Requests = b.N

	c.client.HeldOpen() // by what came before, which is none of this rate's
	before, began := scrape(c.target), time.Now()
	result := rec.Drive(load, r.serve)
	after := before
	if before.err == nil {
		after = scrape(c.target)
	} else {
		c.target.Metrics = nil // so that a page that hangs is waited for once
	}
	if err := r.log.end(); err != nil {
		b.Errorf("serving: log: %v", err)
	}
	r.tally.replies.HeldOpen = c.client.HeldOpen()
	if r.tally.report(b, result); !b.Failed() {
		c.reportPrompts(b)
		c.target.report(b)
	}
	reportServers(b, before, after, result.Elapsed)
	var runs []outcome
	if !r.trial || b.Failed() { // else the run that counts follows, if nothing ends the process before
		runs = append(runs, r.tally.outcome(at, began, result))
	}
	if err := c.keep(b, runs...); err != nil {
		b.Errorf("serving: results: %v", err)
	}
}

// reportPrompts tells what prompts were sent.
func (c *course) reportPrompts(b *testing.B) {
	b.Helper()
	b.ReportMetric(c.drawn, "selection")
	if c.scenario.Unknown() {
		b.ReportMetric(1, "cold")
	}
}

// counted hands the reply's times to the request, and is the reply with the times that count: those with what a gate has planted.
func (r Reply) counted(q *workload.Request) Reply {
	t := q.Timed(workload.Timing{Latency: r.Latency, TTFT: r.TTFT, TPOT: r.TPOT, Gaps: r.Gaps, Tokens: r.OutputTokens})
	r.Latency, r.TTFT = t.Latency, t.TTFT
	if r.OutputTokens > 0 {
		r.Normalized = r.Latency / time.Duration(r.OutputTokens)
	}
	return r
}

// serve sends one prompt.
func (r *rate) serve(ctx context.Context, q *workload.Request) error {
	i := q.Number()
	model := r.models[i]
	reply, err := r.ask(ctx, r.trial, model, r.selection[i], q.Due())
	r.log.line(i, r.selection[i], model, reply, err)
	if err != nil {
		q.Fail(err)
		return r.tally.failed(err)
	}
	reply = reply.counted(q)
	r.tally.succeeded(reply)
	for stage, took := range r.stages.Of(model, reply) {
		q.Observe(stage, took)
	}
	return nil
}
