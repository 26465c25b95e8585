package serving

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tailgate-go/tailgate/internal/replied"
	"github.com/tailgate-go/tailgate/internal/saturation"
	"github.com/tailgate-go/tailgate/workload"
)

// tally counts what became of the requests of a rate.
type tally struct {
	prompts int
	most    int // that may fail
	slo     SLO

	mu        *sync.Mutex
	replies   replied.Count
	times     timings
	saturated bool
	failures  map[string]*failure
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
	t.replies.Add(t.slo.Count(r))
	t.times.add(r)
}

// failed counts a request that has failed. It returns an error once more have failed than may.
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
	return t.replies.Len() - t.replies.Good + t.errors()
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
	t.replies.Report(result.Attempted, result.Elapsed, b.ReportMetric)
	t.times.report(b)
	t.logReplies(b)
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

// logReplies says what the metrics of replies do not.
func (t *tally) logReplies(b *testing.B) {
	b.Helper()
	if t.replies.NoUsage > 0 {
		b.Logf("serving: %d of %d replies have no usage: tokens are those of the others, and without usage a bound on tpot is not kept",
			t.replies.NoUsage, t.replies.Len())
	}
	if t.replies.HeldOpen > 0 {
		b.Logf("serving: the server had not ended %d streams %v after their last event: their connections were given up, "+
			"and each request after them needed a new one", t.replies.HeldOpen, patience)
	}
}
