package deploy

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/tailgate-go/tailgate/internal/fleet"
	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/ratename"
	"github.com/tailgate-go/tailgate/internal/replied"
	"github.com/tailgate-go/tailgate/internal/saturation"
	"github.com/tailgate-go/tailgate/workload"
	"github.com/tailgate-go/tailgate/workload/serving"
	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// defaultBetween is the time from a rate's last arrival to the next rate, where neither a setting nor the scenario's idle says.
// It is for loads that begin at a given time, and with them each of their rates: what is under way by its end is given up.
const defaultBetween = 30 * time.Second

// client is a load generator, or one shard of it.
type client struct {
	scenario serving.Scenario
	stages   serving.Stages
	sum      string // of the scenario's file
	shard    part.Part
	start    start
	begins   time.Time // the first load; zero: at once
	set      dataset.Set
	client   *serving.Client
	clock    fleet.Clock
	between  time.Duration // from a rate's last arrival to the next rate
	plan     []string      // names of all benchmarks
}

// defaultWait is how long shards wait for each other, where no setting says.
const defaultWait = 10 * time.Minute

// newClient makes the client that settings ask for. It has asked the target for a token, and met the other shards.
func newClient() (*client, error) {
	file := setting(scenarioFlag, "TAILGATE_SCENARIO")
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	c := &client{sum: hex.EncodeToString(sum[:])}
	if c.scenario, err = serving.OpenScenario(file); err != nil {
		return nil, err
	}
	if len(c.scenario.Rates) == 0 {
		return nil, fmt.Errorf("scenario %s has no rates, and this load generator sends at rates, so that shards know when: "+
			"run concurrency, max_rate and sweeps in one process, with tailgate -scenario or serving.Benchmark", c.scenario.Name)
	}
	if c.shard, err = shardFrom(getenv); err != nil {
		return nil, err
	}
	if c.start, err = startFrom(setting(startFlag, "TAILGATE_START"), setting(meetFlag, "TAILGATE_MEET"), c.shard); err != nil {
		return nil, err
	}
	wait := defaultWait
	if text := setting(waitFlag, "TAILGATE_WAIT"); text != "" {
		if wait, err = time.ParseDuration(text); err != nil || wait <= 0 {
			return nil, fmt.Errorf("the time to wait for other shards is %q: write a duration such as 10m", text)
		}
	}
	c.between = cmp.Or(time.Duration(c.scenario.Idle), defaultBetween)
	if between := setting(betweenFlag, "TAILGATE_BETWEEN"); between != "" {
		if c.between, err = time.ParseDuration(between); err != nil || c.between <= 0 {
			return nil, fmt.Errorf("the time between rates is %q: write a duration such as 30s", between)
		}
	}
	target := c.scenario.Target
	target.URL = cmp.Or(setting(targetFlag, "TAILGATE_TARGET"), target.URL)
	if c.client, err = serving.NewClient(target); err != nil {
		return nil, err
	}
	if c.set, err = c.scenario.ReadDataset(nil); err != nil {
		return nil, err
	}
	if len(c.set.Entries) == 0 {
		return nil, fmt.Errorf("dataset %s: none of its conversations passes the filter", c.set.Name)
	}
	for _, rate := range c.scenario.Rates {
		c.plan = append(c.plan, "Load/case="+c.scenario.Name+"/"+ratename.Of(rate))
	}
	if c.stages, err = c.scenario.Stages(); err == nil {
		err = fleet.CheckStages(c.stages.Names(), len(c.plan))
	}
	if err != nil {
		return nil, err
	}
	if err := c.probe(target.URL); err != nil {
		return nil, err
	}
	if c.begins, err = c.start.time(c.shard, c.load(), wait); err != nil {
		return nil, err
	}
	c.measureClock(target)
	return c, nil
}

// measureClock measures the clock of a shard until a second before the start. That it cannot be measured is no error: the merge
// says so.
func (c *client) measureClock(target serving.Target) {
	if c.shard.N < 2 {
		return
	}
	ctx, cancel := context.WithDeadline(context.Background(), c.begins.Add(-time.Second))
	defer cancel()
	transport, err := target.Transport()
	if err == nil {
		defer transport.CloseIdleConnections()
		c.clock, err = fleet.MeasureClock(ctx, fleet.DateOf(target.URL, transport))
	}
	if err != nil {
		fmt.Printf("# %s\n", strings.ReplaceAll(err.Error(), "\n", " "))
	}
}

// starts are when the warm-up and each rate begin; zero times where each begins when the one before has ended.
func (c *client) starts() (warmUp time.Time, rates []time.Time) {
	rates = make([]time.Time, len(c.scenario.Rates))
	if c.begins.IsZero() {
		return time.Time{}, rates
	}
	at := c.begins
	if w := c.scenario.WarmUp; w.Rate > 0 {
		at = at.Add(time.Duration(w.Duration) + c.between)
	}
	for i, rate := range c.scenario.Rates {
		rates[i] = at
		at = at.Add(time.Duration(float64(c.scenario.Load(rate).Requests)/rate*float64(time.Second)) + c.between)
	}
	return c.begins, rates
}

// part is the load of one stage, as this shard drives it.
func (c *client) part(l workload.Load, start time.Time) workload.Load {
	l.Shard, l.Start = c.shard, start
	if !start.IsZero() {
		l.Drain = c.between * 9 / 10
	}
	return l
}

