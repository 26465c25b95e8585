package fleet

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tailgate-go/tailgate/internal/latency"
)

// BenchmarkMerge shows what it takes to read and merge the output of shards, each with ten distributions of 10,000 values.
func BenchmarkMerge(b *testing.B) {
	for _, n := range []int{1, 8, 100} {
		text := strings.Join(printed(b, n, func(s *Share, metrics map[string]*latency.Distribution) {
			random := rand.New(rand.NewPCG(1, uint64(s.Shard)))
			for i := range 10 {
				d := &latency.Distribution{}
				for range 10_000 {
					d.Record(int64(3e6 * (1 + random.ExpFloat64())))
				}
				metrics[fmt.Sprintf("stage%d", i)] = d
			}
		}), "")
		b.Run(fmt.Sprintf("shards=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Merge(strings.NewReader(text)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(n), "ns/shard")
			b.ReportMetric(float64(len(text))/float64(n), "B/shard")
		})
	}
}
