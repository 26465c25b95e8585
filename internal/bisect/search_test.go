package bisect

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

const inAll = 32 // commits of a history

// searches is how many are made of each kind: twenty, or a few under -short, where git is started for each commit.
func searches() uint64 {
	if testing.Short() {
		return 4
	}
	return 20
}

// machine is one on which the commits from each culprit on take so many times longer.
func machine(seed uint64, commits []string, culprits map[int]float64) *simulated {
	m := &simulated{
		random: rand.New(rand.NewPCG(19, seed)), times: map[string]float64{}, broken: map[string]bool{}, digests: map[string]string{},
		luck: 0.03, rounds: 20,
	}
	times := 1.0
	for i, hash := range commits {
		if factor, is := culprits[i]; is {
			times *= factor
		}
		m.times[hash] = times
	}
	return m
}

// firstBad reports whether a commit is beyond the limit and its parent is not.
func (m *simulated) firstBad(commits []string, hash string) bool {
	i := slices.Index(commits, hash)
	return i > 0 && m.times[hash] > 1.1 && m.times[commits[i-1]] <= 1.1
}

func TestAPlantedCulpritIsFound(t *testing.T) {
	repo, commits := line(t, inAll)
	for seed := range searches() {
		culprit := 1 + rand.New(rand.NewPCG(1, seed)).IntN(inAll-1)
		m := machine(seed, commits, map[int]float64{culprit: 1.2})
		doc, err := m.search(t, repo, commits)
		require.NoError(t, err)
		require.Equal(t, report.Found, doc.Outcome, "seed %d", seed)
		assert.Equal(t, commits[culprit], doc.Suspects[0].Hash, "seed %d", seed)
		assert.Len(t, doc.Suspects, 1)
		assert.LessOrEqual(t, len(doc.Steps), 6, "31 commits are halved five times at most")
		assert.Equal(t, commits[culprit-1], doc.Why.Baseline.Commit)
		assert.Equal(t, commits[culprit], doc.Why.Candidate.Commit)
	}
}

// Of the commits around the culprit the nearest that build are all that can be known.
func TestCommitsThatDoNotBuildAreSkipped(t *testing.T) {
	repo, commits := line(t, inAll)
	outcomes := map[report.BisectionOutcome]int{}
	for seed := range searches() {
		r := rand.New(rand.NewPCG(2, seed))
		culprit := 1 + r.IntN(inAll-1)
		m := machine(seed, commits, map[int]float64{culprit: 1.2})
		for range 8 {
			m.broken[commits[1+r.IntN(inAll-2)]] = true
		}
		after, before := culprit, culprit-1
		for m.broken[commits[after]] {
			after++
		}
		for m.broken[commits[before]] {
			before--
		}
		doc, err := m.search(t, repo, commits)
		require.NoError(t, err)
		var suspects []string
		for _, r := range doc.Suspects {
			suspects = append(suspects, r.Hash)
		}
		require.Equal(t, commits[before+1:after+1], suspects, "seed %d", seed)
		want := report.Narrowed
		if len(suspects) == 1 {
			want = report.Found
		}
		assert.Equal(t, want, doc.Outcome, "seed %d", seed)
		for _, step := range doc.Steps {
			assert.Equal(t, m.broken[step.Commit.Hash], step.Code == policy.DoesNotBuild)
			assert.Equal(t, m.broken[step.Commit.Hash], step.Decision == report.Skipped)
		}
		outcomes[doc.Outcome]++
	}
	assert.Positive(t, min(outcomes[report.Found], outcomes[report.Narrowed]), "both were seen: %v", outcomes)
}

// A whole stretch around the middle that does not build costs a few steps, not one each.
func TestALongStretchThatDoesNotBuildIsLeapt(t *testing.T) {
	repo, commits := line(t, inAll)
	m := machine(1, commits, map[int]float64{28: 1.2})
	for _, hash := range commits[8:24] {
		m.broken[hash] = true
	}
	doc, err := m.search(t, repo, commits)
	require.NoError(t, err)
	require.Equal(t, report.Found, doc.Outcome)
	assert.Equal(t, commits[28], doc.Suspects[0].Hash)
	assert.LessOrEqual(t, len(doc.Steps), 12)
}

