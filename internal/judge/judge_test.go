package judge

import (
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
	return Results{Benchmarks: []Benchmark{{Package: "p", Name: "MLP", Requests: 100, Metrics: map[string][]float64{unit: values}}}}
}

func only(t *testing.T, r policy.Report) policy.Verdict {
	t.Helper()
	require.Len(t, r.Verdicts, 1)
	return r.Verdicts[0]
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
				look := Look{Alpha: 0.03, Last: last, Paired: true}
				v := byDefault.Verdicts(byDefault.Pairs(baseline, candidate)[0], nil, nil, look)[0]
				if c.candidate == math.Nextafter(22*ms, 99*ms) {
					assert.Equal(t, policy.OK, v.Outcome, "a quotient is no finer than that; a nanosecond is")
					continue
				}
				assert.Equal(t, c.want, v.Outcome, "in rounds: %s", v.Reason)
				assert.Equal(t, c.candidate-c.baseline, v.Change)
				assert.InDelta(t, 100*(c.candidate/c.baseline-1), v.ChangePercent, 1e-9)
			}
		})
	}
}

func repeat(n int, value float64) []float64 { return slices.Repeat([]float64{value}, n) }

// What drifts hits both sides of a round alike, and cancels: these are two heaps that overlap, and a clear change.
func TestRoundsAreJudgedInPairs(t *testing.T) {
	var baseline, candidate []float64
	for i := range 8 {
		baseline = append(baseline, 20*ms*math.Pow(1.2, float64(i)))
		candidate = append(candidate, 23*ms*math.Pow(1.2, float64(i))+float64(i))
	}
	b, c := side("p95-ns", baseline...), side("p95-ns", candidate...)
	v := byDefault.Verdicts(byDefault.Pairs(b, c)[0], nil, nil, Look{Alpha: 0.03, Paired: true})[0]
	assert.Equal(t, policy.Regressed, v.Outcome, v.Reason)
	assert.InDelta(t, 15, v.ChangePercent, 0.001)
	assert.InDelta(t, 2.0/256, v.P, 1e-12)
	assert.True(t, v.Paired)
	assert.Equal(t, policy.Inconclusive, only(t, byDefault.Compare(b, c)).Outcome, "as heaps they cannot be told apart")
	v = byDefault.Verdicts(byDefault.Pairs(c, b)[0], nil, nil, Look{Alpha: 0.03, Paired: true})[0]
	assert.Equal(t, policy.Improved, v.Outcome, v.Reason)
}

func TestRoundsThatCannotSettleAnything(t *testing.T) {
	judge := func(baseline, candidate int, look Look) policy.Verdict {
		b, c := side("p95-ns", repeat(baseline, 20*ms)...), side("p95-ns", repeat(candidate, 30*ms)...)
		return byDefault.Verdicts(byDefault.Pairs(b, c)[0], nil, nil, look)[0]
	}
	plan := byDefault.Plan(1)
	assert.Equal(t, Unsettled, judge(4, 4, Look{Paired: true}).Outcome)
	v := judge(4, 4, plan.Final(4))
	assert.Equal(t, policy.Invalid, v.Outcome)
	assert.Contains(t, v.Reason, "4 rounds can never reach significance: at least")
	assert.Equal(t, 5, plan.Fewest())
	assert.Equal(t, policy.Regressed, judge(5, 5, plan.Final(5)).Outcome)
	v = judge(9, 8, plan.Final(8))
	assert.Equal(t, policy.Invalid, v.Outcome)
	assert.Contains(t, v.Reason, "9 rounds of the baseline and 8 of the candidate are no pairs")
}

