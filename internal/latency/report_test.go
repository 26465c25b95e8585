package latency

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

type metric struct {
	value float64
	unit  string
}

func reported(r *Requests, elapsed time.Duration) []metric {
	var out []metric
	r.Report(elapsed, func(value float64, unit string) { out = append(out, metric{value, unit}) })
	return out
}

// upTo is step, 2*step, ... n*step: its p50 is n/2 steps, its p99 n*0.99 steps.
func upTo(n, step int64) []int64 {
	values := make([]int64, n)
	for i := range values {
		values[i] = step * int64(i+1)
	}
	return values
}

func TestReportHasTheseUnitsAndValues(t *testing.T) {
	var whole Requests
	whole.Latency.Append(upTo(200, 10)...)
	assert.Equal(t, []metric{
		{1000, "p50-ns"}, {1800, "p90-ns"}, {1900, "p95-ns"}, {1980, "p99-ns"},
		{1005, "mean-ns"}, {10, "min-ns"}, {2000, "max-ns"}, {50, "req/s"},
	}, reported(&whole, 4*time.Second), "requests alone")

	whole.Stage("model").Append(upTo(100, 3)...)
	whole.Stage("idle")
	whole.Stage("decode_1.5").Record(7)
	whole.TTFT.Append(upTo(100, 2)...)
	whole.Tokens = 100
	assert.Equal(t, []metric{
		{1000, "p50-ns"}, {1800, "p90-ns"}, {1900, "p95-ns"}, {1980, "p99-ns"},
		{1005, "mean-ns"}, {10, "min-ns"}, {2000, "max-ns"}, {50, "req/s"},
		{150, "p50-model-ns"}, {270, "p90-model-ns"}, {285, "p95-model-ns"}, {297, "p99-model-ns"},
		{7, "p50-decode_1.5-ns"}, {7, "p90-decode_1.5-ns"}, {7, "p95-decode_1.5-ns"}, {7, "p99-decode_1.5-ns"},
		{100, "p50-ttft-ns"}, {180, "p90-ttft-ns"}, {190, "p95-ttft-ns"}, {198, "p99-ttft-ns"},
		{25, "tok/s"},
	}, reported(&whole, 4*time.Second), "stages, of which one has no times, and one token a request")

	whole.Gap.Append(upTo(300, 1)...)
	whole.TPOT.Append(upTo(100, 5)...)
	whole.Tokens = 400
	assert.Equal(t, []metric{
		{1000, "p50-ns"}, {1800, "p90-ns"}, {1900, "p95-ns"}, {1980, "p99-ns"},
		{1005, "mean-ns"}, {10, "min-ns"}, {2000, "max-ns"},
		{150, "p50-model-ns"}, {270, "p90-model-ns"}, {285, "p95-model-ns"}, {297, "p99-model-ns"},
		{7, "p50-decode_1.5-ns"}, {7, "p90-decode_1.5-ns"}, {7, "p95-decode_1.5-ns"}, {7, "p99-decode_1.5-ns"},
		{100, "p50-ttft-ns"}, {180, "p90-ttft-ns"}, {190, "p95-ttft-ns"}, {198, "p99-ttft-ns"},
		{150, "p50-itl-ns"}, {270, "p90-itl-ns"}, {285, "p95-itl-ns"}, {297, "p99-itl-ns"},
		{250, "p50-tpot-ns"}, {450, "p90-tpot-ns"}, {475, "p95-tpot-ns"}, {495, "p99-tpot-ns"},
	}, reported(&whole, 0), "several tokens a request, and no elapsed time, hence no rates")
}

func TestReportOfNoRequestsIsEmpty(t *testing.T) {
	assert.Empty(t, reported(new(Requests), time.Second))
}
