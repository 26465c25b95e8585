package bisect

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// A step has the gate's alpha, whatever the number of its tries, and more budget at each.
func TestAStepIsMeasuredOnWithinItsAlpha(t *testing.T) {
	repo, commits := line(t, 2)
	m := machine(1, commits, map[int]float64{1: 1.11})
	m.luck, m.rounds = 0.3, 8
	doc, err := m.search(t, repo, commits)
	require.NoError(t, err)
	require.Equal(t, report.Undecided, doc.Outcome, "%+v", doc.Steps)
	require.Len(t, m.measured, 3, "%+v", doc.Steps[0].Tries)
	alpha := 0.0
	for i, try := range m.measured {
		alpha += try.Alpha
		assert.Equal(t, i+1, try.Number)
		assert.Equal(t, 1<<i, try.Budget)
	}
	assert.InDelta(t, 0.05, alpha, 1e-12)
	assert.Len(t, doc.Steps[0].Tries, 3)
	assert.NotEmpty(t, doc.Steps[0].Problem)
}

func TestWhatIsTheSameAsADecidedCommitIsNotMeasured(t *testing.T) {
	repo, commits := line(t, 9)
	m := machine(1, commits, map[int]float64{3: 1.3})
	for i, hash := range commits {
		m.digests[hash] = fmt.Sprint(m.times[hash])
		if i == 2 { // not known what it reads
			m.digests[hash] = ""
		}
	}
	doc, err := m.search(t, repo, commits)
	require.NoError(t, err)
	require.Equal(t, report.Found, doc.Outcome)
	assert.Equal(t, commits[3], doc.Suspects[0].Hash)
	assert.Positive(t, m.known)
	for _, step := range doc.Steps[1:] {
		same := step.Decision == report.Bad
		assert.Equal(t, same, step.Same == commits[8])
		assert.Equal(t, same, len(step.Tries) == 0)
	}
}

func TestDecision(t *testing.T) {
	for _, c := range []struct {
		outcome policy.Outcome
		code    policy.Code
		want    report.Decision
		goOn    bool
	}{
		{policy.Regressed, policy.IntervalBeyond, report.Bad, false},
		{policy.Regressed, policy.BeyondLimits, report.Bad, true},
		{policy.OK, policy.IntervalWithin, report.Good, false},
		{policy.OK, policy.SameCode, report.Good, false},
		{policy.OK, policy.Unchanged, report.Good, false},
		{policy.Improved, policy.BetterByMore, report.Good, false},
		{policy.OK, policy.WithinLimit, report.Skipped, true},
		{policy.OK, policy.RemovalAllowed, report.Skipped, false},
		{policy.OK, policy.Saturated, report.Skipped, false},
		{policy.Blind, policy.TooNoisyToSee, report.Skipped, true},
		{policy.Blind, policy.MeanBeyond, report.Skipped, true},
		{policy.Inconclusive, policy.TooNoisy, report.Skipped, true},
		{policy.Inconclusive, policy.BenchmarkChanged, report.Skipped, false},
		{policy.Invalid, policy.SmallBudget, report.Skipped, true},
		{policy.Invalid, policy.FewRounds, report.Skipped, true},
		{policy.Invalid, policy.BenchmarkRemoved, report.Skipped, false},
		{policy.Added, policy.NewBenchmark, report.Skipped, false},
	} {
		got, goOn := decision(policy.Verdict{Outcome: c.outcome, Reason: policy.Reason{Code: c.code}})
		assert.Equal(t, c.want, got, "%s %s", c.outcome, c.code)
		assert.Equal(t, c.goOn, goOn, "%s %s", c.outcome, c.code)
	}
}
