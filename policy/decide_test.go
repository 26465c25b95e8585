package policy

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rounds are those of a candidate that is slower by these factors.
func rounds(factors ...float64) (baseline, candidate []float64) {
	for _, f := range factors {
		baseline, candidate = append(baseline, 20*ms), append(candidate, f*20*ms)
	}
	return baseline, candidate
}

// spread are n factors about a middle, as far apart as a normal sample's quantiles, whose logarithms have that standard deviation.
func spread(n int, middle, sd float64) []float64 {
	factors := make([]float64, n)
	for i := range factors {
		factors[i] = middle * math.Exp(sd*math.Sqrt2*math.Erfinv(2*(float64(i)+0.5)/float64(n)-1))
	}
	return factors
}

func TestDecide(t *testing.T) {
	look, last := Look{Alpha: 0.03, Paired: true}, Look{Alpha: 0.03, Last: true, Paired: true}
	early := Look{Alpha: 0.03, Last: true, Early: true, Paired: true}
	for _, c := range []struct {
		name    string
		factors []float64
		look    Look
		want    Outcome
		code    Code
	}{
		{"an interval within is ok at any look", spread(12, 1, 0.01), look, OK, IntervalWithin},
		{"one that holds the limit says nothing yet", spread(12, 1, 0.2), look, Unsettled, ""},
		{"nor does it at the end: that is not ok", spread(12, 1, 0.2), last, Blind, TooNoisyToSee},
		{"within by the estimate, with half of the limit more ruled out", spread(40, 1.07, 0.09), last, OK, WithinLimit},
		{"the same, before the plan has its last look", spread(40, 1.07, 0.09), early, Blind, TooNoisyToSee},
		{"within by the estimate, and half of the limit more may be", spread(40, 1.07, 0.15), last, Blind, TooNoisyToSee},
		{"an interval within, and one round of 8 whose quarter reaches half of the limit beyond", append(spread(7, 1, 0.001), 1.1202),
			Look{Alpha: 0.2, Paired: true}, Unsettled, ""},
		{"one round of 8 just not so far", append(spread(7, 1, 0.001), 1.119), Look{Alpha: 0.2, Paired: true}, OK, IntervalWithin},
		{"beyond by the estimate, and surely worse", spread(40, 1.12, 0.05), last, Regressed, BeyondLimits},
		{"beyond by the estimate, and worse, not surely", spread(8, 1.2, 0.12), last, Inconclusive, TooNoisy},
		{"beyond by the estimate, which chance may have made", spread(8, 1.15, 0.4), last, Blind, TooNoisyToSee},
		{"an interval beyond", spread(12, 1.2, 0.01), look, Regressed, IntervalBeyond},
		{"an interval better", spread(12, 0.8, 0.01), look, Improved, BetterByMore},
		{"better by more by the estimate, and surely better", spread(40, 0.88, 0.05), last, Improved, BetterByMore},
		{"better by more by the estimate, not surely, which is pursued", spread(12, 0.8, 0.2), look, Unsettled, ""},
		{"the same at the end: it is not worse", spread(12, 0.8, 0.2), last, OK, IntervalWithin},
		{"within, and better by more than the limits in 7 of 8 rounds, which is pursued", append(spread(7, 0.85, 0.001), 1.06),
			Look{Alpha: 0.0079, Paired: true}, Unsettled, ""},
		{"the same, and there is no other look", append(spread(7, 0.85, 0.001), 1.06),
			Look{Alpha: 0.0079, Last: true, Paired: true}, OK, IntervalWithin},
		{"within, and better by the limit in 7 of 8 rounds", append(spread(7, 0.901, 0.0001), 1.06),
			Look{Alpha: 0.0079, Paired: true}, OK, IntervalWithin},
		{"an interval that is better, perhaps by less", spread(12, 0.9, 0.03), look, OK, IntervalWithin},
	} {
		t.Run(c.name, func(t *testing.T) {
			baseline, candidate := rounds(c.factors...)
			v := slower.Judge(baseline, candidate, c.look)
			assert.Equal(t, c.want, v.Outcome, "%+v", v)
			assert.Equal(t, c.code, v.Reason.Code)
			assert.Equal(t, c.want == Regressed || c.want == Inconclusive, v.Fails)
		})
	}
}

// What is ok need not be as sure as what is red: the first has the interval of Miss, all else that of Alpha.
func TestMissIsOfOKAlone(t *testing.T) {
	look := Look{Alpha: 1e-4, Miss: 0.03, Paired: true}
	v := slower.Judge(slices.Repeat([]float64{20 * ms}, 8), slices.Repeat([]float64{20 * ms}, 8), look)
	assert.Equal(t, OK, v.Outcome)
	assert.Equal(t, 0.03, v.Alpha)
	assert.Zero(t, v.Percent.Hi)
	v = slower.Judge(slices.Repeat([]float64{20 * ms}, 8), slices.Repeat([]float64{30 * ms}, 8), look)
	assert.Equal(t, Unsettled, v.Outcome, "8 rounds are red in 2 of 256 gates by chance")
	assert.Equal(t, 1e-4, v.Alpha)
	assert.True(t, math.IsInf(v.Percent.Hi, 1))
	v = slower.Judge(slices.Repeat([]float64{20 * ms}, 16), slices.Repeat([]float64{30 * ms}, 16), look)
	assert.Equal(t, Regressed, v.Outcome)
}

