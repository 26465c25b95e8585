package judge

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/policy"
)

const ms = 1e6

var byDefault = By(policy.Policy{})

// runs are six runs around a median, close enough to be significant against any other median.
func runs(median float64) []float64 {
	return []float64{median - 3, median - 2, median, median, median + 2, median + 3}
}

func side(unit string, values ...float64) Results {
	return Results{Benchmarks: []Benchmark{{
		ID: policy.ID{Package: "p", Name: "MLP"}, Requests: 100, Metrics: map[string][]float64{unit: values},
	}}}
}

func only(t *testing.T, r policy.Report) policy.Verdict {
	t.Helper()
	require.Len(t, r.Verdicts, 1)
	return r.Verdicts[0]
}

func repeat(n int, value float64) []float64 { return slices.Repeat([]float64{value}, n) }

func times(k float64, values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = k * v
	}
	return out
}

func TestBoundaries(t *testing.T) {
	for _, c := range []struct {
		name                string
		baseline, candidate float64
		want                policy.Outcome
	}{
		{"exactly +10 percent is not more than 10 percent", 20 * ms, 22 * ms, policy.OK},
		{"one nanosecond more than +10 percent is", 20 * ms, 22*ms + 1, policy.Regressed},
		{"one ulp more than +10 percent is", 20 * ms, math.Nextafter(22*ms, 99*ms), policy.Regressed},
		{"one ulp less than +10 percent is not", 20 * ms, math.Nextafter(22*ms, 0), policy.OK},
		{"exactly +1 ms reaches the floor of 1 ms", 5 * ms, 6 * ms, policy.Regressed},
		{"one nanosecond less does not", 5 * ms, 6*ms - 1, policy.OK},
		{"one ulp less does not", 5 * ms, math.Nextafter(6*ms, 0), policy.OK},
		{"one ulp more does", 5 * ms, math.Nextafter(6*ms, 99*ms), policy.Regressed},
		{"both limits at once: +10 percent is +1 ms", 10 * ms, 11 * ms, policy.OK},
		{"both limits exceeded by a nanosecond", 10 * ms, 11*ms + 1, policy.Regressed},
		{"a hundredfold under the floor", 0.009 * ms, 0.9 * ms, policy.OK},
		{"beyond the floor, within the percentage", 100 * ms, 109 * ms, policy.OK},
		{"no change", 20 * ms, 20 * ms, policy.OK},
		{"exactly -10 percent is no improvement", 20 * ms, 18 * ms, policy.OK},
		{"more than -10 percent and 1 ms is", 20 * ms, 18*ms - 1, policy.Improved},
		{"faster by less than the floor is not", 5 * ms, 4*ms + 1, policy.OK},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := only(t, byDefault.Compare(side("p95-ns", runs(c.baseline)...), side("p95-ns", runs(c.candidate)...)))
			assert.Equal(t, c.want, v.Outcome, v.Reason)
			assert.Equal(t, c.want == policy.Regressed, v.Fails)
			assert.Equal(t, c.candidate-c.baseline, v.Change)
			if c.want == policy.Regressed {
				assert.InDelta(t, 0.002, v.P, 0.003)
			}
			for _, last := range []bool{false, true} { // eight rounds, all with this very change
				baseline, candidate := side("p95-ns", repeat(8, c.baseline)...), side("p95-ns", repeat(8, c.candidate)...)
				look := policy.Look{Alpha: 0.03, Last: last, Paired: true}
				v := byDefault.verdicts(byDefault.Pairs(baseline, candidate)[0], nil, nil, look)[0]
				if c.candidate == math.Nextafter(22*ms, 99*ms) {
					assert.Equal(t, policy.OK, v.Outcome, "a quotient is no finer than that; a nanosecond is")
					continue
				}
				assert.Equal(t, c.want, v.Outcome, "in rounds: %v", v.Reason)
				assert.Equal(t, c.candidate-c.baseline, v.Change)
				assert.InDelta(t, 100*(c.candidate/c.baseline-1), v.ChangePercent, 1e-9)
			}
		})
	}
}

func TestThroughputIsWorseWhenLower(t *testing.T) {
	j := By(policy.Policy{Rules: []policy.Rule{{Metric: "req/s", MaxRegressionPercent: 10}}})
	for candidate, want := range map[float64]policy.Outcome{
		900: policy.OK, 899: policy.Regressed, 1100: policy.OK, 1101: policy.Improved, 500: policy.Regressed, 2000: policy.Improved,
	} {
		v := only(t, j.Compare(side("req/s", runs(1000)...), side("req/s", runs(candidate)...)))
		assert.Equal(t, want, v.Outcome, "%v req/s: %v", candidate, v.Reason)
	}
}

