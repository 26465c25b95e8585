package testbin

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Moved tells where the lines of a file were in an earlier version of it. The zero value is of a file that has not changed.
type Moved []hunk

// hunk are lines that stand in the place of others: the first, and how many.
type hunk struct{ first, count, old int64 }

// hunkHead is how a hunk begins: "@@ -12,3 +12,5 @@". A count of 1 is left out, and with a count of 0 the line is the one before.
var hunkHead = regexp.MustCompile(`(?m)^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)

// ReadMoved compares two versions of a file, by their paths.
func ReadMoved(ctx context.Context, earlier, later string) (Moved, error) {
	out, err := git(ctx, ".", "diff", "--no-index", "--no-ext-diff", "--no-textconv", "--no-color", "--text", "-U0", "--",
		earlier, later)
	if err == nil || !isSilent(err) { // it says no where the files differ
		return nil, err
	}
	var m Moved
	for _, head := range hunkHead.FindAllStringSubmatch(out, -1) {
		h := hunk{count: 1, old: 1}
		for i, to := range map[int]*int64{1: &h.old, 2: &h.first, 3: &h.count} {
			if head[i] == "" {
				continue
			}
			if *to, err = strconv.ParseInt(head[i], 10, 64); err != nil {
				return nil, fmt.Errorf("git diff: %q: %w", strings.TrimSpace(head[0]), err)
			}
		}
		if h.count == 0 {
			h.first++
		}
		m = append(m, h)
	}
	return m, nil
}

// Was is where a line was, from 1; 0 if it is new or has changed.
func (m Moved) Was(line int64) int64 {
	was := line
	for _, h := range m {
		switch {
		case line < h.first:
			return was
		case line < h.first+h.count:
			return 0
		}
		was += h.old - h.count
	}
	return was
}
