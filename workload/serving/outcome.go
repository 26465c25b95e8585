package serving

import (
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/workload"
)

// outcome is what one run of a point came to, as the file of results has it. results.schema.json says what each field is.
type outcome struct {
	Name        string  `json:"name"`
	Rate        float64 `json:"rate,omitempty"`
	Concurrency int     `json:"concurrency,omitempty"`
	MaxRate     bool    `json:"max_rate,omitempty"`
	Holds       *bool   `json:"holds,omitempty"`

	Began   time.Time     `json:"began"`
	Elapsed time.Duration `json:"elapsed_ns"`

	Requests  int            `json:"requests"`
	Succeeded int            `json:"succeeded"`
	Failed    int            `json:"failed"`
	Errors    map[string]int `json:"errors,omitempty"`
	Saturated bool           `json:"saturated,omitempty"`
	Invalid   []string       `json:"invalid,omitempty"`

	PerSecond       float64 `json:"requests_per_second"`
	InputTokens     int64   `json:"input_tokens"`
	OutputTokens    int64   `json:"output_tokens"`
	OutputPerSecond float64 `json:"output_tokens_per_second"`

	Latency    *quantiles `json:"latency,omitempty"`
	TTFT       *quantiles `json:"ttft,omitempty"`
	TPOT       *quantiles `json:"tpot,omitempty"`
	ITL        *quantiles `json:"itl,omitempty"`
	Normalized *quantiles `json:"normalized,omitempty"`

	times   *timings
	written *writtenTimes // the same, where another process needs them
	of      *testing.B    // whose latest run counts; nil of another process's
}

// quantiles are those of some times, in nanoseconds, nearest rank.
type quantiles struct {
	Count int64   `json:"count"`
	Mean  float64 `json:"mean_ns"`
	Min   int64   `json:"min_ns"`
	P50   int64   `json:"p50_ns"`
	P90   int64   `json:"p90_ns"`
	P95   int64   `json:"p95_ns"`
	P99   int64   `json:"p99_ns"`
	Max   int64   `json:"max_ns"`
}

// quantilesOf are nil of no times.
func quantilesOf(d *latency.Distribution) *quantiles {
	if d.Len() == 0 {
		return nil
	}
	q := d.Quantiles(0.5, 0.9, 0.95, 0.99)
	return &quantiles{Count: d.Len(), Mean: d.Mean(), Min: d.Min(), P50: q[0], P90: q[1], P95: q[2], P99: q[3], Max: d.Max()}
}

// outcome is what was counted of a run.
func (t *tally) outcome(at point, began time.Time, result workload.LoadResult) outcome {
	o := outcome{
		Name: at.name(), Rate: at.rate, MaxRate: at.max, Began: began.UTC(), Elapsed: result.Elapsed,
		Requests: result.Attempted, Succeeded: result.Succeeded, Failed: result.Failed, Saturated: t.saturated, Invalid: result.Invalid,
		InputTokens: t.replies.InputTokens, OutputTokens: t.replies.OutputTokens, times: &t.times,
		Latency: quantilesOf(&t.times.latency), TTFT: quantilesOf(&t.times.ttft), TPOT: quantilesOf(&t.times.tpot),
		ITL: quantilesOf(&t.times.itl), Normalized: quantilesOf(&t.times.normalized),
	}
	if at.isClosed() {
		o.Concurrency = at.clients
	}
	if len(t.failures) > 0 {
		o.Errors = map[string]int{}
		for label, f := range t.failures {
			o.Errors[label] = f.n
		}
	}
	if seconds := result.Elapsed.Seconds(); seconds > 0 {
		o.PerSecond, o.OutputPerSecond = float64(o.Succeeded)/seconds, float64(o.OutputTokens)/seconds
	}
	return o
}