// warmUp sends load that counts for nothing: Poisson arrivals, with seeds that no rate has.
func (c *client) warmUp(start time.Time) error {
	w := c.scenario.WarmUp
	l := c.scenario.Load(w.Rate)
	l.Requests, l.Seed = int(w.Rate*time.Duration(w.Duration).Seconds()), ^l.Seed
	l.Burstiness, l.MaxInFlight = 0, 0
	if l.Requests < max(1, c.shard.N) {
		return nil
	}
	models, prompts := c.scenario.Models(l.Requests), c.set.Sample(l.Requests, ^c.scenario.Dataset.Seed)
	_, err := c.part(l, start).Run(context.Background(), func(ctx context.Context, i int, due time.Time) error {
		_, err := c.send(ctx, models[i], prompts[i], due)
		return err
	})
	return err
}

func (c *client) send(ctx context.Context, model string, e dataset.Entry, due time.Time) (serving.Reply, error) {
	return c.client.Ask(ctx, c.scenario.Request(model, e), due)
}

// measured is what a rate's requests measure. It may be used by many goroutines at once.
type measured struct {
	client *client

	mu      sync.Mutex
	metrics map[string]*latency.Distribution
	faults  map[string]int
	replies replied.Count
}

// record counts one request.
func (m *measured) record(model string, reply serving.Reply, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		var fault *serving.Fault
		if errors.As(err, &fault) {
			m.faults[fault.Label()]++
		} else {
			m.faults["other"]++
		}
		return
	}
	m.replies.Add(m.client.scenario.SLO.Count(reply))
	m.of(fleet.Latency).Record(int64(reply.Latency))
	for name, took := range map[string]time.Duration{fleet.TTFT: reply.TTFT, fleet.TPOT: reply.TPOT} {
		if took > 0 {
			m.of(name).Record(int64(took))
		}
	}
	for stage, took := range m.client.stages.Of(model, reply) {
		m.of(stage).Record(int64(took))
	}
	for _, gap := range reply.Gaps {
		m.of(fleet.ITL).Record(max(1, int64(gap))) // as a Recorder has them
	}
}

func (m *measured) of(name string) *latency.Distribution {
	if m.metrics[name] == nil {
		m.metrics[name] = &latency.Distribution{}
	}
	return m.metrics[name]
}

// run runs rate i of the scenario. The error is that there is no result.
func (c *client) run(i int, start time.Time) (fleet.Share, map[string]*latency.Distribution, error) {
	rate := c.scenario.Rates[i]
	load := c.part(c.scenario.Load(rate), start)
	models, prompts := c.scenario.Models(load.Requests), c.set.Sample(load.Requests, c.scenario.Dataset.Seed)
	m := &measured{client: c, metrics: map[string]*latency.Distribution{fleet.Latency: {}}, faults: map[string]int{}}
	c.client.HeldOpen() // by what came before, which is none of this rate's
	began := cpu()
	latencies := make([]time.Duration, load.Requests)
	result, err := load.Run(context.Background(), func(ctx context.Context, i int, due time.Time) error {
		reply, err := c.send(ctx, models[i], prompts[i], due)
		m.record(models[i], reply, err)
		latencies[i] = reply.Latency
		return err
	})
	if err != nil {
		return fleet.Share{}, nil, err
	}
	m.replies.HeldOpen = c.client.HeldOpen()
	lag := m.of(fleet.Lag)
	s := fleet.Share{
		Benchmark: c.plan[i], Plan: c.plan, Shard: max(1, c.shard.I), Of: max(1, c.shard.N), Scenario: c.sum, Schedule: result.Schedule,
		Seed: c.scenario.Arrivals.Seed, Rate: rate, Requests: load.Requests, Start: cmp.Or(start, result.Start).UTC().Round(0),
		Attempted: result.Attempted, Succeeded: result.Succeeded, Failed: result.Failed,
		CPU: cpu() - began, Clock: c.clock, Invalid: result.Invalid,
		Selection: c.set.Drawn(c.scenario.Dataset.Seed), Cold: c.scenario.Unknown(),
		Insecure: c.scenario.Target.InsecureTLS, Replies: m.replies,
	}
	for k := range result.Requests {
		r := &result.Requests[k]
		if !errors.Is(r.Err, workload.ErrNotSent) {
			lag.Record(int64(max(0, r.Lag())))
			s.LastSent = max(s.LastSent, r.Sent)
			if r.Err == nil { // it ended with its last text, whatever the connection did then
				r.Ended = r.Due + latencies[load.Shard.Number(k)]
				if s.LastEnd == 0 || r.Ended < s.FirstEnd {
					s.FirstEnd = r.Ended
				}
				s.LastEnd = max(s.LastEnd, r.Ended)
			}
			s.Elapsed = max(s.Elapsed, r.Ended)
		}
		if errors.Is(r.Err, workload.ErrAbandoned) { // it never came to the server
			m.faults["abandoned"]++
		}
	}
	s.InTime, _ = saturation.Of(result)
	s.Faults = maps.Clone(m.faults)
	s.MayFail = c.scenario.MaxErrorPercent
	if reason := s.TooManyFailed(); reason != "" && s.Of == 1 { // of several, all together may have fewer: the merge says
		s.Invalid = append(s.Invalid, reason)
	}
	return s, m.metrics, nil
}
