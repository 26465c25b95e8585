package workload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/latency"
)

func nothing(*Request) error { return nil }

func fiveStages(r *Request) error {
	r.Stage("preprocess")
	r.Stage("model")
	r.Stage(ControlledDelay)
	r.Stage("postprocess")
	r.Stage("serialization")
	return nil
}

func tokens(r *Request) error {
	for range 21 {
		r.Token()
	}
	return nil
}

// BenchmarkRecorder shows what recording costs: ns/op is the whole price of one request, two clock readings included;
// clock is the price of two readings by themselves.
func BenchmarkRecorder(b *testing.B) {
	b.Run("clock", func(b *testing.B) {
		epoch := time.Now()
		var sum time.Duration
		for b.Loop() {
			begin := time.Since(epoch)
			sum += time.Since(epoch) - begin
		}
		_ = sum
	})
	for _, c := range []struct {
		name  string
		serve func(*Request) error
	}{{"request", nothing}, {"stages=five", fiveStages}, {"tokens=many", tokens}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			rec := Record(b)
			for b.Loop() {
				rec.Do(c.serve)
			}
		})
	}
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		rec := Record(b)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				rec.Do(nothing)
			}
		})
	})
}

func TestRecordingARequestAllocatesNothing(t *testing.T) {
	for _, serve := range []func(*Request) error{nothing, fiveStages, tokens} {
		allocs := -1.0
		testing.Benchmark(func(b *testing.B) {
			rec := Record(b)
			rec.Do(serve)
			// Storage grows by doubling: to a rounded mean, nothing.
			allocs = testing.AllocsPerRun(1000, func() { rec.Do(serve) })
			b.SkipNow()
		})
		if !raceEnabled { // sync.Pool drops what it holds at random under -race
			assert.Zero(t, allocs)
		}
	}
}

func TestWarmupServesOneRequestWhereAGateOnlyTries(t *testing.T) {
	for variable, want := range map[string]int{"": 10, "1": 1} {
		t.Setenv(duet.SmokeEnv, variable)
		warm := 0
		testing.Benchmark(func(b *testing.B) {
			rec := Record(b)
			rec.Warmup(10, func(*Request) error { warm++; return nil })
			for b.Loop() {
				rec.Do(nothing)
			}
		})
		assert.Equal(t, want, warm, "%q", variable)
	}
}

func TestWarmupLeavesNoTrace(t *testing.T) {
	served := 0
	result := testing.Benchmark(func(b *testing.B) {
		rec := Record(b)
		rec.Warmup(10, func(r *Request) error {
			served++
			r.Stage("cold")
			r.Token()
			return nil
		})
		for b.Loop() {
			rec.Do(nothing)
		}
		assert.Equal(t, int64(b.N), rec.begun.Load())
	})
	assert.Equal(t, 10, served)
	assert.Contains(t, result.Extra, "p95-ns")
	assert.NotContains(t, result.Extra, "p50-cold-ns")
	assert.NotContains(t, result.Extra, "p50-ttft-ns")
}

func TestStagesAndTokensOfOneRequest(t *testing.T) {
	var rec *Recorder
	testing.Benchmark(func(b *testing.B) {
		rec = Record(b)
		rec.Do(func(r *Request) error {
			r.Stage("a")
			time.Sleep(2 * time.Millisecond)
			r.Stage("b")
			r.Stage("a") // again: adds to a
			r.Token()
			time.Sleep(2 * time.Millisecond)
			r.Token()
			r.Token()
			return nil
		})
		b.SkipNow()
	})
	var whole latency.Requests
	for _, q := range rec.all {
		whole.Add(&q.recorded)
	}
	assert.Equal(t, int64(1), whole.Latency.Len())
	assert.Len(t, whole.Stages, 2)
	assert.Equal(t, int64(1), whole.Stages[0].Times.Len())
	assert.GreaterOrEqual(t, whole.Stages[1].Times.Min(), int64(2*time.Millisecond))
	assert.LessOrEqual(t, whole.Stages[0].Times.Max()+whole.Stages[1].Times.Max(), whole.TTFT.Min())
	assert.Equal(t, int64(2), whole.Gap.Len())
	assert.Equal(t, int64(whole.Gap.Mean()), whole.TPOT.Min())
	assert.LessOrEqual(t, whole.TTFT.Min()+int64(2*whole.Gap.Mean()), whole.Latency.Min())
	assert.Equal(t, int64(3), whole.Tokens)
}
