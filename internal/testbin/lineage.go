package testbin

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Dated is a commit with the time when it was committed.
type Dated struct {
	Commit
	Time time.Time
}

// Lineage is the commit of that hash and its ancestors along first parents, the nearest first: at most so many commits in all, and
// fewer where a clone is shallow.
func (r *Repo) Lineage(ctx context.Context, hash string, most int) ([]Dated, error) {
	out, err := git(ctx, r.Root, "log", "--first-parent", "--no-show-signature", "--no-decorate", "--max-count="+strconv.Itoa(most),
		"--format=%H %ct %s", "--end-of-options", hash)
	if err != nil {
		return nil, err
	}
	var found []Dated
	for line := range strings.Lines(out) {
		hash, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		at, subject, _ := strings.Cut(rest, " ")
		seconds, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: git log printed %q", r.Root, line)
		}
		found = append(found, Dated{Commit{hash, subject}, time.Unix(seconds, 0).UTC()})
	}
	return found, nil
}
