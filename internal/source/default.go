package source

import (
	"context"
	"errors"
	"fmt"

	"github.com/tailgate-go/tailgate/internal/testbin"
)

// head is the commit that the work tree is at.
const head = "HEAD"

const give = "give one with -regress.baseline or Gate.Baseline"

// defaultBaseline picks what the candidate is compared with when nobody said.
func (r Request) defaultBaseline(ctx context.Context, repo *testbin.Repo, noRepo error, candidate Source) (Source, error) {
	if repo == nil {
		return Source{}, fmt.Errorf("there is none to choose by default: %w; %s", noRepo, give)
	}
	if has, err := repo.HasCommits(ctx); err != nil {
		return Source{}, err
	} else if !has {
		return Source{}, fmt.Errorf("the repository has no commits to compare with: commit first, or %s", give)
	}
	of := head
	if candidate.Commit != nil {
		of = candidate.Commit.Hash
	}
	if c := r.change(); c != nil {
		return c.baseline(ctx, repo, of)
	}
	if !candidate.isTree() {
		return Source{}, errors.New("there is none to choose by default for a candidate that is not the work tree; " + give)
	}
	if r.InCI && !r.Identical && !r.Planted && !r.Anchored {
		return Source{}, nothingSaid(candidate.Side.Dirty)
	}
	if candidate.Side.Dirty {
		commit, err := repo.Resolve(ctx, head)
		if err != nil {
			return Source{}, err
		}
		return commitSource(head, commit, "the work tree has changes"), nil
	}
	same := candidate
	same.Side.Why = "nothing has changed since HEAD: the work tree against itself (A/A)"
	return same, nil
}

// nothingSaid is why nothing is compared in CI that knows of no change: the work tree would be compared with itself, or with no
// more than what the job has left in it.
func nothingSaid(dirty bool) error {
	is, more := "the work tree is as it was committed: it would be compared with itself, and always pass", ""
	if dirty {
		is = "the work tree is its commit, but for changes that are in none, such as files of the job: " +
			"it would be compared with HEAD, and nearly always pass"
		more = "; or, where those changes are what is to be judged, HEAD"
	}
	return errors.New("nothing says what has changed: this is CI (the variable CI is set, or one of a system's own), " +
		"no other variable of it tells of a change, and " + is + "; " + give +
		": the last release, or $(git merge-base origin/main HEAD), where main is what the change is for" + more +
		"; or measure it against itself with -regress.identical=measure")
}
