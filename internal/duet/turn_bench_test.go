//go:build unix

package duet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/workload"
)

// BenchmarkTurn shows what a request in a duet costs beyond itself, where a turn has many: ns/request, hand-over included,
// of requests that do nothing, one after another and from goroutines of b.RunParallel. bare-ns is a call of the same without
// any of it.
func BenchmarkTurn(b *testing.B) {
	const requests = 1000
	for _, role := range []string{"nothing", "parallel-nothing"} {
		b.Run("role="+role, func(b *testing.B) {
			_, peer := open(b, role, options{})
			release := duet.HoldCPU()
			defer release()
			serve := nothing
			var bare, took time.Duration
			for b.Loop() {
				began := time.Now()
				for range requests {
					_ = serve((*workload.Request)(nil))
				}
				bare += time.Since(began)
				took += grant(b, peer, duet.Turn{Requests: requests}).Took
			}
			_, err := peer.End(b.Context())
			require.NoError(b, err)
			b.ReportMetric(float64(bare)/float64(b.N*requests), "bare-ns")
			b.ReportMetric(float64(took)/float64(b.N*requests), "ns/request")
		})
	}
}
