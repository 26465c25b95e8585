package judge

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// Pair is one benchmark of both sides with the rules that speak of it. A side that lacks the benchmark is nil.
type Pair struct {
	Baseline, Candidate *Benchmark
	Noise               policy.Noise
	Elsewhere           bool           // judged by somebody else, as by another shard: it has a share of alpha, and no verdict here
	rules               []*policy.Rule // of the judge's policy, the most specific for each unit, of units that a side reports
}

// Name is the benchmark's name.
func (p Pair) Name() string { return p.some().Name }

// Package is the benchmark's import path.
func (p Pair) Package() string { return p.some().Package }

// Judged reports whether any rule speaks of the benchmark.
func (p Pair) Judged() bool { return len(p.rules) > 0 }

// Procs is the benchmark's GOMAXPROCS.
func (p Pair) Procs() int { return p.some().Procs }

// Rules are the rules that the pair is judged by, one for each unit.
func (p Pair) Rules() []policy.Rule {
	rules := make([]policy.Rule, len(p.rules))
	for i, rule := range p.rules {
		rules[i] = *rule
	}
	return rules
}

func (p Pair) some() *Benchmark {
	if p.Candidate != nil {
		return p.Candidate
	}
	return p.Baseline
}

// Pairs matches both sides' benchmarks with each other and with the rules: the baseline's order, then what was added.
func (j Judge) Pairs(baseline, candidate Results) []Pair {
	at := map[identity]int{}
	var pairs []Pair
	for i := range baseline.Benchmarks {
		b := &baseline.Benchmarks[i]
		at[b.identity()] = len(pairs)
		pairs = append(pairs, Pair{Baseline: b})
	}
	for i := range candidate.Benchmarks {
		c := &candidate.Benchmarks[i]
		if other, ok := at[c.identity()]; ok {
			pairs[other].Candidate = c
			continue
		}
		pairs = append(pairs, Pair{Candidate: c})
	}
	for i := range pairs {
		for _, rule := range j.rulesFor(pairs[i].Name()) {
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
		if b != nil && (len(b.Metrics[unit]) > 0 || b.Problem != "") {
			return true
		}
	}
	return false
}

// Family is the number of verdicts that the pairs lead to: what alpha is split over.
func Family(pairs []Pair) int {
	n := 0
	for _, pair := range pairs {
		n += len(pair.rules)
	}
	return max(n, 1)
}

// Compare judges saved results: every rule, once, with what there is.
func (j Judge) Compare(baseline, candidate Results) policy.Report {
	pairs := j.Pairs(baseline, candidate)
	look := Look{Alpha: j.policy.Alpha / float64(Family(pairs)), Last: true}
	return j.Report(pairs, func(pair Pair) []policy.Verdict { return j.Verdicts(pair, baseline.Better, candidate.Better, look) })
}

// Verdicts applies the pair's rules. The directions that each side declares win over what is known of a unit, and a rule's own
// direction over both.
func (j Judge) Verdicts(pair Pair, baselineBetter, candidateBetter map[string]policy.Direction, look Look) []policy.Verdict {
	verdicts := make([]policy.Verdict, 0, len(pair.rules))
	for _, rule := range pair.rules {
		unit := rule.Unit()
		direction, problem := declared(*rule, baselineBetter[unit], candidateBetter[unit])
		v := policy.Verdict{Rule: *rule, Unit: unit, Alpha: look.Alpha}
		v.Outcome, v.Reason = j.standing(pair, unit)
		if v.Outcome == Unsettled && problem != "" {
			v.Outcome, v.Reason = policy.Invalid, problem
		}
		if v.Outcome == Unsettled {
			v = test(*rule, pair.Baseline.Metrics[unit], pair.Candidate.Metrics[unit], direction, look)
			v = enoughRuns(v, look)
			if v.Paired && v.Baseline.N != v.Candidate.N {
				v.Outcome, v.Reason = policy.Invalid, fmt.Sprintf("%d rounds of the baseline and %d of the candidate are no pairs: measure it again",
					v.Baseline.N, v.Candidate.N)
			}
			if v.Outcome != policy.Invalid {
				v = underLoad(v, pair)
			}
		}
		v.Package, v.Benchmark, v.Procs = pair.Package(), pair.Name(), pair.Procs()
		verdicts = append(verdicts, j.effect(v))
	}
	return verdicts
}

// standing settles what needs no statistics: benchmarks and metrics that one side lacks, and those that must not be judged.
func (j Judge) standing(pair Pair, unit string) (policy.Outcome, string) {
	switch b, c := pair.Baseline, pair.Candidate; {
	case c == nil && j.policy.OnRemoved == policy.Warn:
		return policy.OK, "removed: in the baseline, not in the candidate; the policy allows it"
	case c == nil:
		return policy.Invalid, `removed: in the baseline, not in the candidate; if that is meant, set "on_removed": "warn" in the policy`
	case c.Problem != "":
		return policy.Invalid, c.Problem
	case b == nil:
		return policy.Added, "not in the baseline yet"
	case b.Problem != "":
		return policy.Invalid, b.Problem
	case len(c.Metrics[unit]) == 0:
		return policy.Invalid, fmt.Sprintf("the baseline reports %s, the candidate does not: report it again, or take it out of the policy", unit)
	case len(b.Metrics[unit]) == 0:
		return policy.Added, "the baseline does not report " + unit + " yet"
	default:
		for _, side := range []struct {
			name string
			*Benchmark
		}{{"baseline", b}, {"candidate", c}} {
			if need := minRequests(unit); side.Requests < need {
				return policy.Invalid, fmt.Sprintf("%s: %d requests a run are too few for %s, which needs %d: run with -benchtime=%dx",
					side.name, side.Requests, unit, need, need)
			}
			if have, runs := len(side.Metrics[unit]), side.runs(); have < runs {
				return policy.Invalid, fmt.Sprintf("%s: %s is reported by %d of %d runs: report it in all", side.name, unit, have, runs)
			}
			for _, value := range side.Metrics[unit] {
				if math.IsNaN(value) || math.IsInf(value, 0) {
					return policy.Invalid, fmt.Sprintf("%s: %s is %v in one of its runs: measure it again", side.name, unit, value)
				}
			}
		}
		return Unsettled, ""
	}
}

// enoughRuns makes v invalid when no difference, however large, could have been significant: such a gate could never fail.
func enoughRuns(v policy.Verdict, look Look) policy.Verdict {
	smallest := func(n int) float64 { return stats.SmallestP(n, n) }
	have, fewest := stats.SmallestP(v.Baseline.N, v.Candidate.N), 2
	if look.Paired {
		smallest, have, fewest = stats.SmallestSignedRankP, stats.SmallestSignedRankP(v.Baseline.N), 1
	}
	if !look.Last || have <= look.Alpha {
		return v
	}
	need := fewest
	for smallest(need) > look.Alpha {
		need++
	}
	v.Outcome = policy.Invalid
	if look.Paired {
		v.Reason = fmt.Sprintf("%d rounds can never reach significance: at least %d are needed (a larger budget)", v.Baseline.N, need)
		return v
	}
	v.Reason = fmt.Sprintf("%d baseline and %d candidate runs can never reach significance at alpha %.2g: at least %d a side are needed "+
		"(-count=%d, or a larger budget)", v.Baseline.N, v.Candidate.N, look.Alpha, need, need)
	return v
}

// declared settles which way the rule's unit is better.
func declared(r policy.Rule, baseline, candidate policy.Direction) (d policy.Direction, problem string) {
	unit := r.Unit()
	switch {
	case r.Direction != "":
		return r.Direction, ""
	case baseline != "" && candidate != "" && baseline != candidate:
		return "", fmt.Sprintf("the baseline declares %s better when %s, the candidate when %s: set the rule's direction", unit, baseline, candidate)
	case candidate != "":
		return candidate, ""
	case baseline != "":
		return baseline, ""
	case directionOf(unit) != "":
		return directionOf(unit), ""
	}
	return "", fmt.Sprintf(`it is not known which way %s is better: set the rule's "direction" to "lower" or "higher"`, unit)
}

// effect decides whether v fails the test run.
func (j Judge) effect(v policy.Verdict) policy.Verdict {
	switch v.Outcome {
	case policy.Regressed, policy.Invalid:
		v.Fails = true
	case policy.Inconclusive:
		v.Fails = j.policy.OnInconclusive != policy.Warn
	}
	return v
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
