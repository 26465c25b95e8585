package regress

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// source is where one side comes from: saved results, a server, a commit, or the work tree.
type source struct {
	report.Side
	saved   string          // file or pattern; empty when measured live
	address string          // of a server, which the work tree's benchmarks measure; empty when they measure what they start themselves
	commit  *testbin.Commit // nil: the work tree, a server, or saved
}

// isTree reports whether the source is the work tree.
func (s source) isTree() bool { return s.saved == "" && s.address == "" && s.commit == nil }

// sources decides what is compared with what. repo is nil when dir is in no repository.
func (s settings) sources(ctx context.Context, dir string) (baseline, candidate source, repo *testbin.Repo, err error) {
	repo, noRepo := testbin.Open(ctx, dir)
	if s.baseline.Value != "" { // for the report, should the candidate be wrong already
		baseline.Side = report.Side{What: discreet(s.baseline.Value), Why: "given by " + s.baseline.Source}
	}
	candidate, err = s.side(ctx, s.candidate, dir, repo, noRepo)
	if err != nil {
		return baseline, candidate, nil, fmt.Errorf("candidate (%s): %w", s.candidate.Source, err)
	}
	if s.itself {
		baseline = candidate
		baseline.Why = "a self-test compares the work tree with itself"
	} else if s.baseline.Value != "" {
		baseline, err = s.side(ctx, s.baseline, dir, repo, noRepo)
		if err != nil {
			return baseline, candidate, nil, fmt.Errorf("baseline (%s): %w", s.baseline.Source, err)
		}
	} else if candidate.saved != "" {
		return baseline, candidate, nil, fmt.Errorf("the candidate is saved results, %s: give saved results as baseline too, with -regress.baseline",
			candidate.saved)
	} else {
		baseline, err = defaultBaseline(ctx, repo, noRepo, candidate)
		if err != nil {
			return baseline, candidate, nil, fmt.Errorf("baseline: %w", err)
		}
	}
	if (baseline.address == "") != (candidate.address == "") {
		return baseline, candidate, nil, fmt.Errorf("the baseline is %s, the candidate %s: a server can only be compared with a server; "+
			"give two addresses or two git revisions", baseline.What, candidate.What)
	}
	if (baseline.saved == "") != (candidate.saved == "") {
		return baseline, candidate, nil, fmt.Errorf("the baseline is %s, the candidate %s: saved results can only be compared with saved results, "+
			"because what was measured another time is not comparable; give two files or two git revisions", baseline.What, candidate.What)
	}
	return baseline, candidate, repo, nil
}

// side is what one setting means: a file when there is one of that name, else a revision; the work tree when it is empty.
func (s settings) side(ctx context.Context, v report.Setting, dir string, repo *testbin.Repo, noRepo error) (source, error) {
	why := "given by " + v.Source
	if v.Value == "" {
		side := source{Side: report.Side{What: "the work tree", Why: "what is to be judged"}}
		if repo == nil {
			return side, nil
		}
		return side, side.describeTree(ctx, repo)
	}
	given := source{Side: report.Side{What: discreet(v.Value), Why: why}}
	if isAddress(v.Value) {
		given.address = v.Value
		return given, checkAddress(v.Value)
	}
	if isFile(v.Value) {
		given.saved = v.Value
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
	case looksLikeFile(v.Value):
		return given, fmt.Errorf("no saved results at %s in %s; record them with: go test -run '^$' -bench . -benchtime 100x -count 10 > %s",
			v.Value, dir, v.Value)
	}
	return given, fmt.Errorf("%s is no file of saved results, and no git revision: %w", v.Value, err)
}

