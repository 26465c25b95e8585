package source

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
)

// asked is a request in an environment of these variables alone, as NAME=value; event is the payload of GitHub's.
func asked(t *testing.T, event string, env ...string) Request {
	t.Helper()
	set := map[string]string{}
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		set[name] = value
	}
	if event != "" {
		set["GITHUB_EVENT_PATH"] = filepath.Join(t.TempDir(), "event.json")
		require.NoError(t, os.WriteFile(set["GITHUB_EVENT_PATH"], []byte(event), 0o600))
	}
	return Request{Env: func(name string) string { return set[name] }}
}

// The work tree is at five, on feature, which left main at two.
func TestBaselineThatCINames(t *testing.T) {
	dir, git := repository(t)
	three, five := git("rev-parse", "main"), git("rev-parse", "feature")
	four := git("rev-parse", "feature~1")
	const target = "merge base with the pull request's target main"
	base := func(of string) string { return fmt.Sprintf(of, `{"base": {"ref": "main", "sha": "`+three+`"}}`) }
	git("update-ref", "refs/remotes/origin/release", "feature")
	zeros := strings.Repeat("0", 40)
	trunk := func(branch string) string { return `{"default_branch": "` + branch + `"}}` }
	for name, c := range map[string]struct {
		event string
		env   []string
		want  string
		why   string
	}{
		"GitHub's pull_request":        {"", []string{"GITHUB_EVENT_NAME=pull_request", "GITHUB_BASE_REF=main"}, "two", target},
		"GitHub's pull_request_target": {"", []string{"GITHUB_EVENT_NAME=pull_request_target", "GITHUB_BASE_REF=main"}, "two", target},
		"GitHub's pull_request_review": {base(`{"pull_request": %s}`), []string{"GITHUB_EVENT_NAME=pull_request_review"}, "two", target},
		"GitHub's check_run": {base(`{"check_run": {"pull_requests": [%s]}}`), []string{"GITHUB_EVENT_NAME=check_run"},
			"two", target},
		"GitHub's check_suite": {base(`{"check_suite": {"pull_requests": [%s]}}`), []string{"GITHUB_EVENT_NAME=check_suite"},
			"two", target},
		"GitHub's workflow_run": {base(`{"workflow_run": {"event": "pull_request", "pull_requests": [%s]}}`),
			[]string{"GITHUB_EVENT_NAME=workflow_run"}, "two", target},
		"GitHub's merge_group": {`{"merge_group": {"base_sha": "` + three + `"}}`, []string{"GITHUB_EVENT_NAME=merge_group"},
			"two", "merge base with the base of the merge group"},
		"GitHub's push": {`{"before": "` + four + `"}`, []string{"GITHUB_EVENT_NAME=push"}, "four", "the commit before the push"},
		"Gitea's pull_request": {"", []string{"GITEA_ACTIONS=true", "GITHUB_EVENT_NAME=pull_request", "GITHUB_BASE_REF=main"},
			"two", target},
		"GitLab's merge request": {"", []string{"GITLAB_CI=true", "CI_PIPELINE_SOURCE=merge_request_event",
			"CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main", "CI_MERGE_REQUEST_DIFF_BASE_SHA=" + four},
			"four", "merge base with the base of the merge request"},
		"GitLab's merge request with the result of merging": {"", []string{"CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main",
			"CI_MERGE_REQUEST_DIFF_BASE_SHA=" + four, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA=" + three},
			"two", "merge base with the base of the merge request"},
		"GitLab's merge request without commits": {"", []string{"CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main"},
			"two", "merge base with the merge request's target main"},
		"GitLab's external pull request": {"", []string{"CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME=main",
			"CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA=" + three}, "two", "merge base with the base of the pull request"},
		"GitLab's push": {"", []string{"GITLAB_CI=true", "CI_PIPELINE_SOURCE=push", "CI_COMMIT_BEFORE_SHA=" + four},
			"four", "the commit before the push"},
		"GitLab's push of a new branch": {"", []string{"GITLAB_CI=true", "CI_PIPELINE_SOURCE=push",
			"CI_COMMIT_BEFORE_SHA=" + zeros, "CI_DEFAULT_BRANCH=main"},
			"two", "merge base with the default branch main: the branch is new"},
		"GitHub's push of a new branch": {`{"before": "` + zeros + `", "ref": "refs/heads/feature", "repository": ` + trunk("main"),
			[]string{"GITHUB_EVENT_NAME=push"}, "two", "merge base with the default branch main: the branch is new"},
		"GitHub's push of a tag": {`{"before": "` + zeros + `", "ref": "refs/tags/v1", "repository": ` + trunk("release"),
			[]string{"GITHUB_EVENT_NAME=push"}, "four", "the parent: the tag is new"},
		"a new branch of a clone without the default one": {`{"before": "` + zeros + `", "repository": ` + trunk("trunk"),
			[]string{"GITHUB_EVENT_NAME=push"},
			"four", "the parent: the branch is new, and a merge base with origin/trunk is not in the clone"},
		"a push without an event": {"", []string{"GITHUB_EVENT_NAME=push"},
			"four", "the parent: what was there before the push is not told"},
		"a new branch, and no default one is told": {`{"before": "` + zeros + `"}`, []string{"GITHUB_EVENT_NAME=push"},
			"four", "the parent: the branch is new"},
		"Buildkite's pull request": {"", []string{"BUILDKITE_PULL_REQUEST=7", "BUILDKITE_PULL_REQUEST_BASE_BRANCH=main"}, "two", target},
		"Jenkins' change request": {"", []string{"CHANGE_ID=7", "CHANGE_TARGET=main"},
			"two", "merge base with the change request's target main"},
	} {
		t.Run(name, func(t *testing.T) {
			baseline, candidate, _, err := asked(t, c.event, c.env...).Choose(t.Context(), dir)
			require.NoError(t, err)
			assert.Contains(t, baseline.Side.What, "("+c.want+")")
			assert.Equal(t, c.why, baseline.Side.Why)
			assert.Equal(t, five, candidate.Side.Commit)
		})
	}
}

func TestTheFirstCommitHasNothingToCompareWith(t *testing.T) {
	dir, git := repository(t)
	git("checkout", "-q", "--orphan", "new")
	git("commit", "-q", "--allow-empty", "-m", "root")
	const pushed, event = "GITHUB_EVENT_NAME=push", `{"before": "0000000000", "repository": {"default_branch": "new"}}`
	_, _, _, err := asked(t, event, pushed).Choose(t.Context(), dir)
	require.EqualError(t, err, "baseline: this is the first commit: there is nothing to compare it with; the next is compared with it")

	git("checkout", "-q", "feature")
	clone := filepath.Join(t.TempDir(), "clone")
	git("clone", "-q", "--depth", "1", "file://"+dir, clone)
	_, _, _, err = asked(t, event, pushed).Choose(t.Context(), clone)
	require.ErrorContains(t, err, "no such commit; this clone is shallow", "one that was cut off is no first one")
}

// GitLab clones 20 commits by default, and a branch may have parted from its target long before: it names that commit.
func TestGitLabNamesTheMergeBaseOfAShallowClone(t *testing.T) {
	dir, git := repository(t)
	git("config", "uploadpack.allowAnySHA1InWant", "true")
	two := git("rev-parse", "main~1")
	clone := filepath.Join(t.TempDir(), "clone")
	git("clone", "-q", "--depth", "1", "--branch", "feature", "file://"+dir, clone)
	baseline, _, _, err := asked(t, "", "GITLAB_CI=true", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main",
		"CI_MERGE_REQUEST_DIFF_BASE_SHA="+two).Choose(t.Context(), clone)
	require.NoError(t, err)
	assert.Equal(t, two, baseline.Side.Commit)
}

func TestNoChangeThatCINames(t *testing.T) {
	dir, _ := repository(t)
	for name, c := range map[string]struct {
		event string
		env   []string
	}{
		"no CI":                             {"", nil},
		"GitHub's schedule":                 {`{"schedule": "0 0 * * *"}`, []string{"GITHUB_EVENT_NAME=schedule"}},
		"GitHub's workflow_dispatch":        {`{"inputs": {}}`, []string{"GITHUB_EVENT_NAME=workflow_dispatch"}},
		"GitHub's comment on an issue":      {`{"issue": {"number": 7}}`, []string{"GITHUB_EVENT_NAME=issue_comment"}},
		"GitHub's workflow_run of a push":   {`{"workflow_run": {"event": "push"}}`, []string{"GITHUB_EVENT_NAME=workflow_run"}},
		"an event that is no JSON":          {`{"pull_request": `, []string{"GITHUB_EVENT_NAME=release"}},
		"GitLab's schedule":                 {"", []string{"GITLAB_CI=true", "CI_PIPELINE_SOURCE=schedule"}},
		"Buildkite's build of a branch":     {"", []string{"BUILDKITE_PULL_REQUEST=false", "BUILDKITE_PULL_REQUEST_BASE_BRANCH="}},
		"Jenkins' build of a branch":        {"", []string{"CHANGE_ID=", "BRANCH_NAME=main"}},
		"CircleCI's job of a branch":        {"", []string{"CIRCLECI=true", "CIRCLE_BRANCH=main"}},
		"variables of GitHub without event": {`{"before": "1"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			baseline, _, _, err := asked(t, c.event, c.env...).Choose(t.Context(), dir)
			require.NoError(t, err)
			assert.Contains(t, baseline.Side.Why, "A/A")

			r := asked(t, c.event, c.env...)
			r.InCI, r.Anchored = true, true
			_, _, _, err = r.Choose(t.Context(), dir)
			require.NoError(t, err, "there is an anchor to compare with")

			r.Anchored = false
			_, _, _, err = r.Choose(t.Context(), dir)
			require.ErrorContains(t, err, "baseline: nothing says what has changed: this is CI")
			assert.ErrorContains(t, err, "give one with -regress.baseline or Gate.Baseline")
			assert.ErrorContains(t, err, "it would be compared with itself, and always pass")

			left := filepath.Join(dir, "left.txt") // by a step before
			require.NoError(t, os.WriteFile(left, nil, 0o600))
			defer os.Remove(left)
			_, _, _, err = r.Choose(t.Context(), dir)
			require.ErrorContains(t, err, "baseline: nothing says what has changed: this is CI")
			assert.ErrorContains(t, err, "; or, where those changes are what is to be judged, HEAD")
		})
	}
}

// In CI the work tree is not compared with itself, nor with the commit that it is at, unless somebody means it.
func TestNothingToCompareWithInCI(t *testing.T) {
	dir, git := repository(t)
	none := report.Setting{Value: "HEAD", Source: "-regress.baseline"}
	for name, c := range map[string]struct {
		ask  func(r *Request)
		dirt bool
		why  string
	}{
		"a baseline is named":     {func(r *Request) { r.Baseline = none }, false, "given by -regress.baseline"},
		"both sides are named":    {func(r *Request) { r.Baseline, r.Candidate = none, none }, false, "given by -regress.baseline"},
		"what is equal, is meant": {func(r *Request) { r.Identical = true }, false, "A/A"},
		"a slowdown is planted":   {func(r *Request) { r.Planted = true }, false, "A/A"},
		"a self-test":             {func(r *Request) { r.Itself = true }, false, "a self-test compares the work tree with itself"},
		"changes are meant":       {func(r *Request) { r.Baseline = none }, true, "given by -regress.baseline"},
		"and equality of them":    {func(r *Request) { r.Identical = true }, true, "the work tree has changes"},
	} {
		t.Run(name, func(t *testing.T) {
			r := asked(t, "")
			r.InCI = true
			c.ask(&r)
			left := filepath.Join(dir, "left.txt")
			if c.dirt {
				require.NoError(t, os.WriteFile(left, nil, 0o600))
				defer os.Remove(left)
			}
			baseline, candidate, _, err := r.Choose(t.Context(), dir)
			require.NoError(t, err)
			assert.Contains(t, baseline.Side.Why, c.why)
			assert.Equal(t, git("rev-parse", "HEAD"), candidate.Side.Commit)
		})
	}
}

// The work tree is at three, main itself.
func TestOneCommitWhereCISaysThatThereIsAChange(t *testing.T) {
	dir, git := repository(t)
	git("checkout", "-q", "main")
	three := git("rev-parse", "main")
	pull := `{"base": {"ref": "main"}, "head": {"sha": "1"}}`
	for name, c := range map[string]struct {
		event string
		env   []string
		says  string
		how   string
	}{
		"pull_request_target": {`{"pull_request": ` + pull + `}`,
			[]string{"GITHUB_EVENT_NAME=pull_request_target", "GITHUB_BASE_REF=main"}, "GitHub's pull_request_target",
			"fetch-depth: 0; this event checks out the target"},
		"pull_request_review": {`{"pull_request": ` + pull + `}`, []string{"GITHUB_EVENT_NAME=pull_request_review"},
			"GitHub's pull_request_review", "ref: ${{ github.event.pull_request.head.sha }} and fetch-depth: 0)"},
		"merge_group": {`{"merge_group": {"base_sha": "` + three + `"}}`, []string{"GITHUB_EVENT_NAME=merge_group"},
			"GitHub's merge_group", "ref: ${{ github.event.merge_group.head_sha }}"},
		"push": {`{"before": "` + three + `"}`, []string{"GITHUB_EVENT_NAME=push"},
			"GitHub's push", "ref: ${{ github.event.after }}"},
		"workflow_run": {`{"workflow_run": {"pull_requests": [` + pull + `]}}`, []string{"GITHUB_EVENT_NAME=workflow_run"},
			"GitHub's workflow_run", "ref: ${{ github.event.workflow_run.head_sha }}"},
		"check_run": {`{"check_run": {"pull_requests": [` + pull + `]}}`, []string{"GITHUB_EVENT_NAME=check_run"},
			"GitHub's check_run", "ref: ${{ github.event.check_run.head_sha }}"},
		"Gitea": {"", []string{"GITEA_ACTIONS=true", "GITHUB_EVENT_NAME=pull_request_target", "GITHUB_BASE_REF=main"},
			"Gitea's pull_request_target", "ref: ${{ github.event.pull_request.head.sha }}"},
		"GitLab": {"", []string{"CI_MERGE_REQUEST_DIFF_BASE_SHA=" + three}, "GitLab's CI_MERGE_REQUEST_*", "git checkout $CI_COMMIT_SHA"},
		"GitLab's push": {"", []string{"GITLAB_CI=true", "CI_PIPELINE_SOURCE=push", "CI_COMMIT_BEFORE_SHA=" + three},
			"GitLab's CI_PIPELINE_SOURCE (push)", "git checkout $CI_COMMIT_SHA"},
		"Buildkite": {"", []string{"BUILDKITE_PULL_REQUEST=7", "BUILDKITE_PULL_REQUEST_BASE_BRANCH=main"},
			"Buildkite's BUILDKITE_PULL_REQUEST", "git checkout $BUILDKITE_COMMIT"},
		"Jenkins": {"", []string{"CHANGE_ID=7", "CHANGE_TARGET=main"}, "Jenkins' CHANGE_ID", "checkout scm"},
	} {
		t.Run(name, func(t *testing.T) {
			r := asked(t, c.event, c.env...)
			_, _, _, err := r.Choose(t.Context(), dir)
			require.ErrorContains(t, err, c.says+" says that there is a change, and the baseline and the candidate are one commit, "+
				three[:12]+": check out the change (")
			assert.ErrorContains(t, err, c.how)

			given := report.Setting{Value: "main", Source: "-regress.baseline"}
			r.Baseline = given
			_, _, _, err = r.Choose(t.Context(), dir)
			require.ErrorContains(t, err, "one commit", "the baseline that is given is the candidate, too")
			r.Candidate = given
			_, _, _, err = r.Choose(t.Context(), dir)
			require.NoError(t, err, "both are named alike")
			r.Candidate = report.Setting{Value: "HEAD", Source: "-regress.candidate"}
			_, _, _, err = r.Choose(t.Context(), dir)
			require.ErrorContains(t, err, "one commit", "and not alike")

			r = asked(t, c.event, c.env...)
			r.Planted = true
			_, _, _, err = r.Choose(t.Context(), dir)
			require.NoError(t, err, "a slowdown is planted")
			r.Planted, r.Itself = false, true
			_, _, _, err = r.Choose(t.Context(), dir)
			require.NoError(t, err, "a self-test")
		})
	}
	t.Run("a work tree with changes", func(t *testing.T) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "left.go"), nil, 0o600))
		r := asked(t, "", "GITHUB_EVENT_NAME=pull_request_target", "GITHUB_BASE_REF=main")
		_, _, _, err := r.Choose(t.Context(), dir)
		require.ErrorContains(t, err, "; where it is what the work tree has changed, name the baseline: -regress.baseline=HEAD")
		r.Baseline = report.Setting{Value: "HEAD", Source: "-regress.baseline"}
		_, _, _, err = r.Choose(t.Context(), dir)
		require.NoError(t, err)
	})
}

func TestChangeWithoutABase(t *testing.T) {
	dir, _ := repository(t)
	for name, c := range map[string]struct{ event, env, says string }{
		"CircleCI": {"", "CIRCLE_PULL_REQUEST=https://github.com/shop/shop/pull/7",
			"CircleCI's CIRCLE_PULL_REQUEST says that there is a change, and not of what: check it out (git checkout $CIRCLE_SHA1)"},
		"a comment on a pull request": {`{"issue": {"number": 7, "pull_request": {"url": "x"}}}`, "GITHUB_EVENT_NAME=issue_comment",
			"ref: refs/pull/${{ github.event.issue.number }}/merge"},
		"what a fork's pull request has started": {`{"workflow_run": {"event": "pull_request", "pull_requests": []}}`,
			"GITHUB_EVENT_NAME=workflow_run", "ref: ${{ github.event.workflow_run.head_sha }}"},
		"Jenkins without a target": {"", "CHANGE_ID=7", "Jenkins' CHANGE_ID says"},
	} {
		t.Run(name, func(t *testing.T) {
			r := asked(t, c.event, c.env)
			_, _, _, err := r.Choose(t.Context(), dir)
			require.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "-regress.baseline=$(git merge-base origin/main HEAD), where main is its target")
			r.Baseline = report.Setting{Value: "main~1", Source: "-regress.baseline"}
			baseline, _, _, err := r.Choose(t.Context(), dir)
			require.NoError(t, err)
			assert.Contains(t, baseline.Side.What, "(two)")
		})
	}
}
