package testbin

import (
	"context"
	"fmt"
	"regexp"
	"time"
)

// fetchTimeout is how long one commit may take to come.
const fetchTimeout = 2 * time.Minute

var wholeHash = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// IsHash reports whether ref is a whole hash.
func IsHash(ref string) bool { return wholeHash.MatchString(ref) }

// Fetch brings a commit by its whole hash, though no branch leads to it any more, from the remote named origin, with the history
// that lacks; into a shallow clone without any. Nobody is asked for a password, and no branch or tag changes. A remote may refuse.
func (r *Repo) Fetch(ctx context.Context, hash string) error {
	if !IsHash(hash) {
		return fmt.Errorf("%s: %q: %w: only a whole hash can be fetched", r.Root, hash, ErrNoCommit)
	}
	args := []string{"fetch", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance"}
	shallow, err := r.Shallow(ctx)
	if err != nil {
		return err
	}
	if shallow { // what is whole must not be made shallow
		args = append(args, "--depth=1")
	}
	ctx, stop := context.WithTimeoutCause(ctx, fetchTimeout, &TimeoutError{fetchTimeout})
	defer stop()
	_, err = git(ctx, r.Root, append(args, "origin", hash)...)
	return err
}