// Beyond by the estimate and not by the interval: at the last look it is red if surely slower, inconclusive if not.
func TestLastLookGoesByTheEstimate(t *testing.T) {
	judge := func(look Look, ratios ...float64) policy.Verdict {
		var baseline, candidate []float64
		for _, r := range ratios {
			baseline, candidate = append(baseline, 20*ms), append(candidate, r*20*ms)
		}
		b, c := side("p95-ns", baseline...), side("p95-ns", candidate...)
		return byDefault.Verdicts(byDefault.Pairs(b, c)[0], nil, nil, look)[0]
	}
	sure, unsure := []float64{1.05, 1.08, 1.11, 1.12, 1.13, 1.14, 1.15, 1.16}, []float64{0.7, 0.8, 1.05, 1.12, 1.2, 1.3, 1.4, 1.5}
	look := Look{Alpha: 0.03, Paired: true}
	assert.Equal(t, Unsettled, judge(look, sure...).Outcome)
	assert.Equal(t, Unsettled, judge(look, unsure...).Outcome)
	look.Last = true
	assert.Equal(t, policy.Regressed, judge(look, sure...).Outcome)
	assert.Equal(t, policy.Inconclusive, judge(look, unsure...).Outcome)
}

func TestPlanLooks(t *testing.T) {
	plan := byDefault.Plan(3)
	assert.Equal(t, []int{8, 12, 18, 27, 40, 60, 90}, plan.Rounds())
	_, planned := plan.Look(9)
	assert.False(t, planned)
	first, planned := plan.Look(8)
	assert.True(t, planned && first.Paired && !first.Last)
	last, planned := plan.Look(90)
	assert.True(t, planned && last.Last)
	assert.Equal(t, last, plan.Final(90))
	assert.LessOrEqual(t, first.Alpha+last.Alpha, 2*0.05/3)
	assert.Greater(t, By(policy.Policy{Alpha: 0.1}).Plan(3).Final(30).Alpha, plan.Final(30).Alpha)
	assert.Greater(t, byDefault.Plan(90).Rounds()[0], 8, "too many verdicts for 8 rounds")
}

func TestThroughputIsWorseWhenLower(t *testing.T) {
	j := By(policy.Policy{Rules: []policy.Rule{{Metric: "req/s", MaxRegressionPercent: 10}}})
	for candidate, want := range map[float64]policy.Outcome{
		900: policy.OK, 899: policy.Regressed, 1100: policy.OK, 1101: policy.Improved, 500: policy.Regressed, 2000: policy.Improved,
	} {
		v := only(t, j.Compare(side("req/s", runs(1000)...), side("req/s", runs(candidate)...)))
		assert.Equal(t, want, v.Outcome, "%v req/s: %s", candidate, v.Reason)
	}
}

