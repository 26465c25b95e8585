package judge

import (
	"maps"
	"slices"

	"github.com/tailgate-go/tailgate/policy"
)

// Pair is one benchmark of both sides with the rules that speak of it, those of the judge whose Pairs made it. A side that
// lacks the benchmark is nil.
type Pair struct {
	Baseline, Candidate *Benchmark
	Noise               policy.Noise
	Linked              bool           // each of its rounds had links of its own: it was judged by Plan.Linked
	SameCode            int            // functions that it may run, if all are the same on both sides but for addresses; else 0
	Elsewhere           bool           // judged by somebody else, as by another shard: it has a share of alpha, and no verdict here
	recorded            bool           // where the policy has rules for plain benchmarks: whether this is none
	rules               []*policy.Rule // of the judge's policy, the most specific for each unit, of units that a side reports
}

// Name is the benchmark's name.
func (p Pair) Name() string { return p.some().Name }

// Package is the benchmark's import path.
func (p Pair) Package() string { return p.some().Package }

// ID tells the benchmark from others.
func (p Pair) ID() policy.ID { return p.some().ID }

// Procs is the benchmark's GOMAXPROCS.
func (p Pair) Procs() int { return p.some().Procs }

func (p Pair) some() *Benchmark {
	if p.Candidate != nil {
		return p.Candidate
	}
	return p.Baseline
}

// Judged reports whether any rule speaks of the benchmark.
func (p Pair) Judged() bool { return len(p.rules) > 0 }

// Measurable reports whether there is something to measure: both sides have the benchmark, and a rule speaks of it.
func (p Pair) Measurable() bool { return p.Judged() && p.Baseline != nil && p.Candidate != nil }

// Rules are the rules that the pair is judged by, one for each unit.
func (p Pair) Rules() []policy.Rule {
	rules := make([]policy.Rule, len(p.rules))
	for i, rule := range p.rules {
		rules[i] = *rule
	}
	return rules
}

// Pairs matches both sides' benchmarks with each other and with the rules: the baseline's order, then what was added.
func (j Judge) Pairs(baseline, candidate Results) []Pair {
	at := map[policy.ID]int{}
	var pairs []Pair
	for i := range baseline.Benchmarks {
		b := &baseline.Benchmarks[i]
		at[b.ID] = len(pairs)
		pairs = append(pairs, Pair{Baseline: b})
	}
	for i := range candidate.Benchmarks {
		c := &candidate.Benchmarks[i]
		if other, ok := at[c.ID]; ok {
			pairs[other].Candidate = c
			continue
		}
		pairs = append(pairs, Pair{Candidate: c})
	}
	plain := slices.ContainsFunc(j.rules, func(r rule) bool { return r.Plain })
	for i := range pairs {
		pairs[i].recorded = plain && pairs[i].quantiles()
		for _, rule := range j.rulesFor(pairs[i]) {
			if pairs[i].reports(rule.Unit()) {
				pairs[i].rules = append(pairs[i].rules, rule)
			}
		}
	}
	return pairs
}

// reports tells whether a side reports the unit. A benchmark that failed reports whatever is asked of it: it must not slip
// through for having no metrics.
func (p Pair) reports(unit string) bool {
	for _, b := range []*Benchmark{p.Baseline, p.Candidate} {
		if b != nil && (len(b.Metrics[unit]) > 0 || b.Problem.Code != "") {
			return true
		}
	}
	return false
}

// quantiles tells whether a side reports quantiles of requests, or failed before it could tell.
func (p Pair) quantiles() bool {
	for _, b := range []*Benchmark{p.Baseline, p.Candidate} {
		if b == nil {
			continue
		}
		if len(b.Metrics) == 0 && b.Problem.Code != "" {
			return true
		}
		for unit := range b.Metrics {
			if _, _, ok := policy.Percentile(unit); ok {
				return true
			}
		}
	}
	return false
}

// units are all metrics that either side of the pair reports.
func (p Pair) units() []string {
	set := map[string]bool{}
	for _, b := range []*Benchmark{p.Baseline, p.Candidate} {
		if b != nil {
			for unit := range b.Metrics {
				set[unit] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// Family is the number of verdicts that the pairs lead to: what alpha is split over.
func Family(pairs []Pair) int {
	n := 0
	for _, pair := range pairs {
		n += len(pair.rules)
	}
	return max(n, 1)
}
