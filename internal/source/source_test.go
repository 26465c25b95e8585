package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// repository makes a git repository with the branches and commits of a pull request:
//
//	main:    one - two - three
//	              \
//	feature:       four - five
func repository(t *testing.T) (dir string, git func(args ...string) string) {
	dir = t.TempDir()
	git = func(args ...string) string {
		t.Helper()
		return modtest.Git(t, dir, args...)
	}
	git("init", "-q", "-b", "main")
	commit := func(name string) { git("commit", "-q", "--allow-empty", "-m", name) }
	commit("one")
	commit("two")
	git("branch", "feature")
	commit("three")
	git("update-ref", "refs/remotes/origin/main", "main")
	git("checkout", "-q", "feature")
	commit("four")
	commit("five")
	for _, name := range []string{"GITHUB_BASE_REF", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH"} {
		t.Setenv(name, "")
	}
	return dir, git
}

func defaults(t *testing.T, dir string) (baseline, candidate Source) {
	t.Helper()
	baseline, candidate, _, err := Request{Env: os.Getenv}.Choose(t.Context(), dir)
	require.NoError(t, err)
	return baseline, candidate
}

func TestDefaultBaseline(t *testing.T) {
	t.Run("of a pull request is the merge base with its target", func(t *testing.T) {
		dir, _ := repository(t)
		t.Setenv("GITHUB_BASE_REF", "main")
		t.Setenv("GITHUB_EVENT_NAME", "pull_request")
		baseline, candidate := defaults(t, dir)
		assert.Contains(t, baseline.Side.What, "(two)")
		assert.Equal(t, "merge base with the pull request's target main", baseline.Side.Why)
		assert.True(t, candidate.isTree())
	})
	t.Run("of a pull request's other revision is the merge base of that revision", func(t *testing.T) {
		dir, git := repository(t)
		git("branch", "other", "feature~1")
		t.Setenv("GITHUB_BASE_REF", "main")
		request := Request{Candidate: report.Setting{Value: "other", Source: "-regress.candidate"}, Env: os.Getenv}
		baseline, candidate, _, err := request.Choose(t.Context(), dir)
		require.NoError(t, err)
		assert.Contains(t, candidate.Side.What, "(four)")
		assert.Contains(t, baseline.Side.What, "(two)")
		assert.Equal(t, "merge base with the pull request's target main", baseline.Side.Why)
	})
	t.Run("of a push is what the branch pointed at before", func(t *testing.T) {
		dir, git := repository(t)
		t.Setenv("GITHUB_EVENT_NAME", "push")
		baseline, _ := defaults(t, dir)
		assert.Contains(t, baseline.Side.What, "(four)", "without an event, the parent")

		event := filepath.Join(t.TempDir(), "event.json")
		t.Setenv("GITHUB_EVENT_PATH", event)
		require.NoError(t, os.WriteFile(event, fmt.Appendf(nil, `{"before": %q}`, git("rev-parse", "feature~2")), 0o600))
		baseline, _ = defaults(t, dir)
		assert.Contains(t, baseline.Side.What, "(two)")

		require.NoError(t, os.WriteFile(event, fmt.Appendf(nil, `{"before": %q}`, strings.Repeat("0", 40)), 0o600))
		baseline, _ = defaults(t, dir)
		assert.Contains(t, baseline.Side.What, "(four)", "of a new branch, the parent")
	})
	t.Run("of a push's other revision is the merge base of that revision, too", func(t *testing.T) {
		dir, git := repository(t)
		event := filepath.Join(t.TempDir(), "event.json")
		t.Setenv("GITHUB_EVENT_NAME", "push")
		t.Setenv("GITHUB_EVENT_PATH", event)
		request := Request{Candidate: report.Setting{Value: "main", Source: "-regress.candidate"}, Env: os.Getenv}
		for _, c := range []struct{ before, want string }{
			{git("rev-parse", "feature~1"), "(two)"}, // main is on another branch than what was pushed
			{strings.Repeat("0", 40), "(two)"},       // the parent of main, not of what was pushed
		} {
			require.NoError(t, os.WriteFile(event, fmt.Appendf(nil, `{"before": %q}`, c.before), 0o600))
			baseline, candidate, _, err := request.Choose(t.Context(), dir)
			require.NoError(t, err)
			assert.Contains(t, candidate.Side.What, "(three)")
			assert.Contains(t, baseline.Side.What, c.want, c.before)
		}
	})
	t.Run("of a work tree with changes is HEAD", func(t *testing.T) {
		dir, _ := repository(t)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "new.go"), nil, 0o600))
		baseline, candidate := defaults(t, dir)
		assert.Contains(t, baseline.Side.What, "HEAD, ")
		assert.Contains(t, baseline.Side.What, "(five)")
		assert.Equal(t, "the work tree has changes", baseline.Side.Why)
		assert.True(t, candidate.Side.Dirty)
	})
	t.Run("of a clean work tree is the tree itself", func(t *testing.T) {
		dir, _ := repository(t)
		baseline, candidate := defaults(t, dir)
		assert.True(t, baseline.isTree())
		assert.True(t, candidate.isTree())
		assert.Contains(t, baseline.Side.Why, "A/A")
	})
}