func TestThroughputAtALook(t *testing.T) {
	j := By(policy.Policy{Rules: []policy.Rule{{Metric: "req/s", MaxRegressionPercent: 10}}})
	for candidate, want := range map[float64]policy.Outcome{900: policy.OK, 899: policy.Regressed, 1000: policy.OK, 1200: policy.Improved, 0: policy.Regressed} {
		b, c := side("req/s", 1000, 1000, 1000, 1000, 1000, 1000), side("req/s", candidate, candidate, candidate, candidate, candidate, candidate)
		v := j.Verdicts(j.Pairs(b, c)[0], nil, nil, Look{Alpha: 0.0125})[0]
		assert.Equal(t, want, v.Outcome, "%v req/s: %s", candidate, v.Reason)
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

func TestInconclusiveFailsUnlessThePolicySoftensIt(t *testing.T) {
	baseline := side("p95-ns", 20*ms, 21*ms, 19*ms, 35*ms, 36*ms, 20*ms)
	candidate := side("p95-ns", 24*ms, 20*ms, 24*ms, 38*ms, 25*ms, 20*ms)
	v := only(t, byDefault.Compare(baseline, candidate))
	assert.Equal(t, policy.Inconclusive, v.Outcome)
	assert.True(t, v.Fails)
	assert.Contains(t, v.Reason, "vary too much to be sure; to settle it: about 153 runs a side (-count=153), a quieter machine or a limit of 27 %")
	report := By(policy.Policy{OnInconclusive: policy.Warn}).Compare(baseline, candidate)
	assert.Equal(t, policy.Inconclusive, report.Outcome())
	assert.False(t, report.Fails())
}

func TestWhatMustNotBeJudgedIsInvalid(t *testing.T) {
	good := side("p95-ns", runs(20*ms)...)
	with := func(change func(*Benchmark)) Results {
		r := side("p95-ns", runs(20*ms)...)
		change(&r.Benchmarks[0])
		return r
	}
	for _, c := range []struct {
		name                string
		policy              policy.Policy
		baseline, candidate Results
		says                string
	}{
		{"a removed benchmark", policy.Policy{}, good, Results{}, `removed: in the baseline, not in the candidate; if that is meant, set "on_removed": "warn"`},
		{"a benchmark that failed", policy.Policy{}, good, with(func(b *Benchmark) { b.Metrics, b.Problem = nil, "candidate: it panicked" }), "candidate: it panicked"},
		{"a baseline that failed", policy.Policy{}, with(func(b *Benchmark) { b.Metrics, b.Problem = nil, "baseline: it panicked" }), good, "baseline: it panicked"},
		{"a metric that is gone", policy.Policy{}, good, side("p50-ns", runs(20*ms)...), "the baseline reports p95-ns, the candidate does not"},
		{"a metric that some runs lack", policy.Policy{}, good, with(func(b *Benchmark) { b.Metrics["ns/op"] = append(runs(1), 1) }), "candidate: p95-ns is reported by 6 of 7 runs"},
		{"NaN", policy.Policy{}, good, side("p95-ns", append(runs(20*ms), math.NaN())...), "candidate: p95-ns is NaN"},
		{"an infinity", policy.Policy{}, side("p95-ns", append(runs(20*ms), math.Inf(1))...), good, "baseline: p95-ns is +Inf"},
		{"one request short", policy.Policy{}, good, with(func(b *Benchmark) { b.Requests = 99 }), "candidate: 99 requests a run are too few for p95-ns, which needs 100: run with -benchtime=100x"},
		{"one run short", policy.Policy{Alpha: 0.005}, side("p95-ns", runs(20 * ms)[:5]...), side("p95-ns", runs(20 * ms)[:5]...), "5 baseline and 5 candidate runs can never reach significance at alpha 0.005: at least 6 a side are needed"},
		{"a rule that matches no name", policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", Benchmark: "ML"}}}, good, good, `the rule matches nothing: benchmark "ML" must match the whole of one of MLP`},
		{"a rule that matches no metric", policy.Policy{Rules: []policy.Rule{{Metric: "p99-ns"}}}, side("ns/op", runs(3)...), side("ns/op", runs(3)...), "MLP reports no p99-ns, only ns/op: record its requests with workload.Record, or name one of those"},
		{"no benchmarks", policy.Policy{}, Results{}, Results{}, "there are no benchmarks"},
		{"an unknown direction", policy.Policy{Rules: []policy.Rule{{Metric: "score"}}}, side("score", runs(9)...), side("score", runs(9)...), `set the rule's "direction"`},
		{"directions that disagree", policy.Policy{Rules: []policy.Rule{{Metric: "score"}}}, Results{side("score", runs(9)...).Benchmarks, map[string]policy.Direction{"score": policy.Lower}},
			Results{side("score", runs(9)...).Benchmarks, map[string]policy.Direction{"score": policy.Higher}}, "the baseline declares score better when lower, the candidate when higher"},
	} {
		t.Run(c.name, func(t *testing.T) {
			report := By(c.policy).Compare(c.baseline, c.candidate)
			var reasons []string
			for _, v := range report.Verdicts {
				if v.Outcome == policy.Invalid {
					assert.True(t, v.Fails)
					reasons = append(reasons, v.Reason)
				}
			}
			require.NotEmpty(t, reasons)
			assert.Contains(t, reasons[0], c.says)
			assert.Equal(t, policy.Invalid, report.Outcome())
			assert.True(t, report.Fails())
		})
	}
}

func TestAddedAndAllowedRemovals(t *testing.T) {
	good := side("p95-ns", runs(20*ms)...)
	v := only(t, byDefault.Compare(Results{}, good))
	assert.Equal(t, policy.Added, v.Outcome)
	assert.False(t, v.Fails)
	v = only(t, byDefault.Compare(side("p50-ns", runs(20*ms)...), good))
	assert.Equal(t, policy.Added, v.Outcome)
	assert.Equal(t, "the baseline does not report p95-ns yet", v.Reason)

	report := By(policy.Policy{OnRemoved: policy.Warn}).Compare(good, Results{})
	assert.Equal(t, policy.OK, only(t, report).Outcome)
	assert.Contains(t, only(t, report).Reason, "the policy allows it")
	assert.False(t, report.Fails())
}

func TestDeclaredDirectionsWinOverWhatIsKnown(t *testing.T) {
	slower, faster := side("req/s", runs(100)...), side("req/s", runs(200)...)
	rule := policy.Rule{Metric: "req/s", MaxRegressionPercent: 10}
	faster.Better = map[string]policy.Direction{"req/s": policy.Lower}
	assert.Equal(t, policy.Regressed, only(t, By(policy.Policy{Rules: []policy.Rule{rule}}).Compare(slower, faster)).Outcome)
	rule.Direction = policy.Higher
	assert.Equal(t, policy.Improved, only(t, By(policy.Policy{Rules: []policy.Rule{rule}}).Compare(slower, faster)).Outcome)
}

func TestTheMoreSpecificRuleWins(t *testing.T) {
	general := policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10}
	pattern := policy.Rule{Metric: "p95-ns", Benchmark: "M.*", MaxRegressionPercent: 20}
	later := policy.Rule{Metric: "p95-ns", Benchmark: ".*P", MaxRegressionPercent: 30}
	literal := policy.Rule{Metric: "p95-ns", Benchmark: "MLP", MaxRegressionPercent: 40}
	other := policy.Rule{Metric: "p95-ns", Benchmark: "Decoder", MaxRegressionPercent: 50}
	for _, c := range []struct {
		rules []policy.Rule
		want  policy.Rule
	}{
		{[]policy.Rule{general}, general},
		{[]policy.Rule{pattern, general}, pattern},
		{[]policy.Rule{general, pattern, later}, later},
		{[]policy.Rule{literal, later, general}, literal},
	} {
		j := By(policy.Policy{Rules: c.rules})
		good := side("p95-ns", runs(20*ms)...)
		assert.Equal(t, c.want, only(t, j.Compare(good, good)).Rule)
	}
	report := By(policy.Policy{Rules: []policy.Rule{general, other}}).Compare(side("p95-ns", runs(9)...), side("p95-ns", runs(9)...))
	require.Len(t, report.Verdicts, 2)
	assert.Equal(t, general, report.Verdicts[0].Rule)
	assert.Equal(t, policy.Invalid, report.Verdicts[1].Outcome)
}

func TestAlphaIsSplitOverAllVerdicts(t *testing.T) {
	results := Results{}
	for _, name := range []string{"A", "B", "C", "D", "E"} {
		results.Benchmarks = append(results.Benchmarks, Benchmark{Name: name, Requests: 100,
			Metrics: map[string][]float64{"p95-ns": runs(20 * ms), "req/s": runs(50)}})
	}
	j := By(policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns"}, {Metric: "req/s"}}})
	report := j.Compare(results, results)
	require.Len(t, report.Verdicts, 10)
	for _, v := range report.Verdicts {
		assert.InDelta(t, 0.005, v.Alpha, 1e-12)
	}
	assert.Equal(t, policy.OK, report.Outcome())
}

func TestALookSettlesOnlyWhatTheIntervalSettles(t *testing.T) {
	judge := func(baseline, candidate []float64, last bool) policy.Verdict {
		b, c := side("p95-ns", baseline...), side("p95-ns", candidate...)
		pair := byDefault.Pairs(b, c)[0]
		return byDefault.Verdicts(pair, nil, nil, Look{Alpha: 0.0125, Last: last})[0]
	}
	wide := []float64{17 * ms, 18 * ms, 20 * ms, 20 * ms, 22 * ms, 23 * ms}
	slower := make([]float64, len(wide))
	for i, x := range wide {
		slower[i] = 1.15 * x
	}
	assert.Equal(t, policy.OK, judge(runs(20*ms), runs(20*ms), false).Outcome)
	assert.Equal(t, policy.Improved, judge(runs(20*ms), runs(15*ms), false).Outcome)
	assert.Equal(t, policy.Regressed, judge(runs(20*ms), runs(23*ms), false).Outcome)
	assert.Equal(t, Unsettled, judge(wide, slower, false).Outcome)
	assert.Equal(t, policy.Inconclusive, judge(wide, slower, true).Outcome)
	constant := func(x float64) []float64 { return []float64{x, x, x, x, x, x} }
	assert.Equal(t, policy.OK, judge(constant(20*ms), constant(22*ms), false).Outcome, "exactly +10 percent is within the limit at a look, too")
	assert.Equal(t, policy.Regressed, judge(constant(20*ms), constant(22*ms+1), false).Outcome)
	assert.Equal(t, policy.Regressed, judge(constant(5*ms), constant(6*ms), false).Outcome, "exactly +1 ms reaches the floor at a look, too")
	assert.Equal(t, policy.OK, judge(constant(5*ms), constant(6*ms-1), false).Outcome)
	assert.Equal(t, Unsettled, judge(runs(20 * ms)[:3], runs(30 * ms)[:3], false).Outcome)
	assert.Equal(t, policy.Invalid, judge(runs(20 * ms)[:3], runs(30 * ms)[:3], true).Outcome)
}

func TestMinRequests(t *testing.T) {
	for unit, want := range map[string]int{
		"p50-ns": 10, "p90-ns": 50, "p95-ns": 100, "p95-model-ns": 100, "p99-ns": 500, "p99.9-ns": 5000, "p100-ns": 0,
		"ns/op": 0, "req/s": 0, "mean-ns": 0, "p95-ms": 0, "pages-ns": 0,
	} {
		assert.Equal(t, want, minRequests(unit), unit)
	}
	assert.Equal(t, 100, byDefault.Requests())
	assert.Equal(t, 500, By(policy.Policy{Rules: []policy.Rule{{Metric: "p99-ns", Stage: "model"}}}).Requests())
}

// A baseline against itself is never red, and scaling both sides leaves what is relative as it was.
func TestVerdictProperties(t *testing.T) {
	value := rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.Int64Range(1e3, 1e9).Draw(t, "ns")) })
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(value, 6, 12).Draw(t, "baseline")
		b := rapid.SliceOfN(value, 6, 12).Draw(t, "candidate")
		j := By(policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: 10}}})
		itself := j.Compare(side("p95-ns", a...), side("p95-ns", a...))
		assert.Equal(t, policy.OK, itself.Outcome())

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

