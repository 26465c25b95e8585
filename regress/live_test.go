package regress_test

import (
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
	"github.com/tailgate-go/tailgate/regress"
)

var (
	liveRuns  = flag.Int("live", 0, "count the outcomes of so many whole gate runs, some 12 s each")
	livePlant = flag.String("live-plant", "", "slowdown to plant in them: 1.5ms is 1.5 times their limit")
	liveBusy  = flag.Bool("live-busy", false, "beside a neighbour that compiles on all CPUs")
)

// TestLive counts how often whole gate runs of a request of 5 ms are wrong on this machine, by the default policy: the limit is 1 ms, since
// 10 % are less. It asserts nothing of the counts: they are to be reported.
func TestLive(t *testing.T) {
	if *liveRuns == 0 {
		t.Skip("run with -live=200")
	}
	if *liveBusy {
		neighbour(t)
		time.Sleep(20 * time.Second)
	}
	gate := regress.Gate{
		Packages: []string{"../workload"}, Bench: "^BenchmarkMLPSmall$", Inject: *livePlant, Out: t.TempDir(),
	}
	outcomes := map[policy.Outcome]int{}
	var rounds, seconds []float64
	for i := range *liveRuns {
		result, err := gate.RunAgainstItself(t.Context(), t.Name())
		require.NoError(t, err)
		v, noise := result.Report.Verdicts[0], result.Report.Benchmarks[0].Noise
		outcomes[v.Outcome]++
		rounds, seconds = append(rounds, float64(noise.Rounds)), append(seconds, noise.Seconds)
		t.Logf("%d: %s: %+.1f %% (%+.1f to %+.1f), %d rounds in %d launches, %.1f s; %.1f stalls/s, steal %.1f %%, CPUs %.0f %% busy, load %.2f: %s", i+1, v.Outcome,
			v.ChangePercent, v.Percent.Lo, v.Percent.Hi, noise.Rounds, noise.Launches, noise.Seconds, noise.Stalls, noise.Steal, noise.Busy, noise.Load, v.Reason)
	}
	slices.Sort(seconds)
	t.Logf("%d gate runs, planted %q, busy %v: %v; rounds %.1f in the median, seconds %.1f in the median and %.1f at most",
		*liveRuns, *livePlant, *liveBusy, outcomes, stats.Median(rounds), stats.Median(seconds), seconds[len(seconds)-1])
}
