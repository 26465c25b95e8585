// Package source decides what a gate compares with what.
package source

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/tailgate-go/tailgate/internal/few"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// Source is where one side comes from: saved results, a server, a commit, or the work tree.
type Source struct {
	Side    report.Side
	Saved   string          // file or pattern; empty when measured live
	Address string          // of a server, which the benchmarks measure; empty when they measure what they start themselves
	Commit  *testbin.Commit // nil: the work tree, a server, or saved
	Hidden  []string        // files of the work tree that differ from its commit, though git was told not to look at them
}

// isTree reports whether the source is the work tree.
func (s Source) isTree() bool { return s.Saved == "" && s.Address == "" && s.Commit == nil }

// Note names what git does not show of the work tree; empty when that is nothing.
func (s Source) Note() string {
	if len(s.Hidden) == 0 {
		return ""
	}
	return "the work tree has changes that git was told not to look at (git update-index --assume-unchanged or --skip-worktree): " +
		few.Of(s.Hidden, 5)
}

// Request is what is asked for.
type Request struct {
	Baseline, Candidate report.Setting
	Itself              bool                     // a self-test: the work tree is compared with itself
	Planted             bool                     // the candidate has a slowdown besides
	Identical           bool                     // what runs and reads the same is measured, too: an A/A run is meant
	Anchored            bool                     // the candidate is compared with an anchor, too
	InCI                bool                     // where a job is run for a change, and nobody watches
	Env                 func(name string) string // variables in which CI says what is to be compared; empty of those not set
}

// Choose decides what is compared with what. repo is nil when dir is in no repository.
func (r Request) Choose(ctx context.Context, dir string) (baseline, candidate Source, repo *testbin.Repo, err error) {
	repo, noRepo := testbin.Open(ctx, dir)
	if r.Baseline.Value != "" { // for the report, should the candidate be wrong already
		baseline.Side = report.Side{What: Discreet(r.Baseline.Value), Why: "given by " + r.Baseline.Source}
	}
	candidate, err = side(ctx, r.Candidate, dir, repo, noRepo)
	if err != nil {
		return baseline, candidate, nil, fmt.Errorf("candidate (%s): %w", r.Candidate.Source, err)
	}
	if r.Itself {
		baseline = candidate
		baseline.Side.Why = "a self-test compares the work tree with itself"
	} else if r.Baseline.Value != "" {
		baseline, err = side(ctx, r.Baseline, dir, repo, noRepo)
		if err != nil {
			return baseline, candidate, nil, fmt.Errorf("baseline (%s): %w", r.Baseline.Source, err)
		}
	} else if candidate.Saved != "" {
		return baseline, candidate, nil, fmt.Errorf(
			"the candidate is saved results, %s: give saved results as baseline too, with -regress.baseline",
			candidate.Saved)
	} else {
		baseline, err = r.defaultBaseline(ctx, repo, noRepo, candidate)
		if err != nil {
			return baseline, candidate, nil, fmt.Errorf("baseline: %w", err)
		}
	}
	if (baseline.Address == "") != (candidate.Address == "") {
		return baseline, candidate, nil, fmt.Errorf("the baseline is %s, the candidate %s: a server can only be compared with a server; "+
			"give two addresses or two git revisions", baseline.Side.What, candidate.Side.What)
	}
	if (baseline.Saved == "") != (candidate.Saved == "") {
		return baseline, candidate, nil, fmt.Errorf("the baseline is %s, the candidate %s: "+
			"saved results can only be compared with saved results, because what was measured another time is not comparable; "+
			"give two files or two git revisions", baseline.Side.What, candidate.Side.What)
	}
	if err := r.same(baseline, candidate); err != nil {
		return baseline, candidate, nil, err
	}
	return baseline, candidate, repo, nil
}

// side is what one setting means: a file when there is one of that name, else a revision; the work tree when it is empty. What may
// mean both is refused: a branch that somebody names main must not become a file that lies there.
func side(ctx context.Context, v report.Setting, dir string, repo *testbin.Repo, noRepo error) (Source, error) {
	why := "given by " + v.Source
	if v.Value == "" {
		side := Source{Side: report.Side{What: "the work tree", Why: "what is to be judged"}}
		if repo == nil {
			return side, nil
		}
		return side, side.describeTree(ctx, repo)
	}
	given := Source{Side: report.Side{What: Discreet(v.Value), Why: why}}
	if IsAddress(v.Value) {
		given.Address = v.Value
		return given, checkAddress(v.Value)
	}
	if IsFile(v.Value) {
		revision, err := alsoRevision(ctx, repo, noRepo, v.Value)
		if err != nil {
			return given, err
		}
		if revision != "" {
			return given, fmt.Errorf("%s is a file and a git revision: write ./%s for the file, or %s for the revision",
				v.Value, v.Value, revision)
		}
		given.Saved = v.Value
		return given, nil
	}
	err := noRepo
	if repo != nil {
		var commit testbin.Commit
		if commit, err = repo.Resolve(ctx, v.Value); err == nil {
			return commitSource(v.Value, commit, why), nil
		}
	}
	switch {
	case isPattern(v.Value):
		return given, fmt.Errorf("no saved results match %s in %s; patterns are relative to the test's folder", v.Value, dir)
	case LooksLikeFile(v.Value):
		return given, fmt.Errorf("no saved results at %s in %s; "+
			"record them with: go test -run '^$' -bench . -benchtime 100x -count 10 > %s", v.Value, dir, v.Value)
	}
	return given, fmt.Errorf("%s is no file of saved results, and no git revision: %w", v.Value, err)
}

