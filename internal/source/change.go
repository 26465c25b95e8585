package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tailgate-go/tailgate/internal/testbin"
)

// change is what CI says of the change that is to be judged, in the variables that its documentation names.
type change struct {
	says     string // who says that there is one: "GitHub's pull_request"
	checkout string // how it is checked out: "git checkout $CI_COMMIT_SHA"
	what     string // "pull request", "merge request"; empty for a push
	target   string // branch that it is to be merged into; empty when that is not told
	base     string // hash of a commit of that branch, or of what a pushed branch was before; empty when that is not told
	atBase   bool   // the base is where the change began, and nothing is to be sought
	pushed   bool   // to a branch
	tag      bool   // what was pushed is a tag
	trunk    string // the repository's default branch, from which a new branch is taken to come; empty when that is not told
}

// change is what CI says; nil when it says of none.
func (r Request) change() *change {
	for _, ci := range []func() *change{r.github, r.gitlab, r.buildkite, r.jenkins, r.circle} {
		if c := ci(); c != nil {
			return c
		}
	}
	return nil
}

// gitlab is a pipeline of a merge request, of a pull request elsewhere, or of a push.
func (r Request) gitlab() *change {
	const checkout = "git checkout $CI_COMMIT_SHA"
	for _, of := range []struct{ prefix, what string }{
		{"CI_MERGE_REQUEST_", "merge request"}, {"CI_EXTERNAL_PULL_REQUEST_", "pull request"},
	} {
		c := change{
			says: "GitLab's " + of.prefix + "*", checkout: checkout, what: of.what, target: r.Env(of.prefix + "TARGET_BRANCH_NAME"),
			// Where the result of merging is tried, the target's commit is told; else the one at which both parted.
			base:   cmp.Or(r.Env(of.prefix+"TARGET_BRANCH_SHA"), r.Env(of.prefix+"DIFF_BASE_SHA")),
			atBase: r.Env(of.prefix+"TARGET_BRANCH_SHA") == "",
		}
		if c.target != "" || c.base != "" {
			return &c
		}
	}
	if r.Env("GITLAB_CI") == "" || r.Env("CI_PIPELINE_SOURCE") != "push" {
		return nil
	}
	return &change{
		says: "GitLab's CI_PIPELINE_SOURCE (push)", checkout: checkout, base: r.Env("CI_COMMIT_BEFORE_SHA"), pushed: true,
		tag: r.Env("CI_COMMIT_TAG") != "", trunk: r.Env("CI_DEFAULT_BRANCH"),
	}
}

// buildkite is the build of a pull request.
func (r Request) buildkite() *change {
	if number := r.Env("BUILDKITE_PULL_REQUEST"); number == "" || number == "false" {
		return nil
	}
	return &change{
		says: "Buildkite's BUILDKITE_PULL_REQUEST", checkout: "git checkout $BUILDKITE_COMMIT", what: "pull request",
		target: r.Env("BUILDKITE_PULL_REQUEST_BASE_BRANCH"),
	}
}

// jenkins is the build of a change request in a multibranch project.
func (r Request) jenkins() *change {
	if r.Env("CHANGE_ID") == "" {
		return nil
	}
	return &change{says: "Jenkins' CHANGE_ID", checkout: "checkout scm", what: "change request", target: r.Env("CHANGE_TARGET")}
}

// circle is a job of a pull request. No variable of a job has its base.
func (r Request) circle() *change {
	if r.Env("CIRCLE_PULL_REQUEST") == "" {
		return nil
	}
	return &change{says: "CircleCI's CIRCLE_PULL_REQUEST", checkout: "git checkout $CIRCLE_SHA1", what: "pull request"}
}

// baseline is what a candidate is compared with that is this change.
func (c *change) baseline(ctx context.Context, repo *testbin.Repo, candidate string) (Source, error) {
	switch {
	case c.pushed && strings.Trim(c.base, "0") == "":
		return c.isNew(ctx, repo, candidate)
	case c.pushed:
		commit, err := c.before(ctx, repo, candidate)
		if err != nil {
			return Source{}, fmt.Errorf("commit before the push: %w", err)
		}
		return commitSource("", commit, "the commit before the push"), nil
	case c.base != "":
		find := parted
		if c.atBase && candidate == head {
			find = func(ctx context.Context, repo *testbin.Repo, base, _ string) (testbin.Commit, error) {
				return named(ctx, repo, base)
			}
		}
		commit, err := find(ctx, repo, c.base, candidate)
		if err != nil {
			return Source{}, fmt.Errorf("merge base with the base of the %s: %w", c.what, err)
		}
		return commitSource("", commit, "merge base with the base of the "+c.what), nil
	case c.target != "":
		commit, err := repo.MergeBase(ctx, "origin/"+c.target, candidate)
		if err != nil {
			return Source{}, fmt.Errorf("merge base with the %s's target %s: %w", c.what, c.target, err)
		}
		return commitSource("", commit, fmt.Sprintf("merge base with the %s's target %s", c.what, c.target)), nil
	}
	return Source{}, fmt.Errorf("%s says that there is a change, and not of what: check it out (%s), and name the commit at which it "+
		"began: -regress.baseline=$(git merge-base origin/main HEAD), where main is its target", c.says, c.checkout)
}

