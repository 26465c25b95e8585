package serving

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/saturation"
	"github.com/tailgate-go/tailgate/workload"
)

// tally counts what became of the requests of a rate.
type tally struct {
	prompts int
	most    int // that may fail
	slo     SLO

	mu           *sync.Mutex
	input        inputTokens
	output       int64 // tokens, as the server counts them
	told, silent int   // requests of which the server gave the usage, and others that succeeded
	empty        int   // requests that succeeded and had no text
	good, missed int   // requests that keep the SLO, and those that succeeded and do not
	times        timings
	heldOpen     int // streams that the server did not end after their last event
	saturated    bool
	failures     map[string]*failure
}

// inputTokens are the tokens of prompts, as the server counts them.
type inputTokens struct {
	n      int64
	cached int64 // as far as the server says
	told   bool  // it said of some request how much of it was cached
}

func (t *inputTokens) add(o inputTokens) {
	t.n += o.n
	t.cached += o.cached
	t.told = t.told || o.told
}

// report tells how much of the prompts came from a cache, if the server does.
func (t inputTokens) report(b *testing.B) {
	b.Helper()
	if t.told && t.n > 0 {
		b.ReportMetric(100*float64(t.cached)/float64(t.n), "cached-percent")
	}
}

// failure is a kind of failure.
type failure struct {
	label string
	n     int
	first string // what the first of them said
}

func newTally(prompts int, s Scenario) tally {
	return tally{prompts: prompts, most: s.mayFail(prompts), slo: s.SLO, mu: &sync.Mutex{}, failures: map[string]*failure{}}
}

// succeeded counts a request that has its reply.
func (t *tally) succeeded(r Reply) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.input.add(inputTokens{n: int64(r.PromptTokens), cached: int64(r.CachedTokens), told: r.HasCached})
	t.output += int64(r.OutputTokens)
	if r.HasUsage {
		t.told++
	} else {
		t.silent++
	}
	if r.Texts == 0 {
		t.empty++
	}
	t.times.add(r)
	if t.slo.kept(r) {
		t.good++
	} else {
		t.missed++
	}
}

// failed counts a request that has none. The error says that too many have failed, once no success of those left could mend that.
func (t *tally) failed(err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	label := "other"
	var f *Fault
	if errors.As(err, &f) {
		label = f.Label()
	}
	if t.failures[label] == nil {
		t.failures[label] = &failure{label: label, first: err.Error()}
	}
	t.failures[label].n++
	if n := t.errors(); n > t.most {
		return fmt.Errorf("%d of %d prompts have failed, where %d may (max_error_percent): %s", n, t.prompts, t.most, t.said())
	}
	return nil
}

// bad is how many requests so far are not good.
func (t *tally) bad() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.missed + t.errors()
}

// errors is how many requests failed.
func (t *tally) errors() int {
	n := 0
	for _, f := range t.failures {
		n += f.n
	}
	return n
}

// said is what failures said, the commonest first.
func (t *tally) said() string {
	var all []*failure
	for _, f := range t.failures {
		all = append(all, f)
	}
	slices.SortFunc(all, func(x, y *failure) int { return cmp.Or(y.n-x.n, strings.Compare(x.label, y.label)) })
	var said []string
	for _, f := range all {
		said = append(said, fmt.Sprintf("%d x %s", f.n, f.first))
	}
	return strings.Join(said, "; ")
}

// kept reports whether a request keeps the bounds. One that has no TTFT or TPOT, for having too few tokens, keeps that bound; one
// of several texts whose TPOT is not known, for want of usage, does not.
func (s SLO) kept(r Reply) bool {
	within := func(took time.Duration, bound Duration) bool { return bound == 0 || took <= time.Duration(bound) }
	unknown := s.TPOT > 0 && !r.HasUsage && r.Texts > 1
	return within(r.Latency, s.E2E) && within(r.TTFT, s.TTFT) && within(r.TPOT, s.TPOT) && !unknown
}

