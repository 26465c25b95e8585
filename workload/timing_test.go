package workload

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/latency"
)

// recordedOf is what a Recorder with that plant recorded of one request, and how long serving it took.
func recordedOf(plant duet.Plant, serve func(*Request) error) (whole latency.Requests, took time.Duration) {
	r := &Recorder{b: &testing.B{}, plant: plant, epoch: time.Now()}
	q := &Request{recorder: r}
	q.begin(atOnce)
	if serve(q) == nil {
		q.end(r.now())
	}
	whole.Add(&q.recorded)
	return whole, time.Duration(r.now())
}

func timed(q *Request) error {
	counts := q.Timed(Timing{Latency: 100 * ms, TTFT: 20 * ms, TPOT: 8 * ms, Gaps: []time.Duration{70 * ms, 0}, Tokens: 11})
	q.Observe("latency", counts.Latency)
	q.Observe("tpot.adapter_0", counts.TPOT)
	q.Observe("normalized", 9*ms)
	q.Observe("ttft.adapter_0", 20*ms)
	return nil
}

func TestWhatAClientHasTimedIsRecorded(t *testing.T) {
	got, _ := recordedOf(duet.Plant{}, timed)
	for _, c := range []struct {
		what  string
		times *latency.Distribution
		want  time.Duration
	}{
		{"latency", &got.Latency, 100 * ms},
		{"ttft", &got.TTFT, 20 * ms},
		{"tpot", &got.TPOT, 8 * ms},
		{"longest gap", &got.Gap, 70 * ms},
		{"normalized", got.Stage("normalized"), 9 * ms},
		{"ttft.adapter_0", got.Stage("ttft.adapter_0"), 20 * ms},
	} {
		assert.Equal(t, int64(c.want), c.times.Max(), c.what)
	}
	assert.Equal(t, int64(1), got.Gap.Min(), "a gap of 0 is not one that was not measured")
	assert.Equal(t, int64(11), got.Tokens)
}

func TestAPlantIsInWhatAClientHasTimed(t *testing.T) {
	for _, c := range []struct {
		plant         string
		latency, ttft time.Duration
	}{
		{"500us", 100*ms + ms/2, 20*ms + ms/2},
		{"50ms", 150 * ms, 70 * ms},
		{"25%", 125 * ms, 25 * ms},
	} {
		plant, err := duet.ParsePlant(c.plant)
		require.NoError(t, err)
		got, took := recordedOf(plant, timed)
		assert.Equal(t, int64(c.latency), got.Latency.Max(), c.plant)
		assert.Equal(t, int64(c.ttft), got.TTFT.Max(), c.plant)
		assert.Equal(t, int64(8*ms), got.TPOT.Max(), c.plant)
		assert.Equal(t, int64(c.latency), got.Stage("latency").Max(), "what is observed goes by the times that count")
		assert.Equal(t, int64(8*ms), got.Stage("tpot.adapter_0").Max(), c.plant)
		assert.GreaterOrEqual(t, took, c.latency-100*ms, "it is burnt, not only added")
	}
}

func TestARequestThatFailedIsNotRecordedButCounted(t *testing.T) {
	var numbers [100]atomic.Int64
	var result LoadResult
	var rec *Recorder
	testing.Benchmark(func(b *testing.B) {
		rec = Record(b)
		run := rec.Drive(Load{Rate: 5000, MaxLagPercent: 1e6}, func(_ context.Context, q *Request) error {
			if b.N > 1 {
				numbers[q.Number()].Add(1)
			}
			if q.Due().IsZero() {
				return errors.New("it is due at no time")
			}
			if q.Number()%5 == 4 {
				q.Observe("lost", time.Second)
				q.Fail(errors.New("503"))
			}
			return nil
		})
		if b.N > 1 {
			result = run
			b.SkipNow()
		}
	})
	require.Len(t, result.Requests, 100, "the second run, after one that testing was not told the time of")
	assert.Equal(t, 20, result.Failed)
	assert.Equal(t, 80, result.Succeeded)
	assert.EqualError(t, result.Requests[4].Err, "503")
	var whole latency.Requests
	for _, q := range rec.all {
		whole.Add(&q.recorded)
	}
	assert.Equal(t, int64(80), whole.Latency.Len())
	assert.Zero(t, whole.Stage("lost").Len())
	for i := range numbers {
		assert.Equal(t, int64(1), numbers[i].Load(), "request %d", i)
	}
}

// A request that its client has timed ended when its client says, not when its connection was let go; one that failed ended when it
// did.
func TestALoadEndsWithWhatClientsHaveTimed(t *testing.T) {
	for _, drive := range []string{"Drive", "Try"} {
		var result LoadResult
		serve := func(_ context.Context, q *Request) error {
			time.Sleep(20 * ms)
			if q.Number() == 1 {
				q.Fail(errors.New("503"))
				return nil
			}
			q.Timed(Timing{Latency: ms})
			return nil
		}
		testing.Benchmark(func(b *testing.B) {
			rec, load := Record(b), Load{Rate: 5000, MaxLagPercent: 1e6}
			if drive == "Drive" {
				result = rec.Drive(load, serve)
			} else {
				load.Requests = 100
				result, _ = rec.Try(load, serve)
			}
			if result.Attempted == 100 {
				b.SkipNow()
			}
		})
		require.Len(t, result.Requests, 100)
		for i, r := range result.Requests {
			if i == 1 {
				assert.GreaterOrEqual(t, r.Latency(), 20*ms, drive)
				continue
			}
			assert.Equal(t, ms, r.Latency(), drive)
		}
		assert.Equal(t, 100, result.Attempted)
		assert.Equal(t, 100, result.Succeeded+result.Failed, "counted once")
	}
}

func TestATrialIsNeitherRecordedNorFails(t *testing.T) {
	var result LoadResult
	served := 0
	of := testing.Benchmark(func(b *testing.B) {
		rec := Record(b)
		var err error
		result, err = rec.Try(Load{Requests: 10}, func(_ context.Context, q *Request) error {
			served++
			q.Observe("model", time.Second)
			if q.Number()%2 == 1 {
				return errors.New("503")
			}
			return nil
		})
		if err != nil {
			b.Error(err)
		}
		b.ReportMetric(float64(result.Succeeded), "found")
	})
	assert.Equal(t, []int{5, 5}, []int{result.Succeeded, result.Failed})
	assert.GreaterOrEqual(t, served, 10)
	assert.EqualError(t, result.Requests[1].Err, "503")
	assert.Equal(t, map[string]float64{"found": 5}, of.Extra, "nothing of its requests")
}

func TestATrialBeforeALoadIsNotRecorded(t *testing.T) {
	var rec *Recorder
	testing.Benchmark(func(b *testing.B) {
		rec = Record(b)
		if _, err := rec.Try(Load{Requests: 7}, func(_ context.Context, q *Request) error { return nil }); err != nil {
			b.Error(err)
		}
		rec.Drive(Load{Rate: 5000, MaxLagPercent: 1e6}, func(context.Context, *Request) error { return nil })
		if b.N > 1 {
			b.SkipNow()
		}
	})
	var whole latency.Requests
	for _, q := range rec.all {
		whole.Add(&q.recorded)
	}
	assert.Equal(t, int64(100), whole.Latency.Len())
}
