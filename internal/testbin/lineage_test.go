package testbin

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
)

func TestLineage(t *testing.T) {
	repo := newRepo(t, shop)
	first := headOf(t, repo)
	step := func(subject, date string) Commit {
		t.Helper()
		t.Setenv("GIT_COMMITTER_DATE", date)
		modtest.Git(t, repo.Root, "commit", "-q", "--allow-empty", "-m", subject)
		return headOf(t, repo)
	}
	main := strings.TrimSpace(run(t, repo.Root, "git", "branch", "--show-current"))
	second := step("a tab\tand a quote \"", "2026-11-02T08:00:00+0100")
	run(t, repo.Root, "git", "checkout", "-q", "-b", "side", first.Hash)
	step("aside", "2026-11-03T08:00:00Z")
	run(t, repo.Root, "git", "checkout", "-q", main)
	modtest.Git(t, repo.Root, "merge", "-q", "--no-ff", "-m", "merged", "side")
	merge := headOf(t, repo)

	got, err := repo.Lineage(t.Context(), merge.Hash, 10)
	require.NoError(t, err)
	require.Len(t, got, 3, "along first parents")
	assert.Equal(t, []string{merge.Hash, second.Hash, first.Hash}, []string{got[0].Hash, got[1].Hash, got[2].Hash})
	assert.Equal(t, "a tab\tand a quote \"", got[1].Subject)
	assert.Equal(t, time.Date(2026, 11, 2, 7, 0, 0, 0, time.UTC), got[1].Time)

	got, err = repo.Lineage(t.Context(), merge.Hash, 2)
	require.NoError(t, err)
	assert.Len(t, got, 2, "no more than asked for")
	_, err = repo.Lineage(t.Context(), strings.Repeat("0", 40), 2)
	require.Error(t, err)

	clone := filepath.Join(t.TempDir(), "clone")
	run(t, t.TempDir(), "git", "clone", "-q", "--depth=2", "file://"+repo.Root, clone)
	shallow, err := Open(t.Context(), clone)
	require.NoError(t, err)
	got, err = shallow.Lineage(t.Context(), merge.Hash, 10)
	require.NoError(t, err)
	assert.Len(t, got, 2, "what a shallow clone has")
}
