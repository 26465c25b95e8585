package field

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestScores(t *testing.T) {
	c := Case{
		Truth: []Truth{
			{Benchmark: "A", Unit: "ns/op", From: 100, To: 150}, {Benchmark: "A", Unit: "B/op", Open: true},
			{Benchmark: "Small", Unit: "ns/op", From: 100, To: 105}, {Benchmark: "Alloc", Unit: "allocs/op", From: 0, To: 1},
		},
		Functions: []string{"shop.slow"},
	}
	score := func(c Case, tool, failed string, causes []Named, said ...Said) Score {
		var s Score
		s.add(c, Result{Tool: tool, Seconds: 2, Error: failed, Said: said, Causes: causes})
		return s
	}
	a := func(outcome string, from, to float64) Said { return Said{"A", "ns/op", outcome, "", from, to} }
	alloc := func(outcome string) Said { return Said{"Alloc", "allocs/op", outcome, "", 0, 1} }

	t.Run("all is found, and the function", func(t *testing.T) {
		s := score(c, byTailgate, "", []Named{{"A", "shop.slow"}}, a("regressed", 1, 1.5), alloc("regressed"),
			Said{"Small", "ns/op", "ok", "", 1, 1}, Said{"A", "B/op", "regressed", "", 1, 100}, Said{"A", "allocs/op", "ok", "", 1, 1})
		assert.Equal(t, Score{
			Results: 1, Regressions: 2, Found: 2, Clean: 2, Timed: 1, AtLimit: 1, AtLimitRed: 1, Functions: 2, FunctionFirst: 1,
			Seconds: []float64{2},
		}, s)
	})
	t.Run("what is missed is told apart", func(t *testing.T) {
		s := score(c, byTailgate, "", nil, a("inconclusive", 1, 1.5)).plus(score(c, byTailgate, "", nil, a("blind", 1, 1), alloc("ok")))
		s = s.plus(score(c, byTailgate, "it does not build", nil))
		assert.Equal(t, 6, s.missed())
		assert.Equal(t, map[string]int{"inconclusive": 1, "blind": 1, "ok": 1, "absent": 1, "failed": 2}, s.Missed)
		assert.Equal(t, 1, s.Failed)
		assert.Zero(t, s.Functions)
	})
	t.Run("another function first", func(t *testing.T) {
		s := score(c, byTailgate, "", []Named{{"A", "shop.other"}}, a("regressed", 1, 1.5), alloc("regressed"))
		assert.Equal(t, []int{2, 0}, []int{s.Functions, s.FunctionFirst})
	})
	t.Run("what failed took no time that counts", func(t *testing.T) {
		s := score(c, byTailgate, "it does not build", nil).plus(score(c, byTailgate, "", nil))
		assert.Equal(t, 2, s.Results)
		assert.Equal(t, []float64{2}, s.Seconds)
	})
	t.Run("functions of plants are told apart", func(t *testing.T) {
		plant := Case{
			Inject: "50%", Truth: []Truth{{Benchmark: "A", Unit: "ns/op", From: 100, To: 150}}, Functions: []string{"burn"},
		}
		s := score(plant, byTailgate, "", []Named{{"A", "burn"}}, a("regressed", 1, 1.5))
		s = s.plus(score(plant, byTailgate, "", nil, a("regressed", 1, 1.5)))
		s = s.plus(score(c, byTailgate, "", []Named{{"A", "shop.slow"}}, a("regressed", 1, 1.5)))
		assert.Equal(t, []int{3, 2, 2, 1}, []int{s.Functions, s.FunctionFirst, s.Plants, s.PlantFirst})
	})
	t.Run("a small change is no regression, and red is false", func(t *testing.T) {
		s := score(c, byTailgate, "", nil, Said{"Small", "ns/op", "regressed", "", 100, 112})
		assert.Equal(t, []int{1, 1, 1, 0}, []int{s.Clean, s.FalseRed, s.Wrong, s.Any})
	})
	t.Run("another benchmark is named", func(t *testing.T) {
		s := score(c, byTailgate, "", nil, a("regressed", 1, 1.5), Said{"Other", "ns/op", "regressed", "", 1, 2},
			Said{"Other", "B/op", "regressed", "", 1, 200}, Said{"A", "allocs/op", "regressed", "", 1, 2})
		assert.Equal(t, []int{3, 3, 1, 3}, []int{s.Clean, s.FalseRed, s.Wrong, s.Any})
	})
	t.Run("nothing differs, and nobody can be wrongly named beside it", func(t *testing.T) {
		s := score(Case{}, byTailgate, "", nil, a("regressed", 1, 1.2))
		assert.Equal(t, []int{0, 1, 1, 0, 1}, []int{s.Regressions, s.Clean, s.FalseRed, s.Wrong, s.Any})
	})
	t.Run("a gate that leaves open what is harmless fails", func(t *testing.T) {
		for outcome, want := range map[string]Score{
			"ok": {Clean: 1, Timed: 1, Harmless: 1}, "blind": {Clean: 1, Timed: 1, Harmless: 1, Blind: 1},
			"inconclusive": {Clean: 1, Timed: 1, Harmless: 1, Undecided: 1, Failing: 1},
			"invalid":      {Clean: 1, Timed: 1, Harmless: 1, Undecided: 1, Failing: 1},
			"regressed":    {Clean: 1, Timed: 1, Harmless: 1, FalseRed: 1, TimedRed: 1, Any: 1, Failing: 1},
		} {
			want.Results, want.Seconds = 1, []float64{2}
			assert.Equal(t, want, score(Case{}, byTailgate, "", nil, a(outcome, 100, 120)), outcome)
		}
		assert.Zero(t, score(c, byTailgate, "", nil, a("ok", 1, 1)).Harmless, "something is worse")
		s := score(Case{}, byBenchstat, "", nil, a("regressed", 100, 105))
		assert.Equal(t, []int{1, 0}, []int{s.Harmless, s.Failing}, "within the limits")
	})
	t.Run("what there was no time for is not right either", func(t *testing.T) {
		s := score(Case{}, byTailgate, "", nil, Said{"A", "ns/op", "inconclusive", unmeasured, 0, 0}, a("ok", 1, 1))
		assert.Equal(t, []int{1, 1, 1}, []int{s.Unmeasured, s.Clean, s.Failing})
	})
	t.Run("a benchmark that differs itself is told apart", func(t *testing.T) {
		s := score(Case{Kind: "benchmark"}, byBenchstat, "", nil, a("regressed", 100, 120), Said{"A", "B/op", "regressed", "", 1, 200})
		assert.Equal(t, []int{2, 2, 1, 1}, []int{s.FalseRed, s.Rewritten, s.Timed, s.TimedRed})
	})
	t.Run("turned round it is an improvement", func(t *testing.T) {
		s := score(c.turned(), byTailgate, "", nil, a("improved", 1.5, 1), alloc("improved"))
		assert.Equal(t, []int{0, 2, 0, 0}, []int{s.Regressions, s.Clean, s.FalseRed, s.Any})
		s = score(c.turned(), byTailgate, "", nil, a("regressed", 1, 1.5))
		assert.Equal(t, []int{0, 1, 1, 0}, []int{s.Regressions, s.Clean, s.FalseRed, s.Any})
	})
	t.Run("of benchstat the size is looked at", func(t *testing.T) {
		s := score(c, byBenchstat, "", nil, a("regressed", 100, 110), alloc("regressed"))
		assert.Equal(t, []int{2, 1}, []int{s.Regressions, s.Found})
		assert.Equal(t, map[string]int{"within the limits": 1}, s.Missed)
		s = score(c, byBenchstat, "", nil, a("regressed", 100, 110.1), Said{"Other", "ns/op", "regressed", "", 100, 102})
		assert.Equal(t, []int{1, 1, 0, 1}, []int{s.Found, s.Clean, s.FalseRed, s.Any})
		assert.Zero(t, s.Functions)
	})
}

// TestTimeIsThatOfComparisonsOfBothTools has three gates and two comparisons by benchstat, one of which failed.
func TestTimeIsThatOfComparisonsOfBothTools(t *testing.T) {
	results := []Result{
		{Tool: byTailgate, Error: "it does not build", Seconds: 1}, {Tool: byTailgate, Seconds: 10}, {Tool: byTailgate, Seconds: 20},
		{Tool: byBenchstat, Error: "it does not build"}, {Tool: byBenchstat, Seconds: 42, Measured: 40},
	}
	assert.Equal(t, Score{Paired: []float64{10}, Once: 10}, paired(byTailgate, results))
	assert.Equal(t, Score{Paired: []float64{42}, Once: 22}, paired(byBenchstat, results))
	assert.Empty(t, paired(byTailgate, results[:4]).Paired)
	part := slices.Clone(results)
	part[1].Said = []Said{{Code: unmeasured}}
	assert.Equal(t, []float64{20}, paired(byTailgate, part).Paired, "of what was measured whole")
	both := paired(byBenchstat, results).plus(paired(byBenchstat, results))
	assert.Equal(t, []float64{42, 42}, both.Paired)
	assert.InDelta(t, 44, both.Once, 1e-9)
}