// Better is as sure as worse: among many verdicts noise alone makes neither.
func TestImprovedHasTheAlphaOfRed(t *testing.T) {
	twelve := spread(12, 0.87, 0.03) // better in all rounds, as 2 of 4096 are by chance
	for alpha, want := range map[float64]Outcome{0.03: Improved, 0.03 / 50: OK} {
		baseline, candidate := rounds(twelve...)
		v := slower.Judge(baseline, candidate, Look{Alpha: alpha, Miss: 0.03, Last: true, Paired: true})
		assert.Equal(t, want, v.Outcome, "alpha %v", alpha)
	}
	r := rand.New(rand.NewPCG(11, 30))
	counts := map[Outcome]int{}
	for range 4000 {
		factors := make([]float64, 18)
		for i := range factors {
			factors[i] = math.Exp(0.3 * r.NormFloat64())
		}
		baseline, candidate := rounds(factors...)
		counts[slower.Judge(baseline, candidate, Look{Alpha: 0.05, Last: true, Early: true, Paired: true}).Outcome]++
	}
	assert.InDelta(t, counts[Regressed], counts[Improved], 15, "identical sides: %v", counts)
	assert.Less(t, counts[Improved], 20, "%v", counts)
}

// Runs apart are red by their medians and benchstat's p, as before; those that tell nothing are blind.
func TestRunsAreOKOnlyWhereThatWasSeen(t *testing.T) {
	last := Look{Alpha: 0.05, Last: true}
	noisy := []float64{10 * ms, 14 * ms, 17 * ms, 20 * ms, 23 * ms, 26 * ms, 30 * ms}
	v := slower.Judge(noisy, noisy, last)
	assert.Equal(t, Blind, v.Outcome, "the same on both sides, and twice as much could have hidden")
	assert.Greater(t, v.Detectable, 40.0)
	assert.False(t, v.Fails)
	worse := slices.Clone(noisy)
	for i := range worse {
		worse[i] *= 1.2
	}
	assert.Equal(t, Blind, slower.Judge(noisy, worse, last).Outcome, "chance may have made that")
	shared := Look{Alpha: 0.0001, Miss: 0.05, Last: true}
	ten := func(median float64) []float64 { return spread(10, median, 0.08) }
	assert.Equal(t, Regressed, slower.Judge(ten(20*ms), ten(24*ms), last).Outcome)
	assert.Equal(t, Inconclusive, slower.Judge(ten(20*ms), ten(24*ms), shared).Outcome, "alone it would be red, not among 500")
}

// TestDetectableWouldHaveBeenFound plants, at the noise of each look, what is said to have been detectable by these limits.
func TestDetectableWouldHaveBeenFound(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 4))
	rules := []Rule{{Metric: "p95-ns", MaxRegressionPercent: 10}, {Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 8 * ms}}
	for _, rule := range rules {
		for _, n := range []int{8, 12, 40} {
			for _, sd := range []float64{0.02, 0.08, 0.2} {
				look := Look{Alpha: 0.03, Last: true, Early: true, Paired: true}
				draw := func(change float64) Verdict {
					factors := make([]float64, n)
					for i := range factors {
						factors[i] = (1 + change/100) * math.Exp(sd*r.NormFloat64())
					}
					baseline, candidate := rounds(factors...)
					return rule.Judge(baseline, candidate, look)
				}
				said, tries, found := 0.0, 300, 0
				for range tries {
					v := draw(0)
					require.GreaterOrEqual(t, v.Detectable, rule.From(20*ms))
					said += v.Detectable / float64(tries)
				}
				for range tries {
					if draw(said).Outcome == Regressed {
						found++
					}
				}
				assert.Greater(t, float64(found)/float64(tries), power-0.07, "%v in %d rounds of sd %v by %v", said, n, sd, rule)
				assert.Less(t, float64(found)/float64(tries), 0.98, "said to be so large, it is no smallest: %v in %d of %v", said, n, sd)
			}
		}
	}
}

// What is ok was seen with more alpha than red has, where many verdicts share that; what would have been red is not said by it.
func TestDetectableIsThatOfRedWhereOKIsEasier(t *testing.T) {
	baseline, candidate := rounds(spread(14, 1, 0.08)...)
	apart := slower.Judge(baseline, candidate, Look{Alpha: 1e-3, Last: true, Paired: true})
	ok := slower.Judge(baseline, candidate, Look{Alpha: 1e-3, Miss: 0.05, Last: true, Paired: true})
	assert.Equal(t, OK, ok.Outcome)
	assert.Equal(t, 0.05, ok.Alpha)
	assert.InEpsilon(t, apart.Detectable, ok.Detectable, 0.15, "%v, %v", apart.Detectable, ok.Detectable)
}

// Of what is better when higher no change is a whole baseline: where none would be found there is none.
func TestDetectableIsNoneAfterTooFewRuns(t *testing.T) {
	for _, metric := range []string{"p95-ns", "req/s"} {
		v := Rule{Metric: metric, MaxRegressionPercent: 10}.Judge([]float64{5, 6}, []float64{5.1, 6}, Look{Alpha: 0.05, Last: true})
		assert.True(t, math.IsInf(v.Detectable, 1), "%s: %v", metric, v.Detectable)
	}
}

// Where nothing could be red it is the alpha of red that is too little, though the values would have been ok by that of Miss.
func TestTooFewIsByTheAlphaOfRed(t *testing.T) {
	same := slices.Repeat([]float64{20 * ms}, 4)
	v := slower.Judge(same, same, Look{Alpha: 0.025, Miss: 0.05, Last: true})
	assert.Equal(t, Invalid, v.Outcome)
	assert.Equal(t, FewRuns, v.Reason.Code)
	assert.Equal(t, 0.025, v.Alpha)
	assert.Equal(t, 5, v.Reason.Facts.Need)
}
