package testbin

import (
	"context"
	"strings"
)

// Tags are the names of the tags whose commits are ancestors of a commit, or that commit itself.
func (r *Repo) Tags(ctx context.Context, of Commit) ([]string, error) {
	out, err := git(ctx, r.Root, "for-each-ref", "--merged="+of.Hash, "--format=%(refname:strip=2)", "refs/tags")
	return strings.Fields(out), err // a name of a ref has no blanks
}
