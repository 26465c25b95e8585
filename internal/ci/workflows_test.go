package ci

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// push is the event of a push to main.
func push(before, after string) string {
	return fmt.Sprintf(`{"ref": "refs/heads/main", "before": %q, "after": %q, "deleted": false}`, before, after)
}

// pullRequest is the event of a pull request to main.
const pullRequest = `{"number": 7, "pull_request": {"number": 7, "base": {"ref": "main"}, "head": {"ref": "feature"}}}`

// dispatch is the event of a person who starts a workflow, with inputs as JSON.
func dispatch(inputs string) string {
	return fmt.Sprintf(`{"ref": "refs/heads/main", "inputs": {%s}}`, inputs)
}

func assertResults(t *testing.T, j job) {
	t.Helper()
	for _, name := range []string{"baseline.txt", "candidate.txt", "verdict.json", "report.md", "summary.md", "report.html"} {
		found, err := filepath.Glob(filepath.Join(j.artifacts, "tailgate/*/TestGate", name))
		require.NoError(t, err)
		assert.Len(t, found, 1, "%s is no artifact", name)
	}
}

// errorMarks are the marks that are errors.
func (j job) errorMarks() []string {
	var errors []string
	for _, m := range j.marks {
		if strings.HasPrefix(m, "::error") {
			errors = append(errors, m)
		}
	}
	return errors
}

func TestGateWorkflow(t *testing.T) {
	s := newShop(t).adopt()
	first := s.git("rev-parse", "HEAD")
	s.write("README.md", "A shop.\n")
	second := s.commit("describe it")

	t.Run("a push that changes nothing is green", func(t *testing.T) {
		s := s.in(t)
		j := s.act("push", push(first, second), "gate.yml")
		require.True(t, j.passed)
		assert.Contains(t, j.summary, "**PASS: 1 ok**")
		assert.Contains(t, j.summary, "the commit before the push")
		assert.Regexp(t, `a hosted runner with \d+ CPUs?: it takes a change of [\d.]+ % to be red here in MLP p50-ns`, j.summary)
		assert.Empty(t, j.marks)
		assert.Contains(t, j.ignored, "::error::told by a test")
		assertResults(t, j)
	})

	t.Run("a push after a slower commit is red, at the benchmark's line", func(t *testing.T) {
		s := s.in(t)
		s.slow()
		j := s.act("push", push(second, s.commit("slower")), "gate.yml")
		require.False(t, j.passed)
		assert.Contains(t, j.summary, "**FAIL: 1 regressed**")
		assert.Contains(t, j.summary, "| **regressed** | `MLP` |")
		require.Len(t, j.errorMarks(), 1)
		line := 1 + strings.Count(strings.Split(read(t, filepath.Join(s.dir, "workload/serve_test.go")), "func Bench")[0], "\n")
		assert.Regexp(t,
			fmt.Sprintf(`^::error file=workload/serve_test.go,line=%d,title=tailgate%%3A regressed%%3A MLP p50-ns::\+\d+\.\d\d %%25: `,
				line), j.errorMarks()[0])
		assertResults(t, j)
	})

	t.Run("a pull request is compared with the merge base, and commented", func(t *testing.T) {
		s := s.in(t)
		s.git("checkout", "-q", "-b", "feature", first)
		s.slow()
		s.commit("slower")
		s.git("checkout", "-q", "--detach", "main") // as GitHub does it: the target with the branch merged into it
		s.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
		gh := newGH(t)
		j := s.act("pull_request", pullRequest, "gate.yml", gh.env(s.env)...)
		require.False(t, j.passed)
		assert.Contains(t, j.summary, "**FAIL: 1 regressed**")
		assert.Contains(t, j.summary, "merge base with the pull request's target main")
		assert.Len(t, j.errorMarks(), 1)
		assertResults(t, j)
		assert.Contains(t, gh.calls(), "api --silent --method POST repos/")
		assert.Contains(t, gh.body(), "**FAIL: 1 regressed**")
	})

	t.Run("a shallow clone fetches the commit before the push", func(t *testing.T) {
		s := s.in(t)
		s.edit(".github/workflows/gate.yml", "fetch-depth: 0", "fetch-depth: 1")
		j := s.act("push", push(first, second), "gate.yml")
		require.True(t, j.passed)
		assert.Contains(t, j.summary, "the commit before the push")
	})

	t.Run("a shallow clone of a pull request is red, with the cure", func(t *testing.T) {
		s := s.in(t)
		s.edit(".github/workflows/gate.yml", "fetch-depth: 0", "fetch-depth: 1")
		s.git("checkout", "-q", "--detach", "main")
		s.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
		gh := newGH(t)
		j := s.act("pull_request", pullRequest, "gate.yml", gh.env(s.env)...)
		require.False(t, j.passed)
		assert.Contains(t, j.summary, "**FAIL: invalid: nothing could be judged**")
		require.Len(t, j.errorMarks(), 1)
		assert.Contains(t, j.errorMarks()[0], "with actions/checkout: fetch-depth: 0")
		assert.Contains(t, j.log, "this clone is shallow: git fetch --deepen=50")
		assert.FileExists(t, filepath.Join(j.artifacts, "tailgate/regress/TestGate/verdict.json"))
	})

	t.Run("a baseline that is gone is red, with the cure", func(t *testing.T) {
		s := s.in(t)
		j := s.act("push", push(strings.Repeat("5eed", 10), second), "gate.yml")
		require.False(t, j.passed)
		assert.Contains(t, j.summary, "**FAIL: invalid: nothing could be judged**")
		require.Len(t, j.errorMarks(), 1)
		assert.Contains(t, j.errorMarks()[0], "no such commit; a forced push may have removed it: git fetch origin 5eed")
	})

	t.Run("a gate that does not run is red", func(t *testing.T) {
		s := s.in(t)
		s.edit(".github/workflows/gate.yml", "packages: ./regress", "packages: ./workload")
		j := s.act("push", push(first, second), "gate.yml")
		require.False(t, j.passed)
		assert.Contains(t, j.summary, "**FAIL: invalid: no gate has left a verdict**")
		assert.Contains(t, strings.Join(j.errorMarks(), "\n"), "see that the input run matches a test that calls regress.Check")
	})
}