func TestAFileThatIsARevisionTooIsRefused(t *testing.T) {
	dir, git := repository(t)
	for _, name := range []string{"results.txt", "old/saved.json"} {
		git("branch", name)
	}
	git("tag", "v1.txt")
	t.Chdir(dir)
	require.NoError(t, os.Mkdir("old", 0o755))
	choose := func(name string) (Source, error) {
		setting := report.Setting{Value: name, Source: "-regress.baseline"}
		baseline, _, _, err := Request{Baseline: setting, Candidate: setting, Env: os.Getenv}.Choose(t.Context(), dir)
		return baseline, err
	}
	revision, err := choose("results.txt")
	require.NoError(t, err)
	assert.Empty(t, revision.Saved, "there is no such file yet")

	for _, name := range []string{"main", "results.txt", "old/saved.json", "v1.txt", "HEAD"} {
		require.NoError(t, os.WriteFile(name, nil, 0o600))
	}
	for name, other := range map[string]string{
		"main": "refs/heads/main", "results.txt": "refs/heads/results.txt",
		"old/saved.json": "refs/heads/old/saved.json", "v1.txt": "refs/tags/v1.txt",
		"HEAD": "HEAD~0",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := choose(name)
			require.ErrorContains(t, err, fmt.Sprintf("(-regress.baseline): %s is a file and a git revision: "+
				"write ./%s for the file, or %s for the revision", name, name, other))
			file, err := choose("./" + name)
			require.NoError(t, err)
			assert.Equal(t, "./"+name, file.Saved)
			absolute, err := choose(filepath.Join(dir, name))
			require.NoError(t, err)
			assert.Equal(t, filepath.Join(dir, name), absolute.Saved)
			revision, err := choose(other)
			require.NoError(t, err)
			assert.Empty(t, revision.Saved)
			assert.NotNil(t, revision.Commit)
		})
	}
	require.NoError(t, os.WriteFile("new.txt", nil, 0o600))
	for _, name := range []string{"new.txt", "./new.txt", "new*.txt"} {
		file, err := choose(name)
		require.NoError(t, err, "no revision has the name")
		assert.Equal(t, name, file.Saved)
	}
	_, err = choose("./none")
	assert.ErrorContains(t, err, "no saved results at ./none")
}

func TestDiscreet(t *testing.T) {
	for value, want := range map[string]string{
		"http://127.0.0.1:8000/v1": "http://127.0.0.1:8000/v1", "https://me:secret@host/v1": "an address at host",
		"https://host/v1?key=secret": "an address at host", "http://host/#secret": "an address at host",
		"https://secret%zz": "an address", "v1.4.0?": "v1.4.0?", "old.txt": "old.txt", "": "",
	} {
		assert.Equal(t, want, Discreet(value))
	}
}

// A file does not win because git was not asked to the end.
func TestAFileIsNotTakenWhereGitCannotTell(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.WriteFile("old.txt", []byte("BenchmarkA 1 1 ns/op\n"), 0o644))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the time is over"))
	given := report.Setting{Name: "baseline", Value: "old.txt", Source: "-regress.baseline"}
	_, _, _, err := Request{Baseline: given, Candidate: given}.Choose(ctx, dir)
	assert.ErrorContains(t, err, "the time is over")
}

func TestAFileIsNotTakenWhereGitIsBroken(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("old.txt", []byte("BenchmarkA 1 1 ns/op\n"), 0o644))
	given := report.Setting{Name: "baseline", Value: "old.txt", Source: "-regress.baseline"}
	_, err := side(t.Context(), given, ".", nil, errors.New("fatal: detected dubious ownership"))
	assert.ErrorContains(t, err, "dubious ownership; write ./old.txt for the file")
	for _, none := range []error{testbin.ErrNotRepo, exec.ErrNotFound} {
		taken, err := side(t.Context(), given, ".", nil, none)
		require.NoError(t, err)
		assert.Equal(t, "old.txt", taken.Saved)
	}
}
