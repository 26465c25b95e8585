package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/latency"
)

// fleet is what the guide's cases ask of 10 replicas: Poisson arrivals, in turn to each.
type fleet struct {
	replicas       int
	rate           float64 // requests per second
	requests       int
	prompt, output [2]int // tokens, from and to, uniform
	adapters       []string
	shares         []float64 // of the adapters
}

// arrival is a request and when it comes after the beginning.
type arrival struct {
	at      time.Duration
	request Request
}

func (f fleet) arrivals() []arrival {
	random := rand.New(rand.NewPCG(350, 0))
	between := func(r [2]int) int { return r[0] + random.IntN(r[1]-r[0]+1) }
	var at float64
	arrivals := make([]arrival, f.requests)
	for i := range arrivals {
		at += random.ExpFloat64() / f.rate
		r := Request{Prompt: prompt(between(f.prompt)), MaxTokens: between(f.output), Seed: uint64(i)}
		if draw := random.Float64(); len(f.adapters) > 0 {
			r.Adapter = f.adapters[len(f.adapters)-1]
			for j, share := range f.shares {
				if draw -= share; draw < 0 {
					r.Adapter = f.adapters[j]
					break
				}
			}
		}
		arrivals[i] = arrival{time.Duration(at * float64(time.Second)), r}
	}
	return arrivals
}

// serve submits all requests, at their instants, to replicas of one configuration, and returns their streams once all are done.
func (f fleet) serve(t *testing.T, c Config) (streams []*Stream) {
	synctest.Test(t, func(t *testing.T) {
		var engines []*Engine
		for range f.replicas {
			engines = append(engines, start(t, c))
		}
		begin := time.Now()
		for i, a := range f.arrivals() {
			time.Sleep(time.Until(begin.Add(a.at)))
			streams = append(streams, submit(t, engines[i%len(engines)], a.request))
		}
		for _, e := range engines {
			require.NoError(t, e.Drain(t.Context()))
			require.Zero(t, e.Stats().Aborted)
		}
	})
	return streams
}

// ttft is the distribution of the time to the first token.
func ttft(streams []*Stream) *latency.Distribution {
	d := &latency.Distribution{}
	for _, s := range streams {
		times := s.Times()
		d.Record(int64(times.FirstToken.Sub(times.Arrived)))
	}
	return d
}

// multiLoRA is the guide's second case: 15 adapters, five with 60 % of the requests, five with 30 %, five with 10 %.
func multiLoRA(rate float64, requests int) fleet {
	f := fleet{replicas: 10, rate: rate, requests: requests, prompt: [2]int{20, 500}, output: [2]int{20, 500}}
	for i := range 15 {
		f.adapters = append(f.adapters, fmt.Sprint("adapter-", i))
		f.shares = append(f.shares, []float64{0.12, 0.06, 0.02}[i/5])
	}
	return f
}

func TestThreeAdapterSlotsInsteadOfFifteenMultiplyTheTimeToFirstToken(t *testing.T) {
	f := multiLoRA(200, 3000)
	config := func(slots int) Config {
		return Config{Device: H100(), Adapters: f.adapters, MaxLoras: slots, MaxCPULoras: 15}
	}
	fifteen := ttft(f.serve(t, config(15))).Quantiles(0.5, 0.99)
	three := ttft(f.serve(t, config(3))).Quantiles(0.5, 0.99)
	t.Logf("p50 and p99: 15 slots %v %v, 3 slots %v %v", time.Duration(fifteen[0]), time.Duration(fifteen[1]),
		time.Duration(three[0]), time.Duration(three[1]))
	assert.GreaterOrEqual(t, float64(three[0]), 5*float64(fifteen[0]))
}

func TestTenReplicasSustain350RequestsASecond(t *testing.T) {
	f := fleet{replicas: 10, rate: 350, requests: 3500, prompt: [2]int{256, 1024}, output: [2]int{20, 200}}
	streams := f.serve(t, Config{Device: H100()})
	last := slices.MaxFunc(streams, func(a, b *Stream) int { return a.Times().Done.Compare(b.Times().Done) })
	halves := []*latency.Distribution{ttft(streams[:1750]), ttft(streams[1750:])}
	first, second := halves[0].Quantiles(0.5, 0.99), halves[1].Quantiles(0.5, 0.99)
	t.Logf("TTFT p50 and p99, first half %v %v, second %v %v; the last is done %v after it arrived",
		time.Duration(first[0]), time.Duration(first[1]),
		time.Duration(second[0]), time.Duration(second[1]), last.Times().Done.Sub(last.Times().Arrived))
	assert.Less(t, second[0], 2*first[0], "no backlog grows")
	assert.Less(t, second[1], int64(500*time.Millisecond))
}
