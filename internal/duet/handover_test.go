//go:build unix

package duet_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/stats"
)

// BenchmarkHandover shows what a turn costs beyond its requests, from just before the grant until the result is read, with two
// processes that take turns: p50-ns and p95-ns. idle-ns is the median CPU time that a process burns from one of its turns to the
// next.
func BenchmarkHandover(b *testing.B) {
	for _, gate := range []string{"wanders", "holds"} {
		for _, request := range []string{"nothing", "1ms"} {
			b.Run("gate="+gate+"/request="+request, func(b *testing.B) {
				var peers [2]*duet.Peer
				for i := range peers {
					_, peers[i] = open(b, request, options{})
					for range 20 {
						grant(b, peers[i], duet.Turn{Requests: 1, WarmUp: true})
					}
				}
				if gate == "holds" {
					release := duet.HoldCPU()
					defer release()
				}
				var handovers, idle []int64
				for turn := 0; b.Loop(); turn++ {
					r := grant(b, peers[turn%2], duet.Turn{Requests: 1})
					handovers = append(handovers, int64(r.Took-r.Wall))
					idle = append(idle, int64(r.Idle))
				}
				for _, peer := range peers {
					_, err := peer.End(b.Context())
					require.NoError(b, err)
				}
				slices.Sort(handovers)
				slices.Sort(idle)
				b.ReportMetric(float64(stats.Quantile(handovers, 0.50)), "p50-ns")
				b.ReportMetric(float64(stats.Quantile(handovers, 0.95)), "p95-ns")
				b.ReportMetric(float64(stats.Quantile(idle, 0.50)), "idle-ns")
			})
		}
	}
}
