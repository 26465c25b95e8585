package stats_test

import (
	"fmt"

	"github.com/tailgate-go/tailgate/internal/stats"
)

// p95 latencies of ten runs a side, in ns.
var (
	baseline  = []float64{4.02e6, 4.11e6, 3.98e6, 4.05e6, 4.09e6, 4.01e6, 4.15e6, 4.04e6, 4.07e6, 9.80e6}
	candidate = []float64{4.61e6, 4.55e6, 4.72e6, 4.58e6, 4.66e6, 4.60e6, 4.49e6, 4.63e6, 4.70e6, 4.57e6}
)

func ExampleMannWhitney() {
	test := stats.MannWhitney(baseline, candidate)
	fmt.Printf("p=%.3f\n", test.P)
	// Output: p=0.002
}

func ExampleRatio() {
	ratio := stats.Ratio(baseline, candidate, 0.95)
	fmt.Printf("%.3f, %.3f to %.3f at %.3f\n", ratio.Estimate, ratio.Lo, ratio.Hi, ratio.Confidence)
	fmt.Printf("a change of %.1f %% would be found 8 times in 10\n", 100*stats.Detectable(ratio, 20, 0, 0, 0.8))
	// Output:
	// 1.133, 1.112 to 1.151 at 0.957
	// a change of 2.9 % would be found 8 times in 10
}

func ExampleShift() {
	// Three runs a side can never be significant at 0.95: the bounds say so.
	shift := stats.Shift(baseline[:3], candidate[:3], 0.95)
	fmt.Println(shift.Estimate, shift.Lo, shift.Hi)
	fmt.Println(stats.SmallestP(3, 3))
	// Output:
	// 590000 -Inf +Inf
	// 0.1
}

func ExamplePairedRatio() {
	// Ten rounds on a machine that slows down and recovers: the ratio of each pair hardly moves.
	baseline := []float64{4.0e6, 4.4e6, 5.1e6, 6.0e6, 8.3e6, 7.9e6, 5.5e6, 4.6e6, 4.1e6, 4.0e6}
	candidate := []float64{4.5e6, 4.9e6, 5.8e6, 6.7e6, 9.2e6, 9.0e6, 6.1e6, 5.2e6, 4.6e6, 4.5e6}
	ratio := stats.PairedRatio(baseline, candidate, 0.95)
	fmt.Printf("pairs %.3f, %.3f to %.3f\n", ratio.Estimate, ratio.Lo, ratio.Hi)
	ratio = stats.Ratio(baseline, candidate, 0.95)
	fmt.Printf("two heaps %.3f, %.3f to %.3f\n", ratio.Estimate, ratio.Lo, ratio.Hi)
	// Output:
	// pairs 1.123, 1.115 to 1.131
	// two heaps 1.125, 0.867 to 1.457
}

func ExamplePlan() {
	// Worse by more than 5 % and by at least 0.1 ms? Two such verdicts share one chance in 20 of a false red.
	percent, floor := stats.Limit{Change: 1.05}, stats.Limit{Change: 1e5, AtLeast: true}
	for _, look := range (stats.Plan{Family: 2}).Looks() {
		if look.Pairs > len(baseline) {
			break // measure on
		}
		b, c := baseline[:look.Pairs], candidate[:look.Pairs]
		confidence := 1 - 2*look.Alpha // of a two-sided interval
		ratio, shift := stats.PairedRatio(b, c, confidence), stats.PairedShift(b, c, confidence)
		place := min(percent.Place(ratio), floor.Place(shift))
		fmt.Printf("after %d rounds, at %.4f: %.3f to %.3f, beyond: %v\n",
			look.Pairs, confidence, ratio.Lo, ratio.Hi, place == stats.Beyond)
	}
	// Output:
	// after 8 rounds, at 0.9844: 1.094 to 1.166, beyond: true
}

func ExampleQuantile() {
	latencies := []int64{410, 420, 430, 440, 450, 460, 470, 480, 490, 900} // ns
	fmt.Println(stats.Quantile(latencies, 0.5), stats.Quantile(latencies, 0.95))
	// Output: 450 900
}
