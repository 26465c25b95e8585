package ci

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/tailgate-go/tailgate/internal/readme"
)

// snippet is the block of the page whose first line names the file that it is.
func snippet(t *testing.T, name, kind, file string) string {
	t.Helper()
	page, err := readme.Read(repository(t), name)
	require.NoError(t, err)
	block, err := page.Block(kind, "# "+file+"\n")
	require.NoError(t, err)
	first, text, _ := strings.Cut(block.Text, "\n")
	require.Equal(t, "# "+file, first)
	assert.LessOrEqual(t, strings.Count(text, "\n"), 10, "it is to be adopted in ten lines")
	return text
}

func TestReadmeOnGitHub(t *testing.T) {
	s := newShop(t)
	first := s.git("rev-parse", "HEAD")
	s.write(".github/workflows/gate.yml", snippet(t, "README.md", "yaml", ".github/workflows/gate.yml"))
	second := s.commit("adopt the gate")

	j := s.act("push", push(first, second), "gate.yml")
	require.True(t, j.passed)
	assert.Contains(t, j.summary, "**PASS: 1 ok**")
	assert.FileExists(t, filepath.Join(j.artifacts, "tailgate/TestGate/verdict.json"))

	s.slow()
	j = s.act("push", push(second, s.commit("slower")), "gate.yml")
	require.False(t, j.passed)
	assert.Contains(t, j.summary, "**FAIL: 1 regressed**")
	assert.Len(t, j.errorMarks(), 1)
}

// The README's step without a test, as GitHub's runner gives it to a shell. There is no release to run, so the module knows of the
// tailgate that is here.
func TestReadmesStepOnGitHub(t *testing.T) {
	s := newShop(t)
	page, err := readme.Read(repository(t), "README.md")
	require.NoError(t, err)
	var step string
	for _, code := range page.Code() {
		if text, ok := strings.CutPrefix(code, "run: "); ok {
			require.Empty(t, step, "one step")
			step = strings.Replace(text, "regress/tailgate@latest ", "regress/tailgate ", 1)
		}
	}
	require.Contains(t, step, "go run ")
	event := filepath.Join(t.TempDir(), "event.json")
	run := func(before, after string) (string, error) {
		require.NoError(t, os.WriteFile(event, []byte(push(before, after)), 0o644))
		cmd := exec.Command("sh", "-e", "-c", step)
		cmd.Dir = s.dir
		cmd.Env = append(s.env,
			"CI=true", "GITHUB_ACTIONS=true", "GITHUB_EVENT_NAME=push", "GITHUB_EVENT_PATH="+event, "GITHUB_SHA="+after)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	first := s.git("rev-parse", "HEAD")
	second := s.commit("as fast")
	out, err := run(first, second)
	require.NoError(t, err, out)
	assert.Contains(t, out, "PASS: ")

	s.slow()
	out, err = run(second, s.commit("slower"))
	var failed *exec.ExitError
	require.ErrorAs(t, err, &failed, out)
	assert.Equal(t, 1, failed.ExitCode(), "whatever it was, go run says 1")
	assert.Contains(t, out, "FAIL: 1 regressed")
}

func TestReadmeOnGitLab(t *testing.T) {
	s := newShop(t)
	var file map[string]struct {
		Script    []string
		Variables map[string]string
		Artifacts struct {
			When    string
			Paths   []string
			Reports struct{ JUnit string }
		}
	}
	require.NoError(t, yaml.Unmarshal([]byte(snippet(t, "docs/ci.md", "yaml", ".gitlab-ci.yml")), &file))
	job, ok := file["gate"]
	require.True(t, ok)
	assert.Equal(t, "0", job.Variables["GIT_DEPTH"], "the baseline is in the history")
	assert.Equal(t, "always", job.Artifacts.When)

	given := map[string]string{"CI": "true", "GITLAB_CI": "true", "CI_MERGE_REQUEST_DIFF_BASE_SHA": s.git("rev-parse", "HEAD")}
	s.commit("as fast")
	run := func() (string, error) {
		cmd := exec.Command("sh", "-ec", strings.Join(job.Script, "\n"))
		cmd.Dir, cmd.Env = s.dir, s.env
		for name, value := range given {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		for name, value := range job.Variables {
			cmd.Env = append(cmd.Env, name+"="+os.Expand(value, func(name string) string { return given[name] }))
		}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := run()
	require.NoError(t, err, out)
	assert.Contains(t, out, "PASS: 1 ok")
	assert.Contains(t, out, "merge base with the base of the merge request")
	assert.Contains(t, out, "a GitLab runner with ")
	for _, path := range job.Artifacts.Paths {
		assert.FileExists(t, filepath.Join(s.dir, path, "TestGate/verdict.json"))
		assert.Equal(t, path+"**/junit.xml", job.Artifacts.Reports.JUnit)
		assert.FileExists(t, filepath.Join(s.dir, path, "TestGate/junit.xml"))
	}

	s.slow()
	s.commit("slower")
	out, err = run()
	require.Error(t, err, out)
	assert.Contains(t, out, "FAIL: 1 regressed")
}

func TestReadmeWithMake(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not on PATH")
	}
	s := newShop(t)
	s.write("Makefile", snippet(t, "docs/ci.md", "make", "Makefile"))
	s.commit("adopt the gate")
	s.git("update-ref", "refs/remotes/origin/main", "HEAD")
	s.git("checkout", "-q", "-b", "feature")
	run := func() (string, error) {
		cmd := exec.Command("make", "gate")
		cmd.Dir, cmd.Env = s.dir, s.env
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := run()
	require.NoError(t, err, out)
	assert.Contains(t, out, "PASS: 1 ok")

	s.slow()
	s.commit("slower")
	out, err = run()
	require.Error(t, err, out)
	assert.Contains(t, out, "FAIL: 1 regressed")
}