func TestOfTwoCulpritsAFirstBadOneIsFound(t *testing.T) {
	repo, commits := line(t, inAll)
	for name, of := range map[string][]float64{
		"each beyond the limit":       {1.2, 1.2},
		"beyond it together":          {1.06, 1.1},
		"the first is mended between": {1.3, 1 / 1.3, 1.3},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range searches() {
				r := rand.New(rand.NewPCG(3, seed))
				culprits := map[int]float64{}
				places := r.Perm(inAll - 1)[:len(of)]
				slices.Sort(places)
				for i, place := range places {
					culprits[place+1] = of[i]
				}
				m := machine(seed, commits, culprits)
				m.luck = 0.02
				doc, err := m.search(t, repo, commits)
				require.NoError(t, err)
				require.Equal(t, report.Found, doc.Outcome, "seed %d", seed)
				assert.True(t, m.firstBad(commits, doc.Suspects[0].Hash), "seed %d", seed)
			}
		})
	}
}

// Commits at 12 % can hardly be told from those at 10 %: most are skipped, so that the answer is wide rather than wrong. A step is
// wrong no more often than its alpha allows.
func TestNoiseNarrowsLessAndDoesNotMislead(t *testing.T) {
	repo, commits := line(t, inAll)
	outcomes := map[report.BisectionOutcome]int{}
	steps, wrong := 0, 0
	for seed := range 3 * searches() {
		culprit := 1 + rand.New(rand.NewPCG(4, seed)).IntN(inAll-1)
		m := machine(seed, commits, map[int]float64{culprit: 1.12})
		m.luck = 0.2
		m.times[commits[inAll-1]] = 1.3 // so that there is something to search
		doc, err := m.search(t, repo, commits)
		require.NoError(t, err)
		outcomes[doc.Outcome]++
		misled := false
		for _, step := range doc.Steps {
			is := m.times[step.Commit.Hash] > 1.1
			steps++
			if step.Decision == report.Good && is || step.Decision == report.Bad && !is {
				misled = true
				wrong++
			}
		}
		named := slices.ContainsFunc(doc.Suspects, func(r report.Revision) bool { return r.Hash == commits[culprit] })
		assert.True(t, named || misled || doc.Outcome == report.Undecided, "seed %d: %s leaves the culprit out", seed, doc.Outcome)
	}
	t.Logf("%v, %d of %d steps are wrong", outcomes, wrong, steps)
	assert.Positive(t, outcomes[report.Narrowed])
	assert.LessOrEqual(t, float64(wrong), 0.05*float64(steps))
}

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

// A branch that parted before the good commit lacks what that has: its commits are not searched, and its merge is one of the
// commits.
func TestBranchesAreSearchedThatHaveWhatTheGoodOneHas(t *testing.T) {
	h := newHistory(t)
	h.commit("root")
	h.commit("good", "root")
	h.commit("old", "root") // slow: it lacks what good has
	h.commit("a", "good")
	h.commit("b", "a")
	h.commit("merge-old", "b", "old")
	h.commit("s1", "a")
	h.commit("s2", "s1")
	h.commit("merge", "merge-old", "s2")
	h.commit("bad", "merge")
	for culprit, slow := range map[string][]string{
		"s2":        {"s2", "merge", "bad"},
		"merge":     {"merge", "bad"}, // by none of its parents
		"merge-old": {"merge-old", "merge", "bad"},
		"bad":       {"bad"},
	} {
		t.Run(culprit, func(t *testing.T) {
			m := machine(1, nil, nil)
			for name, hash := range h.commits {
				m.times[hash] = 1
				if name == "old" || slices.Contains(slow, name) {
					m.times[hash] = 1.3
				}
			}
			doc, err := m.search(t, h.repo, []string{h.commits["good"], h.commits["bad"]})
			require.NoError(t, err)
			require.Equal(t, report.Found, doc.Outcome)
			assert.Equal(t, h.commits[culprit], doc.Suspects[0].Hash)
			assert.Equal(t, report.Revision{Hash: h.commits[culprit], Subject: "the commit " + culprit, Author: "Ada",
				Date: "2026-11-29T12:00:00+01:00"}, doc.Suspects[0])
			for _, step := range doc.Steps {
				assert.NotEqual(t, h.commits["old"], step.Commit.Hash)
			}
		})
	}
}

