package policy

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// accepts is a trailer with that ceiling.
func accepts(t *testing.T, ceiling string) Trailer {
	t.Helper()
	c := Ceiling{}
	require.NoError(t, c.UnmarshalText([]byte(ceiling)))
	return Trailer{Benchmark: "Chat", Metric: "p95-ns", Ceiling: c, Reason: "checked", Commit: "1a2b"}
}

// slowerBy is the verdict of p95 on rounds that are slower by exactly that factor.
func slowerBy(factor float64) Verdict {
	baseline, candidate := make([]float64, 12), make([]float64, 12)
	for i := range baseline {
		baseline[i], candidate[i] = 1, factor // of which the ratio is exact
	}
	return Rule{Metric: "p95-ns", MaxRegressionPercent: 10}.Judge(baseline, candidate, Look{Alpha: 0.05, Last: true, Paired: true})
}

func TestExactlyTheCeilingIsWithin(t *testing.T) {
	for _, c := range []struct {
		ceiling string
		factor  float64
	}{{"<=+30%", 1.3}, {"<=+12.5%", 1.125}, {"<=+46.97%", 1.4697}, {"<=+100%", 2}, {"<=+250%", 3.5}, {"<=+70%", 1.7}} {
		v := slowerBy(c.factor)
		require.Equal(t, Regressed, v.Outcome)
		at := v.Under(accepts(t, c.ceiling))
		assert.Equal(t, Accepted, at.Outcome, c.ceiling)
		assert.Equal(t, ByTrailer, at.Reason.Code)
		assert.Equal(t, Heeded, at.Reason.Facts.Trailer.Use)
		assert.False(t, at.Fails)
		assert.True(t, v.Fails, "the verdict itself is not altered")

		beyond := slowerBy(math.Nextafter(c.factor, 9)).Under(accepts(t, c.ceiling))
		assert.Equal(t, Regressed, beyond.Outcome, "one ulp beyond %s", c.ceiling)
		assert.Equal(t, BeyondCeiling, beyond.Reason.Code)
		assert.Equal(t, Exceeded, beyond.Reason.Facts.Trailer.Use)
		assert.True(t, beyond.Fails)
	}
}

// Any ceiling of two decimals holds the ratio that it names, as limits have it, however that rounds.
func TestEveryCeilingHoldsItsOwnRatio(t *testing.T) {
	for n := 1; n <= 30_000; n++ {
		c := Ceiling{Change: float64(n) / 100, Percent: true}
		require.True(t, c.admits(Lower, 1, 100*((100+c.Change)/100-1)), "%v", c)
		require.True(t, c.admits(Lower, 1, c.Change), "%v", c)
		if n <= 10_000 {
			c.Change = -c.Change
			require.True(t, c.admits(Higher, -1, 100*((100+c.Change)/100-1)), "%v", c)
			require.True(t, c.admits(Higher, -1, c.Change), "%v", c)
		}
	}
}

