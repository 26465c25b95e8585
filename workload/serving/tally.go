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

	"github.com/tailgate-go/tailgate/workload"
)

// tally counts what became of the requests of a rate.
type tally struct {
	prompts int
	most    int // that may fail
	slo     SLO

	mu            *sync.Mutex
	input, output int64 // tokens, as the server counts them
	good, missed  int   // requests that keep the SLO, and those that succeeded and do not
	failures      map[string]*failure
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
	t.input += int64(r.PromptTokens)
	t.output += int64(r.OutputTokens)
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

// kept reports whether a request keeps the bounds. One whose TTFT or TPOT is not known, for having too few tokens, keeps that
// bound.
func (s SLO) kept(r Reply) bool {
	within := func(took time.Duration, bound Duration) bool { return bound == 0 || took <= time.Duration(bound) }
	return within(r.Latency, s.E2E) && within(r.TTFT, s.TTFT) && within(r.TPOT, s.TPOT)
}

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
	b.ReportMetric(result.Load.Rate, "offered-req/s")
	if result.AchievedRate > 0 {
		b.ReportMetric(result.AchievedRate, "achieved-req/s")
	}
	if minutes := result.Elapsed.Minutes(); minutes > 0 {
		b.ReportMetric(float64(t.output)/minutes, "output-tok/min")
		b.ReportMetric(float64(t.input)/minutes, "input-tok/min")
		b.ReportMetric(float64(t.input)/result.Elapsed.Seconds(), "input-tok/s")
		if t.slo != (SLO{}) {
			b.ReportMetric(float64(t.good)/result.Elapsed.Seconds(), "goodput-req/s")
			b.ReportMetric(100*float64(t.good)/float64(result.Attempted), "goodput-percent")
		}
	}
	saturated := 0.0
	if rate, is := saturation(result); is {
		saturated = 1
		b.Logf("serving: saturated: in the second half %.1f req/s were answered where %v were offered; "+
			"judge this rate by throughput, since its latencies say how long it was run", rate, result.Load.Rate)
	}
	b.ReportMetric(saturated, "saturated")
}
