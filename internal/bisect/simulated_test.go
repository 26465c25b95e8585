package bisect

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

const unit = "p95-ns"

const inAll = 32 // commits of a history

// searches is how many are made of each kind: twenty, or a few under -short, where git is started for each commit.
func searches() uint64 {
	if testing.Short() {
		return 4
	}
	return 20
}

// simulated is a machine on which commits are measured: the rounds are made up, and all else is the judge. What a launch of a side
// is worth is drawn for each round, as for rounds that have links of their own.
type simulated struct {
	random   *rand.Rand
	times    map[string]float64 // of the good commit's p95, by hash
	broken   map[string]bool    // do not build
	digests  map[string]string  // by hash
	luck     float64            // standard deviation of the logarithm of what a launch of a side is worth
	rounds   int                // that the gate's budget has time for
	measured []Try
	known    int
}

// machine is one on which the commits from each culprit on take so many times longer.
func machine(seed uint64, commits []string, culprits map[int]float64) *simulated {
	m := &simulated{
		random: rand.New(rand.NewPCG(19, seed)), times: map[string]float64{}, broken: map[string]bool{}, digests: map[string]string{},
		luck: 0.03, rounds: 20,
	}
	times := 1.0
	for i, hash := range commits {
		if factor, is := culprits[i]; is {
			times *= factor
		}
		m.times[hash] = times
	}
	return m
}

func (m *simulated) measure(_ context.Context, t Try) (Measured, error) {
	hash := t.Commit.Hash
	if m.broken[hash] {
		return Measured{}, report.Failure{Reason: policy.Reason{
			Code: policy.DoesNotBuild, Facts: policy.Facts{Side: "candidate", Problem: "undefined: work"},
		}}
	}
	found := Measured{Digest: m.digests[hash]}
	if t.Known(found.Digest) {
		m.known++
		return found, nil
	}
	m.measured = append(m.measured, t)
	by := judge.By(policy.Policy{Alpha: t.Alpha, Rules: []policy.Rule{{Metric: unit, MaxRegressionPercent: 10}}})
	one := judge.Results{Benchmarks: []judge.Benchmark{{
		ID: policy.ID{Package: "example.com/shop", Name: "Chat", Procs: 2}, Requests: 60, Metrics: map[string][]float64{unit: {1}},
	}}}
	s := by.Sequence(by.Pairs(one, one)[0], by.Plan(1).Linked(), judge.Declared{})
	run := func(times float64) judge.Run {
		return judge.Run{Requests: 60, Values: map[string]float64{
			unit: math.Round(5e6 * times * math.Exp(m.luck*m.random.NormFloat64())),
		}}
	}
	for {
		s.Add(judge.Round{Baseline: run(1), Candidate: run(m.times[hash])})
		if s.Look(s.Rounds() >= m.rounds*t.Budget) && s.Settled() {
			found.Verdict = s.Verdicts()[0]
			return found, nil
		}
	}
}

// search searches a history, whose commits are in order, good first and bad last.
func (m *simulated) search(t *testing.T, repo *testbin.Repo, commits []string) (report.Bisection, error) {
	t.Helper()
	var told int
	doc := report.Bisection{Name: "TestBisect", Alpha: 0.05}
	err := Search{
		Repo: repo, Good: report.Revision{Given: "good", Hash: commits[0]},
		Bad: report.Revision{Given: "bad", Hash: commits[len(commits)-1]}, Measure: m.measure,
		Explain: func(_ context.Context, parent, first report.Revision) report.Document {
			return report.Document{Baseline: report.Side{Commit: parent.Hash}, Candidate: report.Side{Commit: first.Hash}}
		},
		Told: func(doc report.Bisection) error {
			if told++; told != len(doc.Steps) {
				return errors.New("a step was not told")
			}
			return nil
		},
	}.Run(t.Context(), &doc)
	return doc, err
}

// firstBad reports whether a commit is beyond the limit and its parent is not.
func (m *simulated) firstBad(commits []string, hash string) bool {
	i := slices.Index(commits, hash)
	return i > 0 && m.times[hash] > 1.1 && m.times[commits[i-1]] <= 1.1
}

// history is a repository, and the hashes of its commits by the names that they were given.
type history struct {
	t       *testing.T
	repo    *testbin.Repo
	commits map[string]string
}

func newHistory(t *testing.T) *history {
	t.Helper()
	for name, value := range map[string]string{
		"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.DevNull,
		"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_AUTHOR_DATE": "2026-11-29T12:00:00+01:00",
		"GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.com", "GIT_COMMITTER_DATE": "2026-11-29T13:00:00+01:00",
	} {
		t.Setenv(name, value)
	}
	dir := t.TempDir()
	h := &history{t: t, commits: map[string]string{}}
	h.git(dir, "init", "-q", "-b", "main")
	repo, err := testbin.Open(t.Context(), dir)
	require.NoError(t, err)
	h.repo = repo
	return h
}

func (h *history) git(dir string, args ...string) string {
	h.t.Helper()
	return modtest.Git(h.t, dir, args...)
}

// commit makes one of no files, with these parents, and returns its hash.
func (h *history) commit(name string, parents ...string) string {
	h.t.Helper()
	const empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904" // git's tree of no files
	h.git(h.repo.Root, "hash-object", "-t", "tree", "-w", os.DevNull)
	args := []string{"commit-tree", empty, "-m", "the commit " + name}
	for _, parent := range parents {
		args = append(args, "-p", h.commits[parent])
	}
	h.commits[name] = h.git(h.repo.Root, args...)
	return h.commits[name]
}

// line is a history without merges of n commits.
func line(t *testing.T, n int) (*testbin.Repo, []string) {
	t.Helper()
	h := newHistory(t)
	commits := []string{h.commit("0")}
	for i := 1; i < n; i++ {
		commits = append(commits, h.commit(fmt.Sprint(i), fmt.Sprint(i-1)))
	}
	return h.repo, commits
}