func isAddress(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// discreet is a setting as it may be shown and saved: of an address with a password or a key in it only the host.
func discreet(value string) string {
	if address, err := url.Parse(value); isAddress(value) && (err != nil || address.User != nil || address.RawQuery != "" || address.Fragment != "") {
		if err != nil {
			return "an address"
		}
		return "an address at " + address.Host
	}
	return value
}

// checkAddress refuses what is no address, or has what must not be saved in it.
func checkAddress(s string) error {
	if discreet(s) != s {
		return errors.New("the address has a user, a query or a fragment, which would be saved with the results; write http://host:port and a path, " +
			"and put a key into an environment variable that the benchmark reads")
	}
	if address, err := url.Parse(s); err != nil || address.Host == "" {
		return errors.New("it is no http:// or https:// address; write one, such as http://127.0.0.1:8000")
	}
	return nil
}

// isFile reports whether there is a file of saved results of that name, or one that matches the pattern.
func isFile(name string) bool {
	files, _ := filepath.Glob(name) // a malformed pattern matches nothing
	if len(files) == 0 {
		return false
	}
	info, err := os.Stat(files[0])
	return err == nil && info.Mode().IsRegular()
}

func isPattern(name string) bool { return strings.ContainsAny(name, "*?[") }

// looksLikeFile tells what is meant where there is no such file.
func looksLikeFile(name string) bool {
	return isPattern(name) || filepath.Ext(name) == ".txt" || filepath.Ext(name) == ".json" || filepath.IsAbs(name)
}

func commitSource(ref string, commit testbin.Commit, why string) source {
	what := fmt.Sprintf("%.12s (%s)", commit.Hash, commit.Subject)
	if ref != "" && !strings.HasPrefix(commit.Hash, ref) {
		what = ref + ", " + what
	}
	return source{Side: report.Side{What: what, Why: why, Commit: commit.Hash}, commit: &commit}
}

// describeTree says which commit the work tree is at, and whether it has changes.
func (s *source) describeTree(ctx context.Context, repo *testbin.Repo) error {
	has, err := repo.HasCommits(ctx)
	if err != nil || !has {
		return err
	}
	head, err := repo.Resolve(ctx, "HEAD")
	if err != nil {
		return err
	}
	if s.Dirty, err = repo.Dirty(ctx); err != nil {
		return err
	}
	s.Commit = head.Hash
	s.What = fmt.Sprintf("the work tree at %.12s", head.Hash)
	if s.Dirty {
		s.What += ", with changes"
	}
	return nil
}

// defaultBaseline picks what the candidate is compared with when nobody said.
func defaultBaseline(ctx context.Context, repo *testbin.Repo, noRepo error, candidate source) (source, error) {
	const give = "give one with -regress.baseline or Gate.Baseline"
	if repo == nil {
		return source{}, fmt.Errorf("there is none to choose by default: %w; %s", noRepo, give)
	}
	if has, err := repo.HasCommits(ctx); err != nil {
		return source{}, err
	} else if !has {
		return source{}, fmt.Errorf("the repository has no commits to compare with: commit first, or %s", give)
	}
	if target := os.Getenv("GITHUB_BASE_REF"); target != "" {
		commit, err := repo.MergeBase(ctx, "origin/"+target, "HEAD")
		if err != nil {
			return source{}, fmt.Errorf("merge base with the pull request's target %s: %w", target, err)
		}
		return commitSource("", commit, "merge base with the pull request's target "+target), nil
	}
	if os.Getenv("GITHUB_EVENT_NAME") == "push" {
		commit, err := beforePush(ctx, repo)
		if err != nil {
			return source{}, fmt.Errorf("commit before the push: %w", err)
		}
		return commitSource("", commit, "the commit before the push"), nil
	}
	if !candidate.isTree() {
		return source{}, errors.New("there is none to choose by default for a candidate that is not the work tree; " + give)
	}
	if candidate.Dirty {
		commit, err := repo.Resolve(ctx, "HEAD")
		if err != nil {
			return source{}, err
		}
		return commitSource("HEAD", commit, "the work tree has changes"), nil
	}
	same := candidate
	same.Why = "nothing has changed since HEAD: the work tree against itself (A/A)"
	return same, nil
}

// mostOfEvent is how many bytes GitHub's events have: 25 MiB (GitHub, webhook events and payloads).
const mostOfEvent = 25 << 20

// beforePush is what the pushed branch pointed at before, or the parent of HEAD for a new branch.
func beforePush(ctx context.Context, repo *testbin.Repo) (testbin.Commit, error) {
	var event struct {
		Before string `json:"before"`
	}
	if data, err := readFile(os.Getenv("GITHUB_EVENT_PATH"), mostOfEvent); err == nil {
		// An event of another shape has no before: its parent will do.
		_ = json.Unmarshal(data, &event)
	}
	if strings.Trim(event.Before, "0") == "" {
		return repo.Resolve(ctx, "HEAD~1")
	}
	return repo.Resolve(ctx, event.Before)
}
