package report

import (
	"math"
	"slices"

	"github.com/tailgate-go/tailgate/policy"
)

// Detail is what was measured of one benchmark, for the charts of its page. All lists may be empty, where nothing is known.
type Detail struct {
	policy.ID

	// Baseline and Candidate are the latencies of all requests of a side at the first so many of Levels, in nanoseconds.
	// Shift is the interval of the change at each level, round by round, in percent: at the levels that a single round can tell.
	// Alpha is the chance that one of them leaves out the true change.
	Baseline, Candidate []float64
	Shift               []Estimate
	Alpha               float64

	Series []Series
	Rounds []policy.Noise // what was seen to disturb each round; each counts for one round
}

// Series is one judged metric as it was measured, in its unit: a value a round and side, or a run.
type Series struct {
	Unit                string
	Baseline, Candidate []float64
	Looks               []Estimate // how each look at the rounds found it; empty where there was but one, at saved results
}

// Estimate is an estimated change with its interval, in percent.
type Estimate struct {
	Rounds int // that it rests on
	Change float64
	Bounds policy.Bounds
}

// MostDetails is how many benchmarks a page shows one by one: more details are not needed.
const MostDetails = 120

const (
	levelsPerDecade = 48
	decades         = 4 // down to 1 request in 10,000
)

// Levels are the quantiles, 0-1 and ascending, at which the page shows latencies: evenly spaced on the scale log10(1/(1-q)), as
// histograms of latencies usually are, and those that have a name.
func Levels() []float64 {
	levels := []float64{0.5, 0.9, 0.95, 0.99, 0.999}
	for i := range levelsPerDecade * decades {
		levels = append(levels, 1-math.Pow(10, -float64(i)/levelsPerDecade))
	}
	slices.Sort(levels)
	return slices.CompactFunc(levels, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
}