func TestCountsFromZero(t *testing.T) {
	j := By(policy.Policy{Rules: []policy.Rule{{Metric: "allocs/op", MinRegression: 1}}})
	zeros, ones := []float64{0, 0, 0, 0, 0, 0}, []float64{1, 1, 1, 1, 1, 1}
	v := only(t, j.Compare(side("allocs/op", zeros...), side("allocs/op", ones...)))
	assert.Equal(t, policy.Regressed, v.Outcome)
	assert.Equal(t, math.Inf(1), v.ChangePercent)
	v = only(t, j.Compare(side("allocs/op", zeros...), side("allocs/op", zeros...)))
	assert.Equal(t, policy.OK, v.Outcome)
	assert.Equal(t, policy.Bounds{}, v.Percent)
	v = only(t, j.Compare(side("allocs/op", ones...), side("allocs/op", zeros...)))
	assert.Equal(t, policy.Improved, v.Outcome)
}

func TestBlindAndInconclusiveFailAsThePolicySays(t *testing.T) {
	baseline := side("p95-ns", 20*ms, 21*ms, 19*ms, 35*ms, 36*ms, 20*ms)
	candidate := side("p95-ns", 24*ms, 20*ms, 24*ms, 38*ms, 25*ms, 20*ms)
	v := only(t, byDefault.Compare(baseline, candidate))
	assert.Equal(t, policy.Blind, v.Outcome)
	assert.False(t, v.Fails)
	assert.Equal(t, policy.TooNoisyToSee, v.Reason.Code)
	assert.Equal(t, []policy.Advice{
		{Do: policy.MoreRuns, Amount: 153}, {Do: policy.QuieterMachine}, {Do: policy.WiderLimit, Amount: 36},
	}, v.Reason.Advice)
	assert.True(t, By(policy.Policy{OnBlind: policy.Fail}).Compare(baseline, candidate).Fails())

	// One that is significant by itself, p = 0.01, and not among fifty.
	apart := func(median float64) []float64 { return append(runs(median), 19*ms-median/ms, median+5) }
	crowd := func(first []float64) Results {
		var r Results
		for i := range 50 {
			b := side("p95-ns", apart(20*ms)...).Benchmarks[0]
			if i == 0 {
				b.Metrics["p95-ns"] = first
			}
			b.Name = fmt.Sprint(i)
			r.Benchmarks = append(r.Benchmarks, b)
		}
		return r
	}
	report := byDefault.Compare(crowd(apart(20*ms)), crowd(apart(24*ms)))
	assert.Equal(t, policy.Inconclusive, report.Verdicts[0].Outcome)
	assert.Equal(t, policy.TooNoisy, report.Verdicts[0].Reason.Code)
	assert.True(t, report.Fails())
	alone := byDefault.Compare(side("p95-ns", apart(20*ms)...), side("p95-ns", apart(24*ms)...))
	assert.Equal(t, policy.Regressed, only(t, alone).Outcome)
	report = By(policy.Policy{OnInconclusive: policy.Warn}).Compare(crowd(apart(20*ms)), crowd(apart(24*ms)))
	assert.Equal(t, policy.Inconclusive, report.Outcome())
	assert.False(t, report.Fails())
}

// A baseline against itself is never red, and scaling both sides leaves what is relative as it was.
func TestVerdictProperties(t *testing.T) {
	value := rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.Int64Range(1e3, 1e9).Draw(t, "ns")) })
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(value, 6, 12).Draw(t, "baseline")
		b := rapid.SliceOfN(value, 6, 12).Draw(t, "candidate")
		j := By(policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: 10}}})
		itself := j.Compare(side("p95-ns", a...), side("p95-ns", a...))
		assert.Contains(t, []policy.Outcome{policy.OK, policy.Blind}, itself.Outcome())

		k := float64(int(1) << rapid.IntRange(1, 10).Draw(t, "scale"))
		v := j.Compare(side("p95-ns", a...), side("p95-ns", b...)).Verdicts[0]
		scaled := j.Compare(side("p95-ns", times(k, a)...), side("p95-ns", times(k, b)...)).Verdicts[0]
		assert.Equal(t, v.Outcome, scaled.Outcome)
		assert.Equal(t, v.P, scaled.P)
		assert.InDelta(t, v.ChangePercent, scaled.ChangePercent, 1e-6)
		assert.InDelta(t, k*v.Change, scaled.Change, 1e-3)

		back := j.Compare(side("p95-ns", b...), side("p95-ns", a...)).Verdicts[0]
		assert.False(t, v.Outcome == policy.Regressed && back.Outcome == policy.Regressed)
	})
}

func TestAJudgeKeepsNoSliceOfThePolicy(t *testing.T) {
	p := policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: 10}}}
	j := By(p)
	p.Rules[0].MaxRegressionPercent = 99
	assert.Equal(t, 10.0, only(t, j.Compare(side("p95-ns", runs(20*ms)...), side("p95-ns", runs(20*ms)...))).Rule.MaxRegressionPercent)
	assert.Equal(t, 10.0, j.Policy().Rules[0].MaxRegressionPercent)
}
