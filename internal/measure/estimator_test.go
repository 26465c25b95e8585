package measure

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/stats"
)

// estimators are ways to tell, of the turns of a launch, the logarithm of candidate over baseline.
var estimators = []struct {
	name string
	of   func(turns []plainTurns) float64
}{
	{"sums", func(turns []plainTurns) float64 { return logRatio(sum(turns)) }},
	{"median", medianOfRatios}, // the gate's: see plainRound.times
	{"trimmed", func(turns []plainTurns) float64 { return middleMean(logRatios(turns), 0.1, 0.9) }},
	{"midmean", func(turns []plainTurns) float64 { return middleMean(logRatios(turns), 0.25, 0.75) }},
	{"medians", func(turns []plainTurns) float64 {
		return math.Log(stats.Median(ofSide(turns, candidateSide)) / stats.Median(ofSide(turns, baselineSide)))
	}},
	{"quickest quarter", func(turns []plainTurns) float64 {
		return math.Log(middleMean(ofSide(turns, candidateSide), 0, 0.25) / middleMean(ofSide(turns, baselineSide), 0, 0.25))
	}},
	{"quickest", func(turns []plainTurns) float64 {
		return math.Log(slices.Min(ofSide(turns, candidateSide)) / slices.Min(ofSide(turns, baselineSide)))
	}},
}

func medianOfRatios(turns []plainTurns) float64 { return stats.Median(logRatios(turns)) }

// sum is one turn that is all of them.
func sum(turns []plainTurns) (all plainTurns) {
	for _, t := range turns {
		for i := range 2 {
			all.timed[i] += t.timed[i]
			all.iterations[i] += t.iterations[i]
		}
	}
	return all
}

// perIteration is what an iteration of side i took, in nanoseconds.
func (t plainTurns) perIteration(i int) float64 {
	return float64(t.timed[i]) / float64(t.iterations[i])
}

func logRatio(t plainTurns) float64 {
	return math.Log(t.perIteration(candidateSide) / t.perIteration(baselineSide))
}

func logRatios(turns []plainTurns) (ratios []float64) {
	for _, t := range turns {
		ratios = append(ratios, logRatio(t))
	}
	return ratios
}

func ofSide(turns []plainTurns, i int) (each []float64) {
	for _, t := range turns {
		each = append(each, t.perIteration(i))
	}
	return each
}

// middleMean is the mean of those values between two quantiles, of one at least.
func middleMean(values []float64, from, to float64) float64 {
	slices.Sort(values)
	n := float64(len(values))
	first := int(from * n)
	values = values[first:max(first+1, int(math.Round(to*n)))]
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total / float64(len(values))
}

// spread is the standard deviation of logarithms, in percent.
func spread(logs []float64) float64 {
	mean, squares := middleMean(slices.Clone(logs), 0, 1), 0.0
	for _, v := range logs {
		squares += (v - mean) * (v - mean)
	}
	return 100 * math.Sqrt(squares/float64(len(logs)-1))
}

// TestEstimators prints the table of docs/accuracy-plain.md: how much the change between two sides that are the same spreads from
// launch to launch, by each estimator and by whole runs of the same time. It holds that none is better than the gate's on quiet
// machines, and that the gate's is better than sums everywhere.
func TestEstimators(t *testing.T) {
	head := "| machine, benchmark | turns a side | one takes | whole runs |"
	for _, e := range estimators {
		head += " " + e.name + " |"
	}
	t.Log(head)
	logs := map[string]map[string][]float64{"quiet": {}, "busy": {}} // of spreads
	for _, r := range plainRecordings(t) {
		machine, benchmark, _ := strings.Cut(r.name, "-")
		var whole []float64
		for _, l := range r.launches {
			whole = append(whole, math.Log(l.whole[candidateSide]/l.whole[baselineSide]))
		}
		first := r.launches[0].turns
		row := fmt.Sprintf("| %s, %s | %d | %.2g ms | %.1f |", machine, benchmark, len(first), float64(first[0].timed[0])/1e6,
			spread(whole))
		all := logs[machine]
		all["whole"] = append(all["whole"], math.Log(spread(whole)))
		for _, e := range estimators {
			var each []float64
			for _, l := range r.launches {
				each = append(each, e.of(l.turns))
			}
			row += fmt.Sprintf(" %.1f |", spread(each))
			all[e.name] = append(all[e.name], math.Log(spread(each)))
		}
		t.Log(row)
	}
	for _, machine := range []string{"quiet", "busy"} {
		mean := func(name string) float64 { return math.Exp(middleMean(slices.Clone(logs[machine][name]), 0, 1)) }
		row := fmt.Sprintf("| %s, geometric mean | | | %.1f |", machine, mean("whole"))
		for _, e := range estimators {
			row += fmt.Sprintf(" %.1f |", mean(e.name))
			if machine == "quiet" {
				assert.LessOrEqual(t, mean("median"), mean(e.name), e.name)
			}
		}
		t.Log(row)
		assert.Less(t, mean("median"), mean("sums"))
	}
}

func plainRecordings(t testing.TB) (all []plainRecording) {
	files, err := filepath.Glob("testdata/plain/*.txt.gz")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		r, err := openPlain(file)
		require.NoError(t, err)
		all = append(all, r)
	}
	return all
}

// The estimator that is compared is the gate's.
func TestTheGatesEstimatorIsTheOneCompared(t *testing.T) {
	for _, r := range plainRecordings(t)[:2] {
		turns := r.launches[0].turns
		gate := &plainRound{}
		for _, turn := range turns {
			gate.addTimes(each[int64]{turn.iterations[0], turn.iterations[1]}, each[int64]{turn.timed[0], turn.timed[1]})
		}
		_, judged := gate.times()
		assert.InEpsilon(t, math.Exp(medianOfRatios(turns)), judged[candidateSide]/judged[baselineSide], 1e-12)
	}
}
