package source

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// between is what commits say between a baseline and the work tree.
func between(t *testing.T, dir, baseline string) ([]policy.Trailer, error) {
	t.Helper()
	r := Request{Baseline: report.Setting{Value: baseline, Source: "-regress.baseline"}, Env: func(string) string { return "" }}
	from, to, repo, err := r.Choose(t.Context(), dir)
	require.NoError(t, err)
	return Trailers(t.Context(), repo, from, to)
}

func TestTrailersOfARangeOfCommits(t *testing.T) {
	dir, git := repository(t)
	_, err := between(t, dir, "HEAD")
	require.ErrorIs(t, err, ErrNoRange)
	found, err := between(t, dir, "main")
	require.NoError(t, err)
	assert.Empty(t, found)

	git("commit", "-q", "--allow-empty", "-m", "squashed\n\n* one\n\nPerf-Accept: Chat p95-ns <=+30% one\n\n"+
		"* two\n\nPerf-Accept: Chat req/s >=-5% two\n")
	first := git("rev-parse", "HEAD")
	git("commit", "-q", "--allow-empty", "-m", "three", "-m", "Perf-Accept: Chat ns/op <=+1% three")
	second := git("rev-parse", "HEAD")
	found, err = between(t, dir, "main")
	require.NoError(t, err)
	require.Len(t, found, 3)
	assert.Equal(t, "Perf-Accept: Chat ns/op <=+1% three", found[0].String(), "the newest first")
	assert.Equal(t, second, found[0].Commit)
	assert.Equal(t, []string{"one", "two"}, []string{found[1].Reason, found[2].Reason})
	assert.Equal(t, first, found[1].Commit)
	assert.Equal(t, []int{5, 9}, []int{found[1].Line, found[2].Line})

	found, err = between(t, dir, "HEAD~1")
	require.NoError(t, err)
	assert.Len(t, found, 1, "of this range alone")
	found, err = between(t, dir, second)
	require.ErrorIs(t, err, ErrNoRange)
	assert.Empty(t, found)

	git("checkout", "-q", "--orphan", "other")
	git("commit", "-q", "--allow-empty", "-m", "unrelated\n\nPerf-Accept: Chat p50-ns <=+3% x")
	found, err = between(t, dir, "feature")
	require.NoError(t, err)
	assert.Len(t, found, 1, "a baseline without a common ancestor")
}

func TestTrailersThatCannotBeReadAreNamed(t *testing.T) {
	dir, git := repository(t)
	git("commit", "-q", "--allow-empty", "-m", "s\n\nPerf-Accept: Chat p95-ns +30% one")
	first := git("rev-parse", "HEAD")
	git("commit", "-q", "--allow-empty", "-m", "Perf-Accept: Chat")
	_, err := between(t, dir, "main")
	require.Error(t, err)
	failure, ok := err.(report.Failure)
	require.True(t, ok)
	assert.Equal(t, policy.BadTrailer, failure.Code())
	require.Len(t, failure.Reason.Facts.Problems, 2)
	assert.ErrorContains(t, err, "commit "+first[:12]+`:3: "Perf-Accept: Chat p95-ns +30% one": the ceiling is written`)
	assert.ErrorContains(t, err, "git commit --amend")
}

func TestNoTrailersWhereNoCommitsAreCompared(t *testing.T) {
	saved := Source{Saved: "a.txt", Side: report.Side{Commit: "1"}}
	for name, of := range map[string][2]Source{
		"saved results": {saved, saved},
		"servers":       {{Address: "http://a"}, {Address: "http://b"}},
		"itself":        {{Side: report.Side{Commit: "1"}}, {Side: report.Side{Commit: "1"}}},
	} {
		_, err := Trailers(t.Context(), &testbin.Repo{Root: t.TempDir()}, of[0], of[1])
		assert.ErrorIs(t, err, ErrNoRange, name)
	}
	_, err := Trailers(t.Context(), nil, Source{}, Source{})
	assert.ErrorIs(t, err, ErrNoRange, "no repository")
}
