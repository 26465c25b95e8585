package policy

import (
	"slices"

	"golang.org/x/perf/benchmath"

	"github.com/tailgate-go/tailgate/internal/stats"
)

// Summary is one side of a verdict.
type Summary struct {
	Median float64 // in Unit
	N      int     // runs, or rounds
}

// shownConfidence is that of the intervals of medians that benchstat shows. The median does not depend on it.
const shownConfidence = 0.95

// Summarize is the number of values and their median as benchstat has it, from golang.org/x/perf/benchmath. The median is NaN where
// there are no values, and where one is NaN. The list is not altered.
func Summarize(values []float64) Summary {
	if len(values) == 0 || slices.ContainsFunc(values, isNotFinite) { // benchmath takes the difference of infinities
		return Summary{Median: stats.Median(values), N: len(values)}
	}
	sample := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds) // which sorts them
	return Summary{Median: benchmath.AssumeNothing.Summary(sample, shownConfidence).Center, N: len(values)}
}
