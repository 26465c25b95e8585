// Package bisect finds the first bad commit: the one from which on a metric is worse than at a good commit by more than the limits.
//
// Git lists the commits that are left, first the one that halves them best. Only descendants of the good commit are searched, so
// whatever is worse came after it. A merge of a branch that began before the good commit is one commit of the search.
//
// Each commit is compared with the good one, and the comparison is a [Measure]: the package measures nothing itself.
package bisect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// Search is what is searched for and in.
type Search struct {
	Repo      *testbin.Repo
	Good, Bad report.Revision // by their hashes
	Measure   Measure
	Explain   Explain
	Told      func(report.Bisection) error // after each step, what is known by then
}

// Measure compares the commit of a try with the good one. An error says why it could not be.
type Measure func(ctx context.Context, t Try) (Measured, error)

// Explain compares the first bad commit with a parent of it.
type Explain func(ctx context.Context, parent, first report.Revision) report.Document

// Try is one attempt to decide a step.
type Try struct {
	Commit report.Revision
	Step   int // from 1
	Number int // of the step's tries, from 1
	Alpha  float64
	Budget int // times the gate's
	// Known reports whether an earlier decided commit had this digest of what its benchmark runs and reads: then this one need not be
	// measured.
	Known func(digest string) bool
}

// Measured is what a try found.
type Measured struct {
	Verdict policy.Verdict // zero where the digest is known
	Digest  string         // of what the benchmark runs and reads; empty where that cannot be told
	Out     string         // folder of its results
}

// tries are those of a step: their shares of the gate's alpha, and how many times the gate's budget each has. All that a step has
// is the gate's alpha: the chance that one of several tries is wrong is at most the sum of theirs (Bonferroni 1936).
var tries = []struct {
	alpha  float64
	budget int
}{{1. / 2, 1}, {1. / 4, 2}, {1. / 4, 4}}

// search is a Search that is under way.
type search struct {
	Search
	doc     *report.Bisection
	without []string          // hashes: Good, what parted before it, and what was found good
	bad     string            // hash: Bad, or what was found bad last
	halves  []string          // hashes of the other commits that are left, first the one that halves them best
	skipped map[string]bool   // by hash
	inTurn  int               // steps that were skipped since one was decided
	decided map[string]string // by digest, the hash of the first commit that was decided
}

// Run searches, and leaves what it finds in doc, whose Alpha is the gate's. The error says why it went no further; then doc has
// what was found before.
func (s Search) Run(ctx context.Context, doc *report.Bisection) error {
	doc.Good, doc.Bad, doc.Outcome = s.Good, s.Bad, report.NoSearch
	if err := s.check(ctx); err != nil {
		return err
	}
	doc.Outcome = report.Unfinished
	at := &search{
		Search: s, doc: doc, bad: s.Bad.Hash, skipped: map[string]bool{}, decided: map[string]string{},
	}
	beside, err := s.Repo.Beside(ctx, s.Good.Hash, s.Bad.Hash)
	if err != nil {
		return err
	}
	at.without = append(beside, s.Good.Hash)
	err = at.run(ctx)
	var notListed error
	if doc.Suspects, notListed = at.suspects(ctx); notListed != nil {
		doc.Outcome, doc.Suspects = report.Unfinished, nil
	}
	return errors.Join(err, notListed)
}

// check refuses what cannot be searched.
func (s Search) check(ctx context.Context) error {
	if s.Good.Hash == s.Bad.Hash {
		return fmt.Errorf("the good and the bad revision are one commit, %.12s: name a good one that is older", s.Good.Hash)
	}
	descends, err := s.Repo.IsAncestor(ctx, s.Good.Hash, s.Bad.Hash)
	if err != nil || descends {
		return err
	}
	const rule = "each commit that is judged must have what the good one has"
	base, err := s.Repo.MergeBase(ctx, s.Good.Hash, s.Bad.Hash)
	if err != nil {
		return err
	}
	if base.Hash == s.Bad.Hash {
		return fmt.Errorf("the bad revision %s is an ancestor of the good one, %s: %s; exchange them", s.Bad.Given, s.Good.Given, rule)
	}
	return fmt.Errorf("the good revision %s is no ancestor of the bad one, %s: %s; both descend from %s",
		s.Good.Given, s.Bad.Given, rule, base)
}

