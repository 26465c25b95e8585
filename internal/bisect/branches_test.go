package bisect

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
)

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
