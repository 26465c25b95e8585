package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tailgate-go/tailgate/internal/bounded"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// defaultBaseline picks what the candidate is compared with when nobody said.
func (r Request) defaultBaseline(ctx context.Context, repo *testbin.Repo, noRepo error, candidate Source) (Source, error) {
	const give = "give one with -regress.baseline or Gate.Baseline"
	if repo == nil {
		return Source{}, fmt.Errorf("there is none to choose by default: %w; %s", noRepo, give)
	}
	if has, err := repo.HasCommits(ctx); err != nil {
		return Source{}, err
	} else if !has {
		return Source{}, fmt.Errorf("the repository has no commits to compare with: commit first, or %s", give)
	}
	of := "HEAD"
	if candidate.Commit != nil {
		of = candidate.Commit.Hash
	}
	if target := r.Env("GITHUB_BASE_REF"); target != "" {
		commit, err := repo.MergeBase(ctx, "origin/"+target, of)
		if err != nil {
			return Source{}, fmt.Errorf("merge base with the pull request's target %s: %w", target, err)
		}
		return commitSource("", commit, "merge base with the pull request's target "+target), nil
	}
	if r.Env("GITHUB_EVENT_NAME") == "push" {
		commit, err := r.beforePush(ctx, repo, of)
		if err != nil {
			return Source{}, fmt.Errorf("commit before the push: %w", err)
		}
		return commitSource("", commit, "the commit before the push"), nil
	}
	if !candidate.isTree() {
		return Source{}, errors.New("there is none to choose by default for a candidate that is not the work tree; " + give)
	}
	if candidate.Side.Dirty {
		commit, err := repo.Resolve(ctx, "HEAD")
		if err != nil {
			return Source{}, err
		}
		return commitSource("HEAD", commit, "the work tree has changes"), nil
	}
	same := candidate
	same.Side.Why = "nothing has changed since HEAD: the work tree against itself (A/A)"
	return same, nil
}

// mostOfEvent is how many bytes GitHub's events have: 25 MiB (GitHub, webhook events and payloads).
const mostOfEvent = 25 << 20

// beforePush is what the pushed branch pointed at before, or the parent of the candidate for a new branch. A candidate that is not
// what was pushed is compared with its merge base with that.
func (r Request) beforePush(ctx context.Context, repo *testbin.Repo, candidate string) (testbin.Commit, error) {
	var event struct {
		Before string `json:"before"`
	}
	if data, err := bounded.ReadFile(r.Env("GITHUB_EVENT_PATH"), mostOfEvent); err == nil {
		// An event of another shape has no before: its parent will do.
		_ = json.Unmarshal(data, &event)
	}
	if strings.Trim(event.Before, "0") == "" {
		return repo.Resolve(ctx, candidate+"~1")
	}
	if candidate == "HEAD" {
		return repo.Resolve(ctx, event.Before)
	}
	return repo.MergeBase(ctx, event.Before, candidate)
}