func TestUnderATrailer(t *testing.T) {
	of := func(outcome Outcome, code Code, direction Direction, lo, hi float64) Verdict {
		return Verdict{Outcome: outcome, Fails: true, Direction: direction, ChangePercent: (lo + hi) / 2, Change: (lo + hi) / 20,
			Percent: Bounds{lo, hi}, Absolute: Bounds{lo / 10, hi / 10}, Reason: Reason{Code: code, Advice: []Advice{{Do: WiderLimit}}}}
	}
	regressed := func(direction Direction, lo, hi float64) Verdict {
		return of(Regressed, IntervalBeyond, direction, lo, hi)
	}
	noisy := func(code Code, lo, hi float64) Verdict { return of(Inconclusive, code, Lower, lo, hi) }
	from0 := func(lo, hi float64) Verdict {
		v := regressed(Lower, math.Inf(1), math.Inf(1))
		v.Absolute = Bounds{lo, hi}
		return v
	}
	for _, c := range []struct {
		name    string
		v       Verdict
		ceiling string
		want    Outcome
		code    Code
		use     Use // empty: the trailer does not count
	}{
		{"an interval within", regressed(Lower, 15, 25), "<=+30%", Accepted, ByTrailer, Heeded},
		{"one that begins at the ceiling", regressed(Lower, 30, 35), "<=+30%", Accepted, ByTrailer, Heeded},
		{"one that begins beyond", regressed(Lower, 30.001, 35), "<=+30%", Regressed, BeyondCeiling, Exceeded},
		{"one that ends at 1.5 times the ceiling", regressed(Lower, 20, 45), "<=+30%", Accepted, ByTrailer, Heeded},
		{"one that ends beyond", regressed(Lower, 20, 45.001), "<=+30%", Regressed, CeilingUnseen, Unseen},
		{"one without an end", regressed(Lower, 20, math.Inf(1)), "<=+30%", Regressed, CeilingUnseen, Unseen},
		{"a throughput at its ceiling", regressed(Higher, -30, -20), ">=-20%", Accepted, ByTrailer, Heeded},
		{"a throughput beyond", regressed(Higher, -25, -20.001), ">=-20%", Regressed, BeyondCeiling, Exceeded},
		{"a throughput that may be far beyond", regressed(Higher, -30.001, -15), ">=-20%", Regressed, CeilingUnseen, Unseen},
		{"a ceiling of the other direction holds nothing", regressed(Lower, 15, 20), ">=-20%", Regressed, BeyondCeiling, Exceeded},
		{"nor does one of a throughput that rises", regressed(Higher, -20, -15), "<=+30%", Regressed, BeyondCeiling, Exceeded},
		{"nor one where no direction is known", regressed("", 15, 20), "<=+30%", Regressed, BeyondCeiling, Exceeded},
		{"from 0, in percent", from0(1, 1), "<=+999%", Regressed, BeyondCeiling, Exceeded},
		{"from 0, in the unit, exactly", from0(1, 1), "<=+1", Accepted, ByTrailer, Heeded},
		{"from 0, in the unit, one ulp beyond", from0(math.Nextafter(1, 2), 1.1), "<=+1", Regressed, BeyondCeiling, Exceeded},
		{"from 0, in the unit, 1.5 times exactly", from0(1, 1.5), "<=+1", Accepted, ByTrailer, Heeded},
		{"from 0, in the unit, 1.5 times and an ulp", from0(1, math.Nextafter(1.5, 2)), "<=+1", Regressed, CeilingUnseen, Unseen},
		{"no numbers", regressed(Lower, math.NaN(), math.NaN()), "<=+30%", Regressed, BeyondCeiling, Exceeded},
		{"too noisy for the limits, and within", noisy(TooNoisy, -5, 45), "<=+30%", Accepted, ByTrailer, Heeded},
		{"too noisy for both", noisy(TooNoisy, -5, 45.001), "<=+30%", Inconclusive, TooNoisy, Unseen},
		{"too noisy, in the unit", noisy(TooNoisy, -5, 45), "<=+3", Accepted, ByTrailer, Heeded},
		{"too noisy for the limits, and beyond a lower ceiling", noisy(TooNoisy, 6, 14), "<=+5%", Inconclusive, TooNoisy, Exceeded},
		{"a benchmark that has changed itself", noisy(BenchmarkChanged, 12, 20), "<=+30%", Inconclusive, BenchmarkChanged, ""},
		{"few turns that are slower", noisy(MeanBeyond, 0, 2), "<=+30%", Inconclusive, MeanBeyond, ""},
		{"no time", Verdict{Outcome: Inconclusive, Reason: Reason{Code: NotMeasured}}, "<=+30%", Inconclusive, NotMeasured, ""},
		{"ok", Verdict{Outcome: OK, Direction: Lower, Reason: Reason{Code: IntervalWithin}}, "<=+30%", OK, IntervalWithin, ""},
		{"blind", Verdict{Outcome: Blind, Direction: Lower, Reason: Reason{Code: TooNoisyToSee}}, "<=+30%", Blind, TooNoisyToSee, ""},
		{"invalid", Verdict{Outcome: Invalid, Fails: true, Reason: Reason{Code: NoValues}}, "<=+30%", Invalid, NoValues, ""},
		{"removed", Verdict{Outcome: Invalid, Fails: true, Reason: Reason{Code: BenchmarkRemoved}}, "<=+30%",
			Invalid, BenchmarkRemoved, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.v.Under(accepts(t, c.ceiling))
			assert.Equal(t, c.want, got.Outcome)
			assert.Equal(t, c.code, got.Reason.Code)
			assert.Equal(t, got.Outcome != Accepted && c.v.Fails, got.Fails)
			if assert.Equal(t, c.use != "", got.Reason.Facts.Trailer != nil) && c.use != "" {
				assert.Equal(t, c.use, got.Reason.Facts.Trailer.Use)
			}
			if got.Outcome == Accepted {
				assert.Empty(t, got.Reason.Advice)
			}
		})
	}
}

