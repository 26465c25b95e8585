package serving

import (
	"context"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/workload"
	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// normalized is the stage of the latency per output token.
const normalized = "normalized"

// rate is one rate of a course while it is run.
type rate struct {
	*course
	rate      float64
	selection dataset.Selection
	models    []string
	tally     tally
	log       *requestLog
}

// run runs the benchmark of one rate.
func (c *course) run(b *testing.B, perSecond float64) {
	rec := workload.Record(b)
	c.open(b)
	if err := c.warmUp(b, rec); err != nil {
		b.Fatalf("serving: warm-up: %v", err)
	}
	if b.N > 1 {
		if c.rates > 0 {
			time.Sleep(time.Duration(c.scenario.Idle))
		}
		c.rates++
	}
	r := &rate{course: c, rate: perSecond, selection: c.set.Sample(b.N, c.scenario.Dataset.Seed), models: c.scenario.Models(b.N)}
	r.tally = newTally(b.N, c.scenario)
	r.log = newRequestLog(c.options.Log, c.scenario.Name, perSecond, r.selection)
	load := c.scenario.Load(perSecond)
	load.Requests, load.MaxLagPercent = b.N, c.options.MaxLagPercent

	before := scrape(c.target)
	result := rec.Drive(load, r.serve)
	after := scrape(c.target)
	if err := r.log.end(); err != nil {
		b.Errorf("serving: log: %v", err)
	}
	if r.tally.report(b, result); !b.Failed() {
		b.ReportMetric(c.drawn, "selection")
	}
	reportServers(b, before, after, result.Elapsed)
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
	reply, err := r.send(ctx, model, r.selection[i], q.Due())
	r.log.line(i, r.selection[i], model, reply, err)
	if err != nil {
		q.Fail(err)
		return r.tally.failed(err)
	}
	reply = reply.counted(q)
	r.tally.succeeded(reply)
	if reply.Normalized > 0 {
		q.Observe(normalized, reply.Normalized)
	}
	observe := func(what, of string, took time.Duration) {
		if of != "" && took > 0 {
			q.Observe(what+of, took)
		}
	}
	of := r.names[model]
	if r.scenario.Stream {
		observe("ttft.", of.adapter, reply.TTFT)
	} else {
		observe("latency.", of.adapter, reply.Latency)
	}
	observe("latency.", of.tier, reply.Latency)
	observe("ttft.", of.tier, reply.TTFT)
	observe("tpot.", of.tier, reply.TPOT)
	return nil
}