// judgeable reports whether the bounds can be told to be kept of requests of which there is usage, or none.
func (s SLO) judgeable(usage bool) bool { return s != (SLO{}) && (usage || s.TPOT == 0) }

// report hands over what was counted.
func (t *tally) report(b *testing.B, result workload.LoadResult) {
	b.Helper()
	failed := t.errors()
	if failed > 0 && !b.Failed() {
		b.Logf("serving: %d of %d prompts failed: %s", failed, t.prompts, t.said())
	}
	if b.Failed() || result.Attempted == 0 {
		return
	}
	if result.Succeeded == 0 {
		b.Errorf("serving: all of %d prompts failed: %s", t.prompts, t.said())
		return
	}
	b.ReportMetric(float64(result.Attempted), "attempted")
	b.ReportMetric(float64(result.Succeeded), "succeeded")
	b.ReportMetric(100*float64(failed)/float64(result.Attempted), "errors-percent")
	for _, f := range t.failures {
		b.ReportMetric(float64(f.n), "errors-"+strings.ReplaceAll(f.label, " ", "-"))
	}
	if result.Load.Rate > 0 {
		b.ReportMetric(result.Load.Rate, "offered-req/s")
	}
	if result.AchievedRate > 0 {
		b.ReportMetric(result.AchievedRate, "achieved-req/s")
	}
	b.ReportMetric(100*float64(t.empty)/float64(result.Succeeded), "empty-percent")
	b.ReportMetric(100*float64(t.silent)/float64(result.Succeeded), "no-usage-percent")
	t.reportTokens(b, result)
	t.times.report(b)
	if t.slo.judgeable(t.told > 0) && result.Elapsed > 0 {
		b.ReportMetric(float64(t.good)/result.Elapsed.Seconds(), "goodput-req/s")
		b.ReportMetric(100*float64(t.good)/float64(result.Attempted), "goodput-percent")
	}
	if t.heldOpen > 0 {
		b.ReportMetric(100*float64(t.heldOpen)/float64(result.Attempted), "held-open-percent")
		b.Logf("serving: the server had not ended %d streams %v after their last event: their connections were given up, "+
			"and each request after them needed a new one", t.heldOpen, patience)
	}
	t.reportSaturation(b, result)
}

// reportSaturation tells whether the server fell behind a rate. Where no request is due before another has its reply, it cannot.
func (t *tally) reportSaturation(b *testing.B, result workload.LoadResult) {
	b.Helper()
	if result.Load.Rate == 0 {
		return
	}
	saturated, answered := 0.0, 0.0
	if answered, t.saturated = keptUp(result); t.saturated {
		saturated = 1
		b.Logf("serving: saturated: in the second half %.1f req/s were answered where %v were offered; "+
			"judge this rate by throughput, since its latencies say how long it was run", answered, result.Load.Rate)
	}
	b.ReportMetric(saturated, "saturated")
}

// keptUp is how many requests per second were answered in the second half, and whether the server fell behind.
func keptUp(result workload.LoadResult) (answered float64, saturated bool) {
	count, half := saturation.Of(result)
	if half > 0 {
		answered = float64(count.Answered) / half.Seconds()
	}
	return answered, count.Saturated()
}

// reportTokens hands over the tokens that the server counted. Where it counted none, nothing is said of tokens: they are not known.
func (t *tally) reportTokens(b *testing.B, result workload.LoadResult) {
	b.Helper()
	if t.silent > 0 {
		b.Logf("serving: %d of %d replies have no usage: tokens are those of the others, and without usage a bound on tpot is not kept",
			t.silent, t.silent+t.told)
	}
	if seconds := result.Elapsed.Seconds(); seconds > 0 && t.told > 0 {
		b.ReportMetric(float64(t.output)/seconds*60, "output-tok/min")
		b.ReportMetric(float64(t.input.n)/seconds*60, "input-tok/min")
		b.ReportMetric(float64(t.input.n)/seconds, "input-tok/s")
	}
	if t.told > 0 {
		b.ReportMetric(float64(t.output)/float64(t.told), "output-tok/req")
	}
	t.input.report(b)
}