// alsoRevision is how else to name the revision that the name of a file means, too; empty when it means none. The error says why
// git cannot tell.
func alsoRevision(ctx context.Context, repo *testbin.Repo, noRepo error, name string) (string, error) {
	if isPath(name) {
		return "", nil
	}
	if repo == nil {
		if errors.Is(noRepo, testbin.ErrNotRepo) || errors.Is(noRepo, exec.ErrNotFound) {
			return "", nil // there are no revisions, or nobody to ask
		}
		return "", fmt.Errorf("git does not say whether %s is a revision, too: %w; write ./%s for the file", name, noRepo, name)
	}
	if _, err := repo.Resolve(ctx, name); errors.Is(err, testbin.ErrNoCommit) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	for _, kind := range []string{"refs/heads/", "refs/tags/"} {
		if _, err := repo.Resolve(ctx, kind+name); err == nil {
			return kind + name, nil
		}
	}
	return name + "~0", nil
}

// IsAddress reports whether a setting names a server.
func IsAddress(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// Discreet is a setting as it may be shown and saved: of an address with a password or a key in it only the host.
func Discreet(value string) string {
	if !IsAddress(value) {
		return value
	}
	address, err := url.Parse(value)
	switch {
	case err != nil:
		return "an address"
	case address.User != nil || address.RawQuery != "" || address.Fragment != "":
		return "an address at " + address.Host
	}
	return value
}

// checkAddress refuses what is no address, or has what must not be saved in it.
func checkAddress(s string) error {
	if Discreet(s) != s {
		return errors.New("the address has a user, a query or a fragment, which would be saved with the results; " +
			"write http://host:port and a path, and put a key into an environment variable that the benchmark reads")
	}
	if address, err := url.Parse(s); err != nil || address.Host == "" {
		return errors.New("it is no http:// or https:// address; write one, such as http://127.0.0.1:8000")
	}
	return nil
}

// IsFile reports whether there is a file of saved results of that name, or one that matches the pattern.
func IsFile(name string) bool {
	files, _ := filepath.Glob(name) // a malformed pattern matches nothing
	if len(files) == 0 {
		return false
	}
	info, err := os.Stat(files[0])
	return err == nil && info.Mode().IsRegular()
}

// isPath reports whether the name begins as no revision does.
func isPath(name string) bool {
	slashed := filepath.ToSlash(name)
	return filepath.IsAbs(name) || strings.HasPrefix(slashed, "./") || strings.HasPrefix(slashed, "../")
}

func isPattern(name string) bool { return strings.ContainsAny(name, "*?[") }

// LooksLikeFile tells what is meant where there is no such file.
func LooksLikeFile(name string) bool {
	return isPattern(name) || filepath.Ext(name) == ".txt" || filepath.Ext(name) == ".json" || isPath(name)
}

func commitSource(ref string, commit testbin.Commit, why string) Source {
	what := fmt.Sprintf("%.12s (%s)", commit.Hash, commit.Subject)
	if ref != "" && !strings.HasPrefix(commit.Hash, ref) {
		what = ref + ", " + what
	}
	return Source{Side: report.Side{What: what, Why: why, Commit: commit.Hash}, Commit: &commit}
}

// describeTree says which commit the work tree is at, and whether it has changes.
func (s *Source) describeTree(ctx context.Context, repo *testbin.Repo) error {
	has, err := repo.HasCommits(ctx)
	if err != nil || !has {
		return err
	}
	commit, err := repo.Resolve(ctx, head)
	if err != nil {
		return err
	}
	if s.Side.Dirty, err = repo.Dirty(ctx); err != nil {
		return err
	}
	if s.Hidden, err = repo.Hidden(ctx); err != nil {
		return err
	}
	s.Side.Commit = commit.Hash
	s.Side.What = fmt.Sprintf("the work tree at %.12s", commit.Hash)
	if s.Side.Dirty {
		s.Side.What += ", with changes"
	}
	return nil
}
