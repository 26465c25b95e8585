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
	Changed             string         // what differs of the benchmark itself on both sides; empty: nothing, or that is not known
	Unchanged           bool           // both sides run the same binary on the same inputs: ok, not measured, no share of alpha
	Elsewhere           bool           // judged by somebody else, as by another shard: it has a share of alpha, and no verdict here
	recorded            bool           // where the policy has rules for plain benchmarks: whether this is none
	rules               []*policy.Rule // of the judge's policy, the most specific for each unit, of units that a side reports
	// Since is the candidate against the anchor, which is the Baseline of that pair; nil where there is no anchor. It has no Since.
	Since *Pair
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

// judges reports whether a rule speaks of the unit.
func (p Pair) judges(unit string) bool {
	return slices.ContainsFunc(p.rules, func(r *policy.Rule) bool { return r.Unit() == unit })
}

// Comparable reports whether there is something to measure of the two sides: both have the benchmark, a rule speaks of it, and it
// is not known to be unchanged.
func (p Pair) Comparable() bool {
	return p.Judged() && p.Baseline != nil && p.Candidate != nil && !p.Unchanged
}

// New reports whether a rule speaks of the benchmark and the candidate alone has it.
func (p Pair) New() bool { return p.Judged() && p.Baseline == nil && p.Candidate != nil }

// Measurable reports whether there is something to measure, also since the anchor alone.
func (p Pair) Measurable() bool {
	return p.Comparable() || p.Since != nil && p.Since.Comparable()
}

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
		pairs[i].recorded = plain && pairs[i].records()
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

// records tells whether the requests of a side go through a Recorder, or it failed before it could tell.
func (p Pair) records() bool {
	for _, b := range []*Benchmark{p.Baseline, p.Candidate} {
		if b.Recorded() || b != nil && len(b.Metrics) == 0 && b.Problem.Code != "" {
			return true
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

// Tell says of the pair, and of its Since, what was seen meanwhile, and whether each of its rounds had links of its own.
func (p *Pair) Tell(seen policy.Noise, linked bool) {
	p.Noise, p.Linked = seen, linked
	if p.Since != nil {
		p.Since.Noise, p.Since.Linked = seen, linked
	}
}

// Family is the number of verdicts that alpha is split over: all that the pairs lead to, but for those on what is unchanged, and
// those that compare with the anchor.
func Family(pairs []Pair) int {
	n := 0
	for _, pair := range pairs {
		if !pair.Unchanged {
			n += len(pair.rules)
		}
		if pair.Since != nil && pair.Since.Comparable() {
			n += len(pair.Since.rules)
		}
	}
	return max(n, 1)
}
