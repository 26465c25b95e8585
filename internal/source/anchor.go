package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// LatestTag is the anchor that is the newest release tag before the baseline.
const LatestTag = "latest-tag"

// Anchored is the request for an anchor.
type Anchored struct {
	Anchor   report.Setting
	Packages []string // patterns of the go command, relative to the folder, of which module the releases are
}

// Choose decides which older revision is measured beside both sides, in the same rounds. repo is nil when dir is in no repository.
// It is nil, with a note that says why, where that is the baseline itself.
func (a Anchored) Choose(ctx context.Context, dir string, repo *testbin.Repo, baseline Source) (
	anchor *Source, note string, err error,
) {
	if a.Anchor.Value == "" {
		return nil, "", nil
	}
	fail := func(err error) (*Source, string, error) {
		return nil, "", fmt.Errorf("anchor (%s): %w", a.Anchor.Source, err)
	}
	if baseline.Saved != "" || baseline.Address != "" {
		return fail(errors.New("an anchor is measured in the same rounds as two git revisions: compare those, or leave it out"))
	}
	if IsAddress(a.Anchor.Value) {
		return fail(fmt.Errorf("%s is an address: name a git revision, or %s", Discreet(a.Anchor.Value), LatestTag))
	}
	if repo == nil {
		return fail(fmt.Errorf("%s is in no git repository: run the gate inside a clone, or leave it out", dir))
	}
	ref, why := a.Anchor.Value, "given by "+a.Anchor.Source
	if ref == LatestTag {
		if ref, err = a.latestTag(ctx, dir, repo, baseline); err != nil {
			return fail(err)
		}
		why = "the newest release before the baseline"
		ref = "refs/tags/" + ref
	}
	commit, err := repo.Resolve(ctx, ref)
	if err != nil {
		return fail(fmt.Errorf("%s is no git revision: %w", shortRef(ref), err))
	}
	chosen := commitSource(shortRef(ref), commit, why)
	if baseline.Side.Commit == commit.Hash && !baseline.Side.Dirty {
		return nil, fmt.Sprintf("the anchor, %s, is the baseline: there is no third side to measure", chosen.Side.What), nil
	}
	return &chosen, "", nil
}

// latestTag is the tag of the newest release of the packages' module that is an ancestor of the baseline.
func (a Anchored) latestTag(ctx context.Context, dir string, repo *testbin.Repo, baseline Source) (string, error) {
	if baseline.Side.Commit == "" {
		return "", errors.New("the baseline has no commit, and so no releases before it: name a revision")
	}
	prefix, err := a.prefix(dir, repo)
	if err != nil {
		return "", err
	}
	tags, err := repo.Tags(ctx, testbin.Commit{Hash: baseline.Side.Commit})
	if err != nil {
		return "", err
	}
	if tag := newest(prefix, tags); tag != "" {
		return tag, nil
	}
	cure := "tag a release, or name a revision"
	if shallow, shallowErr := repo.Shallow(ctx); shallowErr == nil && shallow {
		cure = "this clone is shallow: git fetch --unshallow --tags (with actions/checkout: fetch-depth: 0), or name a revision"
	}
	return "", fmt.Errorf("no release tag such as %sv1.2.3 is an ancestor of the baseline, %.12s: %s",
		prefix, baseline.Side.Commit, cure)
}

// prefix is what the tags of the packages' module begin with: its folder in the repository, without that of a major version.
func (a Anchored) prefix(dir string, repo *testbin.Repo) (string, error) {
	prefixes := map[string]bool{}
	prefix := ""
	for _, pattern := range a.Packages {
		prefix = tagPrefix(moduleOf(dir, pattern, repo.Root))
		prefixes[prefix] = true
	}
	if len(prefixes) > 1 {
		return "", errors.New("the packages are of several modules, whose releases have tags of their own: name the one that is meant")
	}
	return prefix, nil
}

// moduleOf is the folder, from root, of the module that a pattern's packages are in.
func moduleOf(dir, pattern, root string) string {
	at := dir
	if before, _, _ := strings.Cut(pattern, "..."); filepath.IsAbs(before) {
		at = before
	} else if before == "." || before == ".." || isPath(before) {
		at = filepath.Join(dir, before)
	}
	for ; at != filepath.Dir(at); at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			break
		}
	}
	real, err := filepath.EvalSymlinks(at)
	if err != nil {
		return "."
	}
	rel, err := filepath.Rel(root, real)
	if err != nil || !filepath.IsLocal(rel) { // the module stands above the repository, or there is none
		return "."
	}
	return filepath.ToSlash(rel)
}
