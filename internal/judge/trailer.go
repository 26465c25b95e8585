package judge

import (
	"fmt"
	"iter"
	"slices"

	"github.com/tailgate-go/tailgate/internal/few"
	"github.com/tailgate-go/tailgate/policy"
)

// Accepting is the judge that heeds trailers of commits, the newest first. Of several that speak of one verdict the widest counts,
// wherever they stand: it does not matter whether the commits were squashed, or in which order. Verdicts settle as without
// trailers.
func (j Judge) Accepting(trailers []policy.Trailer) Judge {
	j.trailers = slices.Clone(trailers)
	slices.SortStableFunc(j.trailers, policy.Trailer.Wider)
	return j
}

// Trailers are those that the judge heeds, the widest first.
func (j Judge) Trailers() []policy.Trailer { return slices.Clone(j.trailers) }

// settled is what a verdict comes to with the trailers, which speak of the change since the baseline, and then with its Anchor.
func (r *reporter) settled(v policy.Verdict) policy.Verdict {
	v = r.judge.sinceAnchor(r.accept(v))
	if v.Outcome == policy.Drifted {
		for t := range r.speaking(v) {
			use(t, policy.Crept)
		}
	}
	return v
}

// speaking are the trailers that speak of v, the widest first.
func (r *reporter) speaking(v policy.Verdict) iter.Seq[*policy.Trailer] {
	return func(yield func(*policy.Trailer) bool) {
		for i := range r.report.Trailers {
			t := &r.report.Trailers[i]
			if t.Metric == v.Unit && t.Names(v.ID) && !yield(t) {
				return
			}
		}
	}
}

// accept is v as the trailers leave it that speak of it.
func (r *reporter) accept(v policy.Verdict) policy.Verdict {
	judged := v
	for t := range r.speaking(v) {
		switch of := v.Under(*t); {
		case judged.Outcome == policy.Accepted || of.Reason.Facts.Trailer == nil: // by a wider one, or nobody need accept it
			use(t, policy.Unneeded)
		case of.Outcome == policy.Accepted:
			judged = of
			use(t, policy.Heeded)
		default:
			if judged.Reason.Facts.Trailer == nil { // the widest is told
				judged = of
			}
			use(t, of.Reason.Facts.Trailer.Use)
		}
	}
	return judged
}

// use notes what became of a trailer, if that says more than what is known.
func use(t *policy.Trailer, u policy.Use) {
	order := []policy.Use{"", policy.Unneeded, policy.Crept, policy.Unseen, policy.Exceeded, policy.Heeded}
	if slices.Index(order, u) > slices.Index(order, t.Use) {
		t.Use = u
	}
}

// rest says of the trailers of which there was no verdict why that is.
func (r *reporter) rest(pairs []Pair) {
	for i := range r.report.Trailers {
		t := &r.report.Trailers[i]
		if t.Use != "" {
			continue
		}
		t.Use = policy.Unjudged
		if slices.ContainsFunc(pairs, func(p Pair) bool { return p.Elsewhere && t.Names(p.ID()) && p.judges(t.Metric) }) {
			t.Use = policy.Elsewhere
		}
	}
}

// Misnamed says what trailers of benchmarks that were found, and not yet measured, name that there is not. A trailer of no such
// benchmark accepts nothing, whether it is another gate's, of an older name or mistyped; and one on a metric that is there and that
// no rule judges is only not needed.
func (j Judge) Misnamed(pairs []Pair, baselineBetter, candidateBetter map[string]policy.Direction) []policy.Problem {
	var problems []policy.Problem
	for _, t := range j.trailers {
		of := slices.DeleteFunc(slices.Clone(pairs), func(p Pair) bool { return !t.Names(p.ID()) })
		if len(of) == 0 {
			continue
		}
		if fact, fix := misnamed(t, of, baselineBetter, candidateBetter); fact != "" {
			problems = append(problems, policy.Problem{
				File: fmt.Sprintf("commit %.12s", t.Commit), Line: t.Line, Fact: fmt.Sprintf("%q: %s", t, fact), Fix: fix,
			})
		}
	}
	return problems
}

// misnamed says of a trailer that names these pairs if they are of several packages, if none of them has its metric, or if that is
// better the other way; else it is empty.
func misnamed(t policy.Trailer, of []Pair, baselineBetter, candidateBetter map[string]policy.Direction) (fact, fix string) {
	const correct = "correct it with git commit --amend or git rebase -i"
	for _, p := range of {
		if p.Package() != of[0].Package() && t.Benchmark == p.Name() {
			return fmt.Sprintf("%s and %s both have such a benchmark", of[0].Package(), p.Package()),
				"write the package before it: " + p.Package() + "/" + p.Name()
		}
	}
	for _, p := range of {
		for _, rule := range p.Rules() {
			if rule.Unit() != t.Metric {
				continue
			}
			better, _ := declared(rule, baselineBetter[t.Metric], candidateBetter[t.Metric])
			if better == "" {
				better = policy.DirectionOf(t.Metric)
			}
			if better == "" || t.Fits(better) {
				return "", ""
			}
			turned := t.Ceiling
			turned.Change = -turned.Change
			return fmt.Sprintf("%s is better when %s", t.Metric, better), fmt.Sprintf("write %s for a change for the worse", turned)
		}
	}
	if slices.ContainsFunc(of, func(p Pair) bool { return p.reports(t.Metric) }) {
		return "", ""
	}
	var units []string
	for _, rule := range of[0].Rules() {
		units = append(units, rule.Unit())
	}
	if len(units) == 0 {
		units = of[0].units()
	}
	return fmt.Sprintf("%s reports no %s; there is %s", t.Benchmark, t.Metric, few.Of(units, 5)), correct
}
