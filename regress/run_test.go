package regress

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
)

// repository makes a git repository, whose branches main and feature have a commit more each than their common one, and changes to
// it.
func repository(t *testing.T) (git func(args ...string)) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	git = func(args ...string) {
		t.Helper()
		modtest.Git(t, dir, args...)
	}
	git("init", "-q", "-b", "main")
	git("commit", "-q", "--allow-empty", "-m", "one")
	git("branch", "feature")
	git("commit", "-q", "--allow-empty", "-m", "two")
	git("update-ref", "refs/remotes/origin/main", "main")
	git("checkout", "-q", "feature")
	git("commit", "-q", "--allow-empty", "-m", "three")
	return git
}

func TestRunHeedsNoEnvironment(t *testing.T) {
	atHome(t)
	repository(t)
	out := filepath.Join(t.TempDir(), "out")
	for name, env := range map[string]map[string]string{
		"a pull request": {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main"},
		"a push":         {"GITHUB_EVENT_NAME": "push"},
		"settings":       {"REGRESS_BASELINE": "main", "REGRESS_CANDIDATE": "HEAD", "REGRESS_BUDGET": "no duration"},
	} {
		t.Run(name, func(t *testing.T) {
			for name, value := range env {
				t.Setenv(name, value)
			}
			_, err := Gate{Candidate: "feature", Out: out}.Run(t.Context(), "TestGate", io.Discard)
			assert.ErrorContains(t, err, "there is none to choose by default for a candidate that is not the work tree")
		})
	}
}

func TestASearchOfNothingRemovesNothing(t *testing.T) {
	atHome(t)
	repository(t)
	search := func(out, good string) report.Bisection {
		s, err := Gate{Good: good, Out: out}.settle(fromNowhere)
		require.NoError(t, err)
		s.rerun = byTest
		return s.bisect(t.Context(), "TestBisect", progress.New(nil, nil))
	}
	kept := func(dir string) string {
		file := filepath.Join(dir, "steps", "01", "verdict.json")
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, nil, 0o644))
		return file
	}

	users := kept(".")
	assert.Contains(t, search(".", "nosuch").Error, "has files that are no gate's, such as ")
	assert.Contains(t, search(".", "feature~1").Error, "has files that are no gate's, such as ")
	assert.FileExists(t, users)

	out := t.TempDir()
	assert.Contains(t, search(out, "nosuch").Error, "no such commit")
	earlier := kept(out)
	assert.Contains(t, search(out, "nosuch").Error, "no such commit")
	assert.FileExists(t, earlier)
	assert.Contains(t, search(out, "main").Error, "no ancestor")
	assert.NoFileExists(t, earlier)
}
