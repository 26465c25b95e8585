package deploy

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/fleet"
	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/testbed/instant"
)

// BenchmarkShards shows what a load costs in one process and in several: the CPU time of all of them a request, their send lag,
// how far apart they began, and what a merge takes. The model of README.md is that a shard costs what one client costs at the
// shard's rate: compare total=2000/shards=4 with total=500/shards=1. Run it with -benchtime=1x.
func BenchmarkShards(b *testing.B) {
	if testing.Short() {
		b.Skip("takes minutes")
	}
	url := instant.Start(b)
	for _, stream := range []bool{false, true} {
		if stream {
			url += "/events/21"
		}
		for _, c := range []struct{ total, shards int }{{250, 1}, {500, 1}, {1000, 1}, {2000, 1}, {2000, 2}, {2000, 4}, {2000, 8}} {
			b.Run(fmt.Sprintf("stream=%v/total=%d/shards=%d", stream, c.total, c.shards), func(b *testing.B) {
				if b.N > 1 {
					b.Fatal("run it with -benchtime=1x")
				}
				whole, took := together(b, url, stream, c.total, c.shards)
				b.ReportMetric(float64(whole.CPU)/float64(whole.Attempted), "cpu-ns/req")
				b.ReportMetric(whole.CPU.Seconds()/whole.Elapsed.Seconds(), "cores")
				for i, v := range whole.Distributions[fleet.Lag].Quantiles(0.5, 0.99) {
					b.ReportMetric(float64(v), []string{"p50-lag-ns", "p99-lag-ns"}[i])
				}
				b.ReportMetric(float64(whole.Distributions[fleet.Latency].Quantiles(0.5)[0]), "p50-ns")
				b.ReportMetric(float64(whole.Apart), "apart-ns")
				b.ReportMetric(float64(took), "merge-ns")
			})
		}
	}
}

// together runs shards for five seconds, and merges them.
func together(b *testing.B, url string, stream bool, total, shards int) (whole fleet.Whole, mergeTook time.Duration) {
	b.Helper()
	text, err := json.Marshal(map[string]any{
		"version": 1, "name": "case", "model": "m", "dataset": map[string]any{
			"file": filepath.Join(modtest.Root(b), "testdata/datasets/billsum.json"),
		},
		"rates": []int{total}, "prompts": 5 * total, "stream": stream, "timeout": "20s",
	})
	if err != nil {
		b.Fatal(err)
	}
	scenario := filepath.Join(b.TempDir(), "case.json")
	if err := os.WriteFile(scenario, text, 0o644); err != nil {
		b.Fatal(err)
	}
	start := time.Now().Add(12 * time.Second) // enough to measure clocks
	cmds, outs := make([]*exec.Cmd, shards), make([]strings.Builder, shards)
	for i := range cmds {
		cmds[i] = exec.Command(os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkLoad$", "-test.benchtime=1x")
		cmds[i].Env = append(os.Environ(), "TAILGATE_SCENARIO="+scenario, "TAILGATE_TARGET="+url,
			fmt.Sprintf("TAILGATE_SHARD=%d/%d", i+1, shards),
			"TAILGATE_START="+start.Format(time.RFC3339Nano))
		cmds[i].Stdout = &outs[i]
		if err := cmds[i].Start(); err != nil {
			b.Fatal(err)
		}
	}
	var all strings.Builder
	for i, cmd := range cmds {
		_ = cmd.Wait() // it fails when it was late, and that is what is to be seen
		all.WriteString(outs[i].String() + "\n")
	}
	began := time.Now()
	wholes, err := fleet.Merge(strings.NewReader(all.String()))
	if err != nil {
		b.Fatal(err)
	}
	if failed := wholes[0].Failed; failed > 0 {
		b.Fatalf("%d requests failed: %v", failed, wholes[0].Faults)
	}
	return wholes[0], time.Since(began)
}
