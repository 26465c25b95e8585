package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

func TestPlanLooks(t *testing.T) {
	plan := byDefault.Plan(3)
	assert.Equal(t, []int{8, 12, 18, 27, 40, 60}, plan.Rounds())
	_, planned := plan.look(9)
	assert.False(t, planned)
	first, planned := plan.look(8)
	assert.True(t, planned && first.Paired && !first.Last)
	last, planned := plan.look(60)
	assert.True(t, planned && last.Last)
	assert.Equal(t, last, plan.Final(60))
	assert.LessOrEqual(t, first.Alpha+last.Alpha, 2*0.05/3)
	assert.Greater(t, By(policy.Policy{Alpha: 0.1}).Plan(3).Final(30).Alpha, plan.Final(30).Alpha)
	many, _ := byDefault.Plan(90).look(8)
	assert.Zero(t, many.Alpha, "too many verdicts for 8 rounds to be red")
	assert.Equal(t, first.Miss, many.Miss, "each is ok by itself")
	early := plan.Final(30)
	assert.True(t, early.Last && early.Early)
	assert.False(t, last.Early)
}

func TestLinkedPlan(t *testing.T) {
	plan := byDefault.Plan(1).Linked()
	assert.Equal(t, byDefault.Plan(1).Rounds(), plan.Rounds())
	assert.Equal(t, 8, plan.Fewest())
	spent := 0.0
	for _, n := range plan.Rounds() {
		look, planned := plan.look(n)
		assert.True(t, planned)
		assert.Equal(t, n == 60, look.Last)
		spent += look.Alpha
	}
	assert.LessOrEqual(t, spent, 2*0.05/10, "a tenth of alpha, on either side")
}

func TestLeftIsUntilTheIntervalClearsTheLimit(t *testing.T) {
	plan := byDefault.Plan(1)
	require.Equal(t, []int{8, 12, 18, 27, 40, 60}, plan.Rounds())
	limit := policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10}
	for _, c := range []struct {
		name string
		v    policy.Verdict
		want int
	}{
		{"half as wide is four times the rounds, at the next look",
			policy.Verdict{Rule: limit, ChangePercent: 6, Percent: policy.Bounds{Lo: -2, Hi: 14}}, 40 - 8},
		{"from beyond the limit it is the lower end that counts",
			policy.Verdict{Rule: limit, ChangePercent: 14, Percent: policy.Bounds{Lo: 6, Hi: 30}}, 40 - 8},
		{"no more than needed", policy.Verdict{Rule: limit, ChangePercent: 5, Percent: policy.Bounds{Lo: 0, Hi: 12.4}}, 18 - 8},
		{"on the limit it takes all there are",
			policy.Verdict{Rule: limit, ChangePercent: 10, Percent: policy.Bounds{Lo: 0, Hi: 20}}, 60 - 8},
		{"where higher is better the lower end is the worse",
			policy.Verdict{Rule: limit, Direction: policy.Higher, ChangePercent: -6, Percent: policy.Bounds{Lo: -14, Hi: 2}}, 40 - 8},
		{"a floor above the percentage is the limit",
			policy.Verdict{Rule: policy.Rule{MaxRegressionPercent: 1, MinRegression: 1e6}, Baseline: policy.Summary{Median: 1e7},
				ChangePercent: 6, Percent: policy.Bounds{Lo: -2, Hi: 14}}, 40 - 8},
		{"what is settled needs none",
			policy.Verdict{Outcome: policy.OK, Rule: limit, ChangePercent: 6, Percent: policy.Bounds{Lo: -2, Hi: 14}}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.v.Paired, c.v.Baseline.N = true, 8
			assert.Equal(t, c.want, plan.left(c.v))
		})
	}
}
