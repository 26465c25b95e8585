package bisect

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

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