func TestWhatCannotBeSearched(t *testing.T) {
	h := newHistory(t)
	h.commit("root")
	h.commit("main", "root")
	h.commit("side", "root")
	h.commit("apart")
	for _, c := range []struct{ good, bad, says string }{
		{"main", "main", "the good and the bad revision are one commit, "},
		{"main", "root", "the bad revision bad is an ancestor of the good one, good: each commit that is judged must have what the " +
			"good one has; exchange them"},
		{"main", "side", "the good revision good is no ancestor of the bad one, bad: each commit that is judged must have what the " +
			"good one has; both descend from "},
		{"main", "apart", "have no common ancestor"},
	} {
		doc, err := machine(1, nil, nil).search(t, h.repo, []string{h.commits[c.good], h.commits[c.bad]})
		require.ErrorContains(t, err, c.says)
		assert.Equal(t, report.NoSearch, doc.Outcome)
		assert.Empty(t, doc.Steps)
	}
}

func TestABadCommitThatIsNotWorseIsNotSearched(t *testing.T) {
	repo, commits := line(t, 4)
	m := machine(1, commits, nil)
	doc, err := m.search(t, repo, commits)
	require.NoError(t, err)
	assert.Equal(t, report.NotRegressed, doc.Outcome)
	assert.Len(t, doc.Steps, 1)
	assert.Empty(t, doc.Suspects)

	m.broken[commits[3]] = true
	doc, err = m.search(t, repo, commits)
	require.EqualError(t, err, "candidate: undefined: work")
	assert.Equal(t, report.NoSearch, doc.Outcome)
}

// A search that is ended says how far it came.
func TestASearchThatIsEndedSaysWhatIsLeft(t *testing.T) {
	repo, commits := line(t, inAll)
	for name, end := range map[string]func(m *simulated, cancel context.CancelCauseFunc) (Measured, error){
		"cancelled": func(_ *simulated, cancel context.CancelCauseFunc) (Measured, error) {
			cancel(errors.New("enough"))
			return Measured{}, errors.New("killed")
		},
		"no time": func(*simulated, context.CancelCauseFunc) (Measured, error) {
			return Measured{Verdict: policy.Verdict{Outcome: policy.Inconclusive, Reason: policy.Reason{Code: policy.NotMeasured}}}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := machine(1, commits, map[int]float64{3: 1.3})
			ctx, cancel := context.WithCancelCause(t.Context())
			doc := report.Bisection{Alpha: 0.05}
			err := Search{
				Repo: repo, Good: report.Revision{Hash: commits[0]}, Bad: report.Revision{Hash: commits[inAll-1]},
				Measure: func(ctx context.Context, t Try) (Measured, error) {
					if t.Step == 3 {
						return end(m, cancel)
					}
					return m.measure(ctx, t)
				},
				Told: func(report.Bisection) error { return nil },
			}.Run(ctx, &doc)
			want := map[string]string{"cancelled": "enough", "no time": errTimeOver.Error()}[name]
			require.EqualError(t, err, want)
			assert.Equal(t, report.Unfinished, doc.Outcome)
			assert.Len(t, doc.Steps, 2)
			assert.Len(t, doc.Suspects, 16)
		})
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
