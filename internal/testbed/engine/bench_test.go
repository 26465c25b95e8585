package engine

import (
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/internal/pace"
)

// BenchmarkClock serves 350 requests a second on 10 modelled H100s in real time, in one process with the readers. An iteration is
// one request; run it with -benchtime=3500x for 10 s. late-ns is the schedule error: how long after a token's instant its reader
// has it. send-late-ns is how late the arrivals are, which one goroutine waits for: what the machine does to anyone who waits.
func BenchmarkClock(b *testing.B) {
	f := fleet{replicas: 10, rate: 350, requests: 3500, prompt: [2]int{256, 1024}, output: [2]int{20, 200}}
	arrivals := f.arrivals()
	var engines []*Engine
	for range f.replicas {
		engines = append(engines, start(b, Config{Device: H100()}))
	}
	pacer, err := pace.New()
	require.NoError(b, err)
	defer pacer.Close()

	var readers sync.WaitGroup
	var mu sync.Mutex
	var late, sent latency.Distribution
	receive := func(s *Stream) {
		var own []int64
		for {
			tokens, err := s.Next(b.Context())
			now := time.Now()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				b.Error(err)
				break
			}
			for _, token := range tokens {
				own = append(own, int64(now.Sub(token.At)))
			}
		}
		mu.Lock()
		defer mu.Unlock()
		late.Append(own...)
	}
	begin, n := time.Now(), 0
	for b.Loop() {
		a := arrivals[n%len(arrivals)]
		round := time.Duration(n/len(arrivals)) * arrivals[len(arrivals)-1].at
		at := begin.Add(round + a.at)
		if err := pacer.Until(b.Context(), at); err != nil {
			b.Fatal(err)
		}
		sent.Record(int64(time.Since(at)))
		s, err := engines[n%len(engines)].Submit(b.Context(), a.request)
		if err != nil {
			b.Fatal(err)
		}
		readers.Go(func() { receive(s) })
		n++
	}
	readers.Wait()
	for prefix, d := range map[string]*latency.Distribution{"": &late, "send-": &sent} {
		q := d.Quantiles(0.5, 0.99)
		b.ReportMetric(float64(q[0]), "p50-"+prefix+"late-ns")
		b.ReportMetric(float64(q[1]), "p99-"+prefix+"late-ns")
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "req/s")
	b.ReportMetric(float64(late.Len())/time.Since(begin).Seconds(), "tok/s")
}

// turnstile is a clock that says when its steps from one number to another have run.
type turnstile struct {
	Clock
	steps, from, to int
	began, ended    chan struct{}
}

func (d *turnstile) Run(step *Step) (time.Time, error) {
	switch d.steps++; d.steps {
	case d.from:
		close(d.began)
	case d.to:
		close(d.ended)
	}
	return d.Clock.Run(step)
}

// BenchmarkStep is what serving costs beside the device: 256 sequences decode on a clock that is not waited for. An iteration is
// a step.
func BenchmarkStep(b *testing.B) {
	const sequences, warm = 256, 100
	device := &turnstile{
		Clock: Clock{VocabSize: 100}, from: warm, to: warm + b.N, began: make(chan struct{}), ended: make(chan struct{}),
	}
	e := start(b, Config{Device: device, MaxModelLen: maxSetting, KVBlocks: maxSetting})
	for range sequences {
		_, err := e.Submit(b.Context(), Request{Prompt: prompt(1), MaxTokens: maxSetting / 2})
		require.NoError(b, err)
	}
	<-device.began
	b.ResetTimer()
	<-device.ended
	b.StopTimer()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*sequences), "ns/tok")
}
