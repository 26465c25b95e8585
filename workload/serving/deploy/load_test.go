package deploy

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/ratename"
	"github.com/tailgate-go/tailgate/workload"
)

// BenchmarkLoad runs a scenario, or one shard of it, rate by rate. It prints the results of each rate, and after them the lines
// with which shards are merged.
func BenchmarkLoad(b *testing.B) {
	if setting(scenarioFlag, "TAILGATE_SCENARIO") == "" {
		b.Skip("no scenario: name one with -workload.scenario")
	}
	c, err := newClient()
	if err != nil {
		mark(err)
		b.Fatal(err)
	}
	defer c.client.Close()
	warmUp, starts := c.starts()
	if err := c.warmUp(warmUp); err != nil {
		mark(err)
		b.Fatalf("warm-up: %v", err)
	}
	b.Run("case="+c.scenario.Name, func(b *testing.B) {
		for i, rate := range c.scenario.Rates {
			var lines bytes.Buffer
			b.Run(ratename.Of(rate), func(b *testing.B) {
				if b.N > 1 {
					b.Fatal("the scenario says how many requests there are: run it with -test.benchtime=1x")
				}
				if starts[i].IsZero() && i > 0 {
					time.Sleep(time.Duration(c.scenario.Idle))
				}
				share, metrics, err := c.run(i, starts[i])
				if err != nil {
					mark(err)
					b.Fatal(err)
				}
				if err := share.Write(&lines, metrics); err != nil {
					b.Fatal(err)
				}
				for _, reason := range share.Invalid {
					b.Errorf("invalid: %s", reason)
				}
				b.ReportMetric(float64(share.Elapsed)/float64(max(1, share.Succeeded)), "ns/op")
				share.Report(metrics, b.ReportMetric)
			})
			if _, err := os.Stdout.Write(lines.Bytes()); err != nil { // below the result: testing has printed that line to its end
				b.Fatal(err)
			}
			if status.Load() != 0 { // the load is not whole, whatever comes
				return
			}
		}
	})
}

// mark has the process end with the status of an error for which a load, or a rate of it, was not sent.
func mark(err error) {
	if errors.Is(err, workload.ErrStartPassed) {
		status.Store(exitTooLate)
	} else {
		status.Store(exitNotBegun)
	}
}
