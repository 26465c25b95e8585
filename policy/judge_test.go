package policy

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

const ms = 1e6

var slower = Rule{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1 * ms}

// around are six runs around a median, close enough to be significant against any other median.
func around(median float64) []float64 {
	return []float64{median - 3, median - 2, median, median, median + 2, median + 3}
}

func always(x float64) []float64 { return slices.Repeat([]float64{x}, 8) }

func TestJudgeAtTheLimits(t *testing.T) {
	for _, c := range []struct {
		name                string
		baseline, candidate float64
		want                Outcome
	}{
		{"exactly +10 percent is not more than 10 percent", 20 * ms, 22 * ms, OK},
		{"one nanosecond more than +10 percent is", 20 * ms, 22*ms + 1, Regressed},
		{"one ulp more than +10 percent is", 20 * ms, math.Nextafter(22*ms, 99*ms), Regressed},
		{"one ulp less than +10 percent is not", 20 * ms, math.Nextafter(22*ms, 0), OK},
		{"exactly +1 ms reaches the floor of 1 ms", 5 * ms, 6 * ms, Regressed},
		{"one nanosecond less does not", 5 * ms, 6*ms - 1, OK},
		{"one ulp less does not", 5 * ms, math.Nextafter(6*ms, 0), OK},
		{"one ulp more does", 5 * ms, math.Nextafter(6*ms, 99*ms), Regressed},
		{"more than -10 percent and 1 ms", 20 * ms, 18*ms - 1, Improved},
		{"exactly -10 percent", 20 * ms, 18 * ms, OK},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := slower.Judge(around(c.baseline), around(c.candidate), Look{Alpha: 0.05, Last: true})
			assert.Equal(t, c.want, v.Outcome)
			assert.Contains(t, map[Outcome][]Code{
				OK: {IntervalWithin, WithinLimit}, Regressed: {BeyondLimits}, Improved: {BetterByMore},
			}[c.want], v.Reason.Code)
			assert.Equal(t, c.want == Regressed, v.Fails)
			assert.Equal(t, c.candidate-c.baseline, v.Change)
			if c.candidate == math.Nextafter(22*ms, 99*ms) {
				return // a quotient is no finer than that; a nanosecond is
			}
			for _, last := range []bool{false, true} {
				v := slower.Judge(always(c.baseline), always(c.candidate), Look{Alpha: 0.03, Last: last, Paired: true})
				assert.Equal(t, c.want, v.Outcome, "in rounds, last look %t", last)
				codes := map[Outcome]Code{OK: IntervalWithin, Regressed: IntervalBeyond, Improved: BetterByMore}
				assert.Equal(t, codes[c.want], v.Reason.Code)
			}
		})
	}
}

func TestJudgeRefusesWhatMustNotBeJudged(t *testing.T) {
	last := Look{Alpha: 0.05, Last: true}
	good := around(20 * ms)
	for _, c := range []struct {
		name                string
		rule                Rule
		baseline, candidate []float64
		look                Look
		code                Code
	}{
		{"no baseline", slower, nil, good, last, NoValues},
		{"no candidate", slower, good, nil, last, NoValues},
		{"NaN", slower, good, append(around(20*ms), math.NaN()), last, NotFinite},
		{"an infinity", slower, append(around(20*ms), math.Inf(-1)), good, last, NotFinite},
		{"one run short", slower, good[:3], good[:3], last, FewRuns},
		{"no alpha", slower, good, good, Look{Last: true}, FewRuns},
		{"an alpha that is no number", slower, good, good, Look{Alpha: math.NaN(), Last: true}, BadAlpha},
		{"a negative alpha", slower, good, good, Look{Alpha: -1, Last: true}, BadAlpha},
		{"an alpha above 1", slower, good, good, Look{Alpha: 7, Last: true}, BadAlpha},
		{"one round short", slower, good[:5], good[:5], Look{Alpha: 0.05, Last: true, Paired: true}, FewRounds},
		{"rounds that are no pairs", slower, good, append(around(20*ms), 20*ms), Look{Alpha: 0.05, Last: true, Paired: true}, NoPairs},
		{"an unknown direction", Rule{Metric: "score"}, good, good, last, DirectionUnknown},
		{"a direction that is none", Rule{Metric: "p95-ns", Direction: "sideways"}, good, good, last, DirectionUnknown},
		{"a limit that is no number", Rule{Metric: "p95-ns", MaxRegressionPercent: math.NaN()}, good, good, last, BadLimits},
		{"a negative floor", Rule{Metric: "p95-ns", MinRegression: -1}, good, good, last, BadLimits},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := c.rule.Judge(c.baseline, c.candidate, c.look)
			assert.Equal(t, Invalid, v.Outcome)
			assert.True(t, v.Fails)
			assert.Equal(t, c.code, v.Reason.Code)
		})
	}
}

// Percentages are of the size of the baseline, which may be below 0 where a benchmark reports a score.
func TestJudgeValuesBelowZero(t *testing.T) {
	score := Rule{Metric: "score", Direction: Higher, MaxRegressionPercent: 10}
	last := Look{Alpha: 0.05, Last: true}
	for candidate, want := range map[float64]Outcome{-1100: OK, -1101: Regressed, -900: OK, -899: Improved, -1000: OK} {
		v := score.Judge(around(-1000), around(candidate), last)
		assert.Equal(t, want, v.Outcome, "%v", candidate)
		assert.LessOrEqual(t, v.Percent.Lo, v.Percent.Hi)
		assert.InDelta(t, (candidate+1000)/10, v.ChangePercent, 1e-9)
	}
}

func TestSummarize(t *testing.T) {
	values := []float64{3, 1, 2, 10}
	assert.Equal(t, Summary{Median: 2.5, N: 4}, Summarize(values))
	assert.Equal(t, []float64{3, 1, 2, 10}, values, "the list is the caller's")
	assert.Equal(t, 2.0, Summarize([]float64{math.Inf(1), 2, 1}).Median)
	assert.True(t, math.IsNaN(Summarize(nil).Median))
	assert.True(t, math.IsNaN(Summarize([]float64{1, math.NaN()}).Median))
}

// Whatever the values are, judging ends, alters nothing and settles at the last look.
func TestJudgeAnyValues(t *testing.T) {
	values := rapid.SliceOfN(rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 10),
		rapid.SampledFrom([]float64{0, -1, math.NaN(), math.Inf(1), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64})),
		0, 12)
	rapid.Check(t, func(t *rapid.T) {
		baseline, candidate := values.Draw(t, "baseline"), values.Draw(t, "candidate")
		b, c := slices.Clone(baseline), slices.Clone(candidate)
		look := Look{
			Alpha: rapid.Float64Range(0, 0.5).Draw(t, "alpha"), Last: rapid.Bool().Draw(t, "last"), Paired: rapid.Bool().Draw(t, "paired"),
		}
		v := slower.Judge(baseline, candidate, look)
		same := func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) }
		assert.True(t, slices.EqualFunc(b, baseline, same) && slices.EqualFunc(c, candidate, same), "the lists are the caller's")
		if look.Last {
			assert.NotEqual(t, Unsettled, v.Outcome)
		}
		if v.Outcome != Unsettled {
			assert.NotEmpty(t, v.Reason.Code)
		}
	})
}
