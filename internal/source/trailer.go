package source

import (
	"context"
	"errors"
	"fmt"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// ErrNoRange means that two sides are not apart in git: one of them is no revision, or both are the same.
var ErrNoRange = errors.New("the sides are not apart in git")

// Trailers are those of the commits that lead to the candidate and not to the baseline, the newest first. Of a work tree those up
// to its commit count: what it has changed has no message yet. One that cannot be read is an error, which names them all. It is
// ErrNoRange where there can be none, and testbin.ErrCutOff where a shallow clone does not tell which they are.
func Trailers(ctx context.Context, repo *testbin.Repo, baseline, candidate Source) ([]policy.Trailer, error) {
	from, to := baseline.Side.Commit, candidate.Side.Commit
	if repo == nil || baseline.Saved != "" || from == "" || to == "" || from == to && !candidate.Side.Dirty {
		return nil, ErrNoRange
	}
	messages, err := repo.Messages(ctx, from, to, policy.TrailerKey)
	if err != nil {
		return nil, err
	}
	var all []policy.Trailer
	var problems []policy.Problem
	for _, m := range messages {
		found, bad := policy.Trailers(m.Text)
		for _, t := range found {
			t.Commit = m.Hash
			all = append(all, t)
		}
		for _, p := range bad {
			p.File = fmt.Sprintf("commit %.12s", m.Hash)
			problems = append(problems, p)
		}
	}
	if len(problems) > 0 {
		return nil, report.Failure{Reason: policy.Reason{
			Code: policy.BadTrailer, Facts: policy.Facts{Problems: problems}, Advice: []policy.Advice{{Do: policy.MendTrailer}},
		}}
	}
	return all, nil
}