func TestPassGateWorkflow(t *testing.T) {
	s := newShop(t).adopt()

	t.Run("a commit against itself is green", func(t *testing.T) {
		j := s.in(t).act("workflow_dispatch", dispatch(""), "pass-gate.yml")
		require.True(t, j.passed)
		assert.Contains(t, j.summary, "**PASS: 1 ok**")
		assert.Contains(t, j.summary, "the test binaries of both sides are identical")
		assertResults(t, j)
	})

	t.Run("a benchmark that fails is red", func(t *testing.T) {
		j := s.in(t).act("workflow_dispatch", dispatch(""), "pass-gate.yml", "SHOP=fails")
		require.False(t, j.passed)
		assert.Contains(t, j.summary, "**FAIL: invalid: nothing could be judged**")
		assert.Contains(t, strings.Join(j.errorMarks(), "\n"), "out of order")
	})
}

func TestControlledRegressionWorkflow(t *testing.T) {
	s := newShop(t).adopt()

	t.Run("is green when the gate goes red", func(t *testing.T) {
		j := s.in(t).act("workflow_dispatch", dispatch(""), "controlled-regression.yml")
		require.True(t, j.passed)
		assert.Contains(t, j.summary, "**FAIL: 1 regressed**")
		for _, setting := range []string{"`bench = ^BenchmarkMLP$` (from `REGRESS_BENCH`)", "`budget = 2m` (from `REGRESS_BUDGET`)",
			"`inject = 25%` (from `REGRESS_INJECT`)"} {
			assert.Contains(t, j.summary, "- setting: "+setting)
		}
		assert.Contains(t, j.summary, "**PASS: the checker said FAIL: a planted slowdown of 25% is regressed**")
		assert.Empty(t, j.errorMarks())
		assert.Regexp(t, `::notice file=workload/serve_test.go,.* \(25%25 planted on purpose\)`, strings.Join(j.marks, "\n"))
		assertResults(t, j)
	})

	t.Run("is red when the gate stays green", func(t *testing.T) {
		j := s.in(t).act("workflow_dispatch", dispatch(`"size": "1us"`), "controlled-regression.yml")
		require.False(t, j.passed)
		assert.Contains(t, j.summary, "**PASS: 1 ok**")
		assert.Contains(t, j.summary,
			"**FAIL: the checker did not say FAIL because of a planted slowdown of 1us: its step ended in success, its outcome is ok**")
		assertResults(t, j)
	})

	t.Run("is red when the gate cannot measure", func(t *testing.T) {
		j := s.in(t).act("workflow_dispatch", dispatch(""), "controlled-regression.yml", "SHOP=fails")
		require.False(t, j.passed)
		assert.Contains(t, j.summary, "its step ended in failure, its outcome is invalid**")
	})
}

