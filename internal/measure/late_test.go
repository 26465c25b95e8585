package measure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// lateGate is a gate whose rounds of 1 s and a start of 0.1 s are late as the function says of the n-th, from 1.
func lateGate(t *testing.T, budget time.Duration, late func(n int) bool) report.Document {
	t.Helper()
	g, n := slow(10), 0
	g.budget = budget
	g.benchmarks[0].late = func() bool { n++; return late(n) }
	doc := g.run(t, part.Part{}, t.TempDir())
	require.Len(t, doc.Report.Verdicts, 1)
	return doc
}

func TestALateRoundIsMeasuredAgain(t *testing.T) {
	never := lateGate(t, time.Hour, func(int) bool { return false })
	third := lateGate(t, time.Hour, func(n int) bool { return n%3 == 0 })
	assert.Equal(t, never.Report.Verdicts, third.Report.Verdicts, "what is thrown away changes no verdict")
	assert.Equal(t, never.Details[0].Series, third.Details[0].Series, "nor is there a look more")
	assert.Contains(t, third.Notes, "Edge: 29 rounds measured again, since the load generator was late in them: "+
		"0 before the baseline, 29 before the candidate; one side makes it late, so its worst rounds are left out: "+
		"run the load generator on CPUs of its own, or lower the rate")
	assert.Empty(t, never.Notes)
}

func TestLateRoundsLean(t *testing.T) {
	for of, want := range map[each[int]]bool{
		{}: false, {7, 0}: false, {8, 0}: true, {0, 8}: true, {4, 4}: false, {7, 1}: false, {8, 20}: false, {7, 21}: true,
		{100, 100}: false,
	} {
		l := late{rounds: of[0] + of[1], sides: of}
		assert.Equal(t, want, l.leaning(), "%v", of)
	}
}

func TestRoundsThatAreAlwaysLateAreInvalidWhenThereIsNoTimeForMore(t *testing.T) {
	doc := lateGate(t, 20*time.Second, func(int) bool { return true })
	v := doc.Report.Verdicts[0]
	assert.Equal(t, policy.Invalid, v.Outcome)
	assert.Equal(t, policy.Late, v.Reason.Code)
	assert.Equal(t, policy.Facts{Need: 8, Have: 20, Lag: 12345678}, v.Reason.Facts)
	assert.Equal(t, []policy.Advice{{Do: policy.LowerRate}, {Do: policy.QuieterMachine}}, v.Reason.Advice)

	doc = lateGate(t, 5*time.Second, func(int) bool { return true })
	assert.Equal(t, policy.SmallBudget, doc.Report.Verdicts[0].Reason.Code, "8 rounds that are not late would be too many, too")
}

func TestLateRoundsAfterTheFewestEndWithTheBudget(t *testing.T) {
	doc := lateGate(t, 30*time.Second, func(n int) bool { return n > 9 })
	assert.Equal(t, 9, doc.Report.Verdicts[0].Baseline.N)
	assert.NotEqual(t, policy.Invalid, doc.Report.Verdicts[0].Outcome)
	assert.InDelta(t, 30, doc.Report.Benchmarks[0].Noise.Seconds, 2)
}
