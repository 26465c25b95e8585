package testbin

import (
	"context"
	"fmt"
	"strings"
)

// Entry is a commit as the log tells of it.
type Entry struct {
	Commit
	Author string // name
	Date   string // of the author, as RFC 3339 has it
}

// Log is the entry of one commit, by its hash.
func (r *Repo) Log(ctx context.Context, hash string) (Entry, error) {
	entries, err := r.log(ctx, "--no-walk", hash)
	if err != nil {
		return Entry{}, err
	}
	if len(entries) != 1 {
		return Entry{}, fmt.Errorf("%s: git log tells of %d commits, and %s is one", r.Root, len(entries), hash)
	}
	return entries[0], nil
}

// Range is the log of what a commit has, itself last, and the others lack; parents first.
func (r *Repo) Range(ctx context.Context, of string, without ...string) ([]Entry, error) {
	return r.log(ctx, append([]string{"--topo-order", "--reverse", of}, excluded(without)...)...)
}

// log is that of the commits that args choose.
func (r *Repo) log(ctx context.Context, args ...string) ([]Entry, error) {
	// A user's log.showSignature, log.follow or log.diffMerges would print more.
	out, err := git(ctx, r.Root, append(
		[]string{"log", "--no-show-signature", "--no-patch", "--no-notes", "--format=%H%x00%an%x00%aI%x00%s"}, args...)...)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for line := range strings.Lines(out) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), "\x00", 4)
		if len(fields) != 4 {
			return nil, fmt.Errorf("%s: git log printed %q, which is no commit", r.Root, line)
		}
		entries = append(entries, Entry{Commit{Hash: fields[0], Subject: fields[3]}, fields[1], fields[2]})
	}
	return entries, nil
}

// Halves are the hashes of the commits of Range but the last: first the one that parts them into halves that are most alike, then
// those that do it less well, as git rev-list --bisect-all orders them.
func (r *Repo) Halves(ctx context.Context, of string, without ...string) ([]string, error) {
	out, err := git(ctx, r.Root, append([]string{"rev-list", "--bisect-all", of}, excluded(without)...)...)
	if err != nil {
		return nil, err
	}
	var hashes []string
	for line := range strings.Lines(out) {
		hash, _, _ := strings.Cut(strings.TrimSpace(line), " ") // "HASH (dist=3)"
		if hash != of {
			hashes = append(hashes, hash)
		}
	}
	return hashes, nil
}

// Beside are the hashes of parents that the descendants of a commit have, on their way to another, and that do not descend from it:
// ends of branches that parted before it. Range without them and it has its descendants alone. Git's --ancestry-path is not for
// that where there are several commits to leave out: it finds no way that leads through what one of them has.
func (r *Repo) Beside(ctx context.Context, ancestor, descendant string) ([]string, error) {
	out, err := git(ctx, r.Root, "rev-list", "--parents", "--ancestry-path", descendant, "^"+ancestor)
	if err != nil {
		return nil, err
	}
	within := map[string]bool{ancestor: true}
	for line := range strings.Lines(out) {
		hash, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		within[hash] = true
	}
	var beside []string
	for line := range strings.Lines(out) {
		for _, parent := range strings.Fields(line)[1:] {
			if !within[parent] {
				within[parent] = true
				beside = append(beside, parent)
			}
		}
	}
	return beside, nil
}

// excluded are commits as revisions that are left out, with what they have.
func excluded(hashes []string) []string {
	revisions := make([]string, len(hashes))
	for i, hash := range hashes {
		revisions[i] = "^" + hash
	}
	return revisions
}

// IsAncestor reports whether the commit descendant has the commit ancestor in its history, or is it. Both are hashes.
func (r *Repo) IsAncestor(ctx context.Context, ancestor, descendant string) (bool, error) {
	_, err := git(ctx, r.Root, "merge-base", "--is-ancestor", ancestor, descendant)
	if isSilent(err) {
		return false, nil
	}
	return err == nil, err
}

// Parents are the hashes of a commit's parents, the branch's own first.
func (r *Repo) Parents(ctx context.Context, hash string) ([]string, error) {
	out, err := git(ctx, r.Root, "rev-parse", hash+"^@")
	return strings.Fields(out), err
}

// Tracked are the files of a commit, by path from the top, each with its mode, kind and hash as git ls-tree prints them:
// "100644 blob HASH". A submodule is one, too.
func (t *Tree) Tracked(ctx context.Context) (map[string]string, error) {
	out, err := git(ctx, t.Dir, "ls-tree", "-r", "-z", "--full-tree", t.Commit.Hash)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for entry := range strings.SplitSeq(out, "\x00") {
		if fields, name, found := strings.Cut(entry, "\t"); found {
			files[name] = fields
		}
	}
	return files, nil
}