// before is what the pushed branch pointed at before. A candidate that is not what was pushed is compared with its merge base with
// that.
func (c *change) before(ctx context.Context, repo *testbin.Repo, candidate string) (testbin.Commit, error) {
	if candidate == head {
		return named(ctx, repo, c.base)
	}
	return parted(ctx, repo, c.base, candidate)
}

// isNew is the baseline of a branch that was not there before: where it has left the default branch, or if that is not here or the
// branch has no commit of its own the parent.
func (c *change) isNew(ctx context.Context, repo *testbin.Repo, candidate string) (Source, error) {
	why := "the branch is new"
	switch {
	case c.base == "":
		why = "what was there before the push is not told"
	case c.tag:
		why = "the tag is new"
	}
	of, err := repo.Resolve(ctx, candidate)
	if err != nil {
		return Source{}, err
	}
	if c.trunk != "" {
		base, err := repo.MergeBase(ctx, "origin/"+c.trunk, of.Hash)
		switch {
		case err == nil && base.Hash != of.Hash:
			return commitSource("", base, fmt.Sprintf("merge base with the default branch %s: %s", c.trunk, why)), nil
		case errors.Is(err, testbin.ErrNoCommit):
			why += fmt.Sprintf(", and a merge base with origin/%s is not in the clone", c.trunk)
		case err != nil:
			return Source{}, err
		}
	}
	parents, err := repo.Parents(ctx, of.Hash)
	if err != nil {
		return Source{}, err
	}
	shallow, err := repo.Shallow(ctx)
	if err != nil {
		return Source{}, err
	}
	if len(parents) == 0 && !shallow {
		return Source{}, errors.New("this is the first commit: there is nothing to compare it with; the next is compared with it")
	}
	parent, err := repo.Resolve(ctx, of.Hash+"~1")
	if err != nil {
		return Source{}, fmt.Errorf("parent, since %s: %w", why, err)
	}
	return commitSource("", parent, "the parent: "+why), nil
}

// parted is the commit at which a candidate and a base that CI names have parted.
func parted(ctx context.Context, repo *testbin.Repo, base, candidate string) (testbin.Commit, error) {
	if _, err := named(ctx, repo, base); err != nil {
		return testbin.Commit{}, err
	}
	return repo.MergeBase(ctx, base, candidate)
}

// named is a commit that CI names by its hash. One that is not here is fetched: a forced push has removed it, or the clone is
// shallow.
func named(ctx context.Context, repo *testbin.Repo, hash string) (testbin.Commit, error) {
	commit, err := repo.Resolve(ctx, hash)
	if !errors.Is(err, testbin.ErrNoCommit) || !testbin.IsHash(hash) {
		return commit, err
	}
	if fetched := repo.Fetch(ctx, hash); fetched != nil {
		return commit, fmt.Errorf("%w (tried: %w); or name another with -regress.baseline", err, fetched)
	}
	return repo.Resolve(ctx, hash)
}

// same refuses to compare a commit with itself where CI says that there is a change. That is meant where both sides are named
// alike, a slowdown is planted, or somebody names the baseline of a work tree with changes.
func (r Request) same(baseline, candidate Source) error {
	commit := candidate.Side.Commit
	if commit == "" || baseline.Side.Commit != commit || r.Itself || r.Planted {
		return nil
	}
	if given := r.Baseline.Value != ""; given && (r.Baseline.Value == r.Candidate.Value || candidate.Side.Dirty) {
		return nil
	}
	c := r.change()
	if c == nil {
		return nil
	}
	more := ""
	if candidate.Side.Dirty {
		more = "; where it is what the work tree has changed, name the baseline: -regress.baseline=HEAD"
	}
	return fmt.Errorf("%s says that there is a change, and the baseline and the candidate are one commit, %.12s: "+
		"check out the change (%s)%s", c.says, commit, c.checkout, more)
}