func times(k float64, values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = k * v
	}
	return out
}

func TestReportTracksWhatNoRuleJudges(t *testing.T) {
	both := side("p95-ns", runs(20*ms)...)
	both.Benchmarks[0].Metrics["p50-ns"] = runs(10 * ms)
	both.Benchmarks = append(both.Benchmarks, Benchmark{Name: "Other", Metrics: map[string][]float64{"ns/op": runs(5)}})
	report := byDefault.Compare(both, both)
	require.Len(t, report.Benchmarks, 2)
	assert.Equal(t, policy.Summary{Median: 10 * ms, N: 6}, report.Benchmarks[0].Metric("p50-ns").Candidate)
	assert.Equal(t, policy.Metric{Unit: "req/s"}, report.Benchmarks[0].Metric("req/s"))
	assert.False(t, report.Benchmarks[1].Judged)
}

func TestPairsJudgedElsewhereHaveTheirShareOfAlphaAndNoVerdict(t *testing.T) {
	both := side("p95-ns", runs(20*ms)...)
	other := both.Benchmarks[0]
	other.Name = "Other"
	both.Benchmarks = append(both.Benchmarks, other)
	j := By(policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: 10}, {Metric: "p95-ns", Benchmark: "Other", MaxRegressionPercent: 20}}})
	pairs := j.Pairs(both, both)
	found := func(pair Pair) []policy.Verdict {
		return j.Verdicts(pair, nil, nil, Look{Alpha: 0.05 / float64(Family(pairs)), Last: true})
	}

	whole := j.Report(pairs, found)
	pairs[1].Elsewhere = true
	part := j.Report(pairs, found)
	assert.Equal(t, whole.Verdicts[:1], part.Verdicts, "the rule for the other matches something, and alpha is as it was")
	assert.Equal(t, 1, part.Elsewhere)
	assert.Len(t, part.Benchmarks, 1)

	pairs[0].Elsewhere = true
	none := j.Report(pairs, found)
	assert.Empty(t, none.Verdicts)
	assert.False(t, none.Fails())
	assert.Equal(t, policy.OK, none.Outcome())
	assert.True(t, j.Report(nil, found).Fails(), "nothing to judge anywhere is no pass")
}