func TestNightlyWorkflow(t *testing.T) {
	s := newShop(t).adopt()

	t.Run("without a release it is red, and says what to do", func(t *testing.T) {
		j := s.in(t).act("schedule", `{"schedule": "17 3 * * *"}`, "nightly.yml")
		require.False(t, j.passed)
		require.Len(t, j.errorMarks(), 1)
		assert.Contains(t, j.errorMarks()[0], "no release tag such as v1.2.3 is an ancestor of the baseline")
	})

	s.git("tag", "v1.0.0")
	s.edit("workload/work.go", "300_000", "330_000")
	s.commit("a little slower")
	s.edit("workload/work.go", "330_000", "600_000")
	s.commit("and a little more")

	t.Run("what crept in since the newest release is red", func(t *testing.T) {
		j := s.in(t).act("schedule", `{"schedule": "17 3 * * *"}`, "nightly.yml")
		require.False(t, j.passed)
		assert.Contains(t, j.summary, "**FAIL: 1 drifted**")
		assert.Contains(t, j.summary, "the newest release before the baseline")
		assert.Len(t, j.errorMarks(), 1)
		assertResults(t, j)
	})

	t.Run("a person may name another anchor", func(t *testing.T) {
		j := s.in(t).act("workflow_dispatch", dispatch(`"anchor": "HEAD~1"`), "nightly.yml")
		require.False(t, j.passed)
		assert.Contains(t, j.summary, "**FAIL: 1 drifted**")
		assert.Contains(t, j.summary, "given by REGRESS_ANCHOR")
	})
}

func TestShardedGateWorkflow(t *testing.T) {
	s := newShop(t)
	s.write("workload/more_test.go",
		strings.ReplaceAll(read(t, filepath.Join(s.dir, "workload/serve_test.go")), "BenchmarkMLP", "BenchmarkOther"))
	s.adopt()

	t.Run("both shards and the merge are green", func(t *testing.T) {
		j := s.in(t).act("workflow_dispatch", dispatch(""), "sharded-gate.yml")
		require.True(t, j.passed)
		assert.Contains(t, j.summary, "shard 1 of 2: it has 1 of the gate's 2 benchmarks")
		assert.Contains(t, j.summary, "shard 2 of 2: it has 1 of the gate's 2 benchmarks")
		assert.Contains(t, j.summary, "**PASS: 2 ok**")
		assert.Empty(t, j.errorMarks())
		for _, name := range []string{"shard-1/regress/TestGate/shard-1-of-2/shard.json",
			"shard-2/regress/TestGate/shard-2-of-2/shard.json",
			"tailgate/regress/TestMerge/verdict.json", "tailgate/regress/TestMerge/report.html"} {
			assert.FileExists(t, filepath.Join(j.artifacts, name))
		}
	})

	t.Run("a planted regression is red in each shard, and in the merge", func(t *testing.T) {
		j := s.in(t).act("workflow_dispatch", dispatch(`"inject": "50%"`), "sharded-gate.yml")
		require.False(t, j.passed)
		assert.Equal(t, 2, strings.Count(j.summary, "**FAIL: 1 regressed**"))
		assert.Contains(t, j.summary, "**FAIL: 2 regressed**")
		assert.FileExists(t, filepath.Join(j.artifacts, "tailgate/regress/TestMerge/verdict.json"))
	})

	t.Run("a shard that is missing is red", func(t *testing.T) {
		s := s.in(t)
		s.edit(".github/workflows/sharded-gate.yml", "shard: [1, 2]", "shard: [1]")
		j := s.act("workflow_dispatch", dispatch(""), "sharded-gate.yml")
		require.False(t, j.passed)
		assert.Contains(t, j.summary, "**PASS: 1 ok**")
		assert.Contains(t, j.summary, "**FAIL: invalid: nothing could be judged**")
		require.Len(t, j.errorMarks(), 1)
		assert.Contains(t, j.errorMarks()[0], "shard 2 of 2 is missing, which was to measure Other")
	})
}

func TestCIWorkflow(t *testing.T) {
	s := newShop(t).adopt()
	head := s.git("rev-parse", "HEAD")

	t.Run("is green, and runs every part", func(t *testing.T) {
		j := s.in(t).act("push", push(head, head), "ci.yml")
		require.True(t, j.passed)
		for _, part := range parts(t) {
			assert.Contains(t, j.log, "part "+part+" of CI")
		}
	})

	t.Run("is red when a part is", func(t *testing.T) {
		require.False(t, s.in(t).act("pull_request", pullRequest, "ci.yml", "SHOP=checks fails").passed)
	})
}

func TestEveryWorkflowIsRunHere(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join(repository(t), ".github/workflows"))
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	assert.Equal(t, []string{
		"ci.yml", "controlled-regression.yml", "gate.yml", "nightly.yml", "pass-gate.yml", "serving.yml", "sharded-gate.yml",
	}, names)
}
