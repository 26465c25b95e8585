//go:build unix

package workload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// CPU time is what a request burns, and not what it waits; a warm-up, and what came before the first request, is not in it.
func TestCPUTimeIsOfRequests(t *testing.T) {
	burn := func(long time.Duration) {
		for began := duet.CPU(); duet.CPU()-began < long; {
		}
	}
	burns := func(*Request) error { burn(2 * time.Millisecond); return nil }
	reported := func(before time.Duration, serve func(*Request) error) map[string]float64 {
		burn(before)
		return testing.Benchmark(func(b *testing.B) {
			rec := Record(b)
			rec.Warmup(1, func(*Request) error { burn(before); return nil })
			for range 10 {
				rec.Do(serve)
			}
		}).Extra
	}
	little := reported(0, burns)["cpu-ns"]
	assert.GreaterOrEqual(t, little, 2e6)
	assert.Less(t, reported(50*time.Millisecond, burns)["cpu-ns"], little+4e6, "50 ms in 10 requests would be 5 ms each")
	waits := reported(0, func(*Request) error { time.Sleep(10 * time.Millisecond); return nil })
	assert.Less(t, waits["cpu-ns"], waits["p50-ns"]/2)
}
