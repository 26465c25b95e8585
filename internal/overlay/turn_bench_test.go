//go:build unix && !aix && !solaris

package overlay

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// BenchmarkTurn shows what a turn costs beyond the time that the benchmark's timer runs: as the gate sees it from grant to result,
// which is the hand-over both ways and the hook, and of that within the process, which is the hook alone. Medians.
func BenchmarkTurn(b *testing.B) {
	binary := have(b, "local").test(b, bench(b), true)
	for _, name := range []string{"BenchmarkLoop", "BenchmarkCount"} {
		b.Run("of="+name, func(b *testing.B) {
			p := seated(b, binary, "^"+name+"$", name)
			release := duet.HoldCPU()
			defer release()
			var whole, hook []time.Duration
			for b.Loop() {
				r, err := p.peer.GrantPlain(b.Context(), duet.PlainTurn{Iterations: 1000})
				require.NoError(b, err)
				whole, hook = append(whole, r.Took-r.Timed), append(hook, r.Wall-r.Timed)
			}
			b.ReportMetric(middle(whole), "turn-ns")
			b.ReportMetric(middle(hook), "hook-ns")
		})
	}
}

func middle(values []time.Duration) float64 {
	slices.Sort(values)
	return float64(values[len(values)/2])
}