func (s *search) run(ctx context.Context) error {
	switch decision, err := s.step(ctx, s.Bad.Hash); {
	case err != nil:
		return err
	case decision == report.Good:
		s.doc.Outcome = report.NotRegressed
		return nil
	case decision == report.Skipped && len(s.doc.Steps[0].Tries) == 0: // nothing could be measured
		s.doc.Outcome = report.NoSearch
		return errors.New(s.doc.Steps[0].Problem)
	case decision == report.Skipped:
		s.doc.Outcome = report.Undecided
		return nil
	}
	for {
		left := slices.DeleteFunc(slices.Clone(s.halves), func(hash string) bool { return s.skipped[hash] })
		switch {
		case len(s.halves) == 0:
			return s.explain(ctx)
		case len(left) == 0:
			s.doc.Outcome = report.Narrowed
			return nil
		}
		if _, err := s.step(ctx, left[pick(len(left), s.inTurn)]); err != nil {
			return err
		}
	}
}

// pick is the index of the commit to try next, of n that are ordered by how well they halve the rest, after so many were skipped in
// a row. Neighbours of a commit that does not build often do not build either: so each pick is twice as far down the order. It
// stays in the first half of the order, which is the middle half of the range.
func pick(n, skipped int) int { return min(n/2, 1<<min(skipped, 30)-1) }

// step decides a commit, and tells what is known by then.
func (s *search) step(ctx context.Context, hash string) (report.Decision, error) {
	began := time.Now()
	commit, err := s.revision(ctx, hash)
	if err != nil {
		return "", err
	}
	step := report.Step{Commit: commit}
	if err := s.decide(ctx, &step); err != nil {
		return "", err
	}
	switch step.Decision {
	case report.Good:
		s.without, s.inTurn = append(s.without, hash), 0
	case report.Bad:
		s.bad, s.inTurn = hash, 0
	default:
		s.skipped[hash] = true
		s.inTurn++
	}
	if s.halves, err = s.Repo.Halves(ctx, s.bad, s.without...); err != nil {
		return "", err
	}
	step.Left, step.Took = len(s.halves)+1, time.Since(began)
	s.doc.Steps = append(s.doc.Steps, step)
	return step.Decision, s.Told(*s.doc)
}

// revision is a commit of the search.
func (s *search) revision(ctx context.Context, hash string) (report.Revision, error) {
	entry, err := s.Repo.Log(ctx, hash)
	return newRevision(entry), err
}

func newRevision(e testbin.Entry) report.Revision {
	return report.Revision{Hash: e.Hash, Subject: e.Subject, Author: e.Author, Date: e.Date}
}

// suspects are the commits of which one is the first bad one, as far as is known; none where that is not known.
func (s *search) suspects(ctx context.Context) (all []report.Revision, err error) {
	switch s.doc.Outcome {
	case report.NoSearch, report.NotRegressed, report.Undecided:
		return nil, nil
	}
	if len(s.doc.Steps) == 0 { // the bad one may not even be bad
		return nil, nil
	}
	// A search that was ended can still say how far it came.
	entries, err := s.Repo.Range(context.WithoutCancel(ctx), s.bad, s.without...)
	for _, entry := range entries {
		all = append(all, newRevision(entry))
	}
	return all, err
}

// explain compares the first bad commit, which was found, with its parent.
func (s *search) explain(ctx context.Context) error {
	s.doc.Outcome = report.Found
	first, err := s.revision(ctx, s.bad)
	if err != nil {
		return err
	}
	parents, err := s.Repo.Parents(ctx, s.bad)
	if err != nil {
		return err
	}
	for _, parent := range parents {
		descends, err := s.Repo.IsAncestor(ctx, s.Good.Hash, parent)
		if err != nil {
			return err
		}
		if descends { // so it was found good, or a descendant of it was
			was, err := s.revision(ctx, parent)
			if err != nil {
				return err
			}
			why := s.Explain(ctx, was, first)
			s.doc.Why = &why
			return nil
		}
	}
	return fmt.Errorf("git names no parent of %.12s that descends from %.12s", s.bad, s.Good.Hash)
}
