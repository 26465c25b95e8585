package testbin

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// saysIn makes a commit with that message, and returns its hash.
func saysIn(t *testing.T, root, message string) string {
	t.Helper()
	run(t, root, "git", "commit", "-q", "--allow-empty", "-m", message)
	return run(t, root, "git", "rev-parse", "HEAD")
}

func TestMessages(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, "")
	old := saysIn(t, repo.Root, "old\n\nmark: 0")
	run(t, repo.Root, "git", "checkout", "-q", "-b", "side")
	onSide := saysIn(t, repo.Root, "side\n\nMARK: 1\n\ntail")
	run(t, repo.Root, "git", "checkout", "-q", "main")
	onMain := saysIn(t, repo.Root, "main\n\nmark: 2")
	saysIn(t, repo.Root, "nothing to see")
	run(t, repo.Root, "git", "merge", "-q", "--no-ff", "-m", "merge\n\nsubject [x] (y)+ mark: 3", "side")
	merge := run(t, repo.Root, "git", "rev-parse", "HEAD")
	run(t, repo.Root, "git", "config", "log.showSignature", "true")
	run(t, repo.Root, "git", "config", "grep.patternType", "perl")

	found := func(from, to string) map[string]string {
		messages, err := repo.Messages(t.Context(), from, to, "mark:")
		require.NoError(t, err)
		all := map[string]string{}
		for _, m := range messages {
			all[m.Hash] = m.Text
		}
		return all
	}
	assert.Equal(t, map[string]string{
		onSide: "side\n\nMARK: 1\n\ntail\n", onMain: "main\n\nmark: 2\n", merge: "merge\n\nsubject [x] (y)+ mark: 3\n",
	}, found(old, merge), "of both parents, and not of the baseline")
	assert.Equal(t, map[string]string{onSide: "side\n\nMARK: 1\n\ntail\n"}, found(onMain, onSide),
		"of a baseline that went another way")
	assert.Empty(t, found(merge, merge))
	assert.Empty(t, found(merge, old), "of a baseline that is newer")

	messages, err := repo.Messages(t.Context(), old, merge, "(y)+ mark: 3")
	require.NoError(t, err)
	require.Len(t, messages, 1, "a text is no pattern")
	_, err = repo.Messages(t.Context(), "main", merge, "mark:")
	require.ErrorIs(t, err, ErrNoCommit)
}

func TestMessagesOfAShallowClone(t *testing.T) {
	t.Parallel()
	origin := newRepo(t, "")
	base := saysIn(t, origin.Root, "base")
	saysIn(t, origin.Root, "mark: 1")
	tip := saysIn(t, origin.Root, "mark: 2")
	run(t, origin.Root, "git", "config", "uploadpack.allowAnySHA1InWant", "true")
	clone := func(depth string) *Repo {
		dir := filepath.Join(t.TempDir(), "clone")
		run(t, origin.Root, "git", "clone", "-q", "--depth="+depth, "file://"+origin.Root, dir)
		repo, err := Open(t.Context(), dir)
		require.NoError(t, err)
		return repo
	}
	t.Run("that has all between both", func(t *testing.T) {
		messages, err := clone("3").Messages(t.Context(), base, tip, "mark:")
		require.NoError(t, err)
		assert.Len(t, messages, 2)
	})
	t.Run("whose baseline was fetched alone", func(t *testing.T) {
		repo := clone("2")
		require.NoError(t, repo.Fetch(t.Context(), base))
		_, err := repo.Messages(t.Context(), base, tip, "mark:")
		require.ErrorIs(t, err, ErrCutOff)
		assert.ErrorContains(t, err, "git fetch --unshallow")
		run(t, repo.Root, "git", "fetch", "-q", "--unshallow")
		messages, err := repo.Messages(t.Context(), base, tip, "mark:")
		require.NoError(t, err)
		assert.Len(t, messages, 2)
	})
}