func TestProposal(t *testing.T) {
	v := Verdict{
		ID: ID{Package: "example.com/shop", Name: "Chat/a", Procs: 2}, Unit: "p95-ns", Outcome: Regressed, Direction: Lower, Paired: true,
		Change: 2e6, ChangePercent: 20, Percent: Bounds{15, 24.561}, Absolute: Bounds{1.5e6, 2.4e6},
	}
	proposed := func(change func(v *Verdict)) string {
		of := v
		change(&of)
		p, ok := of.Proposal()
		if !ok {
			return ""
		}
		of.Direction = of.better()
		assert.Equal(t, Accepted, of.Under(p).Outcome, "it would not be accepted")
		p.Reason = "why"
		found, problems := Trailers(p.String())
		assert.Empty(t, problems)
		assert.Len(t, found, 1)
		return p.String()
	}
	for name, c := range map[string]struct {
		change func(v *Verdict)
		want   string
	}{
		"the upper end, rounded up": {func(*Verdict) {}, "example.com/shop/Chat/a p95-ns <=+24.57% why"},
		"of no package":             {func(v *Verdict) { v.Package = "" }, "Chat/a p95-ns <=+24.57% why"},
		"a throughput": {func(v *Verdict) { v.Direction, v.ChangePercent, v.Percent = Higher, -20, Bounds{-24.561, -15} },
			"example.com/shop/Chat/a p95-ns >=-24.57% why"},
		"a throughput that fell by all": {func(v *Verdict) { v.Direction, v.ChangePercent, v.Percent = Higher, -99, Bounds{-120, -90} },
			"example.com/shop/Chat/a p95-ns >=-100% why"},
		"from 0": {func(v *Verdict) {
			v.ChangePercent, v.Percent, v.Change, v.Absolute = math.Inf(1), Bounds{math.Inf(1), math.Inf(1)}, 1, Bounds{1, 1.0002}
		}, "example.com/shop/Chat/a p95-ns <=+1.01 why"},
		"an interval without an end":      {func(v *Verdict) { v.Percent.Hi, v.Absolute.Hi = math.Inf(1), math.Inf(1) }, ""},
		"runs apart":                      {func(v *Verdict) { v.Paired = false }, ""},
		"what is not regressed":           {func(v *Verdict) { v.Outcome = Inconclusive }, ""},
		"a direction that is unknown":     {func(v *Verdict) { v.Direction, v.Unit = "", "score" }, ""},
		"a direction that the unit tells": {func(v *Verdict) { v.Direction = "" }, "example.com/shop/Chat/a p95-ns <=+24.57% why"},
	} {
		want := c.want
		if want != "" {
			want = "Perf-Accept: " + want
		}
		assert.Equal(t, want, proposed(c.change), name)
	}
}
