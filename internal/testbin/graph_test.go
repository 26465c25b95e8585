package testbin

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Commits of a side branch that parted before the good commit are in no range, and their merge is.
func TestGraph(t *testing.T) {
	repo := newRepo(t, shop)
	root := headOf(t, repo).Hash
	commits := map[string]string{"root": root}
	tree := run(t, repo.Root, "git", "rev-parse", "HEAD^{tree}")
	make := func(name string, parents ...string) {
		args := []string{"commit-tree", tree, "-m", name + "\n\na body"}
		for _, parent := range parents {
			args = append(args, "-p", commits[parent])
		}
		commits[name] = run(t, repo.Root, "git", args...)
	}
	make("good", "root")
	make("old", "root")
	make("1", "good")
	make("merge", "1", "old")
	make("3", "merge")
	make("bad", "3")

	make("branch", "good") // parted from before 1, and so has a way of its own to what is good
	make("end", "bad", "branch")

	beside, err := repo.Beside(t.Context(), commits["good"], commits["end"])
	require.NoError(t, err)
	assert.Equal(t, []string{commits["old"]}, beside)
	entries, err := repo.Range(t.Context(), commits["end"], append(beside, commits["good"], commits["3"])...)
	require.NoError(t, err)
	assert.Len(t, entries, 3, "bad, branch and end")
	entries, err = repo.Range(t.Context(), commits["bad"], append(beside, commits["good"])...)
	require.NoError(t, err)
	var subjects []string
	for _, e := range entries {
		subjects = append(subjects, e.Subject)
		assert.Equal(t, commits[e.Subject], e.Hash)
		assert.Equal(t, "t", e.Author)
		assert.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`, e.Date)
	}
	assert.Equal(t, []string{"1", "merge", "3", "bad"}, subjects)

	halves, err := repo.Halves(t.Context(), commits["bad"], append(beside, commits["good"])...)
	require.NoError(t, err)
	assert.Equal(t, commits["merge"], halves[0], "it has two of four")
	assert.ElementsMatch(t, []string{commits["1"], commits["merge"], commits["3"]}, halves)
	halves, err = repo.Halves(t.Context(), commits["bad"], commits["3"])
	require.NoError(t, err)
	assert.Empty(t, halves)

	one, err := repo.Log(t.Context(), commits["merge"])
	require.NoError(t, err)
	assert.Equal(t, Commit{commits["merge"], "merge"}, one.Commit)
	parents, err := repo.Parents(t.Context(), commits["merge"])
	require.NoError(t, err)
	assert.Equal(t, []string{commits["1"], commits["old"]}, parents)
	none, err := repo.Parents(t.Context(), root)
	require.NoError(t, err)
	assert.Empty(t, none)

	for _, c := range []struct {
		ancestor, descendant string
		want                 bool
	}{{"good", "bad", true}, {"bad", "good", false}, {"old", "1", false}, {"1", "1", true}} {
		got, err := repo.IsAncestor(t.Context(), commits[c.ancestor], commits[c.descendant])
		require.NoError(t, err)
		assert.Equal(t, c.want, got, "%v", c)
	}
	_, err = repo.IsAncestor(t.Context(), "nowhere", root)
	require.Error(t, err)

	files, err := newTree(t, newScratch(t), repo).Tracked(t.Context())
	require.NoError(t, err)
	assert.Len(t, files, 3)
	assert.Regexp(t, `^100644 blob [0-9a-f]{40}$`, files["infer/infer.go"])
}
