package testbin

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// ErrCutOff means that a shallow clone does not have all commits between two.
var ErrCutOff = errors.New("the clone lacks some of the commits between both")

// Message is what a commit says.
type Message struct {
	Hash string // in full
	Text string // subject and body
}

// Messages are those of the commits that lead to a candidate and not to a baseline, both whole hashes, the newest first; of them
// those that have a text, in whatever case. Where a clone's history is cut off, so that it cannot be told which commits these are,
// that is ErrCutOff.
func (r *Repo) Messages(ctx context.Context, baseline, candidate, has string) ([]Message, error) {
	for _, hash := range []string{baseline, candidate} {
		if !IsHash(hash) {
			return nil, fmt.Errorf("%s: %q: %w: a whole hash is needed", r.Root, hash, ErrNoCommit)
		}
	}
	if err := r.whole(ctx, baseline, candidate); err != nil {
		return nil, err
	}
	// Given explicitly, because a user's configuration may have it otherwise.
	out, err := git(ctx, r.Root, "log", "-z", "--no-show-signature", "--encoding=UTF-8", "--format=%H%n%B",
		"--regexp-ignore-case", "--fixed-strings", "--grep="+has, baseline+".."+candidate, "--")
	if err != nil {
		return nil, err
	}
	var found []Message
	for record := range strings.SplitSeq(out, "\x00") {
		if hash, text, ok := strings.Cut(record, "\n"); ok {
			found = append(found, Message{hash, text})
		}
	}
	return found, nil
}

// whole says if the history of a shallow clone ends between two commits, on the way from either to where they have parted.
func (r *Repo) whole(ctx context.Context, baseline, candidate string) error {
	shallow, err := r.Shallow(ctx)
	if err != nil || !shallow {
		return err
	}
	ends, err := git(ctx, r.Root, "rev-list", "--max-parents=0", "--max-count=1", baseline+"..."+candidate, "--")
	if err == nil && ends != "" {
		return fmt.Errorf("%w: %.12s and %.12s%s", ErrCutOff, baseline, candidate, fetchMore)
	}
	return err
}
