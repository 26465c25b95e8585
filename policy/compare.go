package policy

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/tailgate-go/tailgate/internal/stats"
)

// Pair is one benchmark of both sides with the rules that speak of it. A side that lacks the benchmark is nil.
type Pair struct {
	Baseline, Candidate *Benchmark
	Noise               Noise
	Elsewhere           bool  // judged by somebody else, as by another shard: it has a share of alpha, and no verdict here
	rules               []int // into the policy's, the most specific for each unit, of units that a side reports
}

// Name is the benchmark's name.
func (p Pair) Name() string { return p.some().Name }

// Package is the benchmark's import path.
func (p Pair) Package() string { return p.some().Package }

// Judged reports whether any rule speaks of the benchmark.
func (p Pair) Judged() bool { return len(p.rules) > 0 }

// Procs is the benchmark's GOMAXPROCS.
func (p Pair) Procs() int { return p.some().Procs }

// RulesOf are the rules that p judges the pair by, one for each unit.
func (p Policy) RulesOf(pair Pair) []Rule {
	p = p.withDefaults()
	rules := make([]Rule, len(pair.rules))
	for i, rule := range pair.rules {
		rules[i] = p.Rules[rule]
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
func (p Policy) Pairs(baseline, candidate Results) []Pair {
	p = p.withDefaults()
	at := map[identity]int{}
	var pairs []Pair
	for i := range baseline.Benchmarks {
		b := &baseline.Benchmarks[i]
		at[b.identity()] = len(pairs)
		pairs = append(pairs, Pair{Baseline: b})
	}
	for i := range candidate.Benchmarks {
		c := &candidate.Benchmarks[i]
		if j, ok := at[c.identity()]; ok {
			pairs[j].Candidate = c
			continue
		}
		pairs = append(pairs, Pair{Candidate: c})
	}
	for i := range pairs {
		for _, rule := range p.rulesFor(pairs[i].Name()) {
			if pairs[i].reports(p.Rules[rule].Unit()) {
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
func (p Policy) Compare(baseline, candidate Results) Report {
	pairs := p.Pairs(baseline, candidate)
	look := Look{Alpha: p.withDefaults().Alpha / float64(Family(pairs)), Last: true}
	return p.Report(pairs, func(pair Pair) []Verdict { return p.Judge(pair, baseline.Better, candidate.Better, look) })
}

// Judge applies the pair's rules. The directions that each side declares win over what is known of a unit, and a rule's own
// direction over both.
func (p Policy) Judge(pair Pair, baselineBetter, candidateBetter map[string]Direction, look Look) []Verdict {
	p = p.withDefaults()
	verdicts := make([]Verdict, 0, len(pair.rules))
	for _, i := range pair.rules {
		rule := p.Rules[i]
		unit := rule.Unit()
		direction, problem := declared(rule, baselineBetter[unit], candidateBetter[unit])
		v := Verdict{Rule: rule, Unit: unit, Alpha: look.Alpha}
		v.Outcome, v.Reason = p.standing(pair, unit)
		if v.Outcome == Unsettled && problem != "" {
			v.Outcome, v.Reason = Invalid, problem
		}
		if v.Outcome == Unsettled {
			v = rule.judge(pair.Baseline.Metrics[unit], pair.Candidate.Metrics[unit], direction, look)
			v = enoughRuns(v, look)
			if v.Paired && v.Baseline.N != v.Candidate.N {
				v.Outcome, v.Reason = Invalid, fmt.Sprintf("%d rounds of the baseline and %d of the candidate are no pairs: measure it again",
					v.Baseline.N, v.Candidate.N)
			}
			if v.Outcome != Invalid {
				v = p.underLoad(v, pair)
			}
		}
		v.Package, v.Benchmark, v.Procs = pair.Package(), pair.Name(), pair.some().Procs
		verdicts = append(verdicts, p.effect(v))
	}
	return verdicts
}

// standing settles what needs no statistics: benchmarks and metrics that one side lacks, and those that must not be judged.
func (p Policy) standing(pair Pair, unit string) (Outcome, string) {
	switch b, c := pair.Baseline, pair.Candidate; {
	case c == nil && p.OnRemoved == Warn:
		return OK, "removed: in the baseline, not in the candidate; the policy allows it"
	case c == nil:
		return Invalid, `removed: in the baseline, not in the candidate; if that is meant, set "on_removed": "warn" in the policy`
	case c.Problem != "":
		return Invalid, c.Problem
	case b == nil:
		return Added, "not in the baseline yet"
	case b.Problem != "":
		return Invalid, b.Problem
	case len(c.Metrics[unit]) == 0:
		return Invalid, fmt.Sprintf("the baseline reports %s, the candidate does not: report it again, or take it out of the policy", unit)
	case len(b.Metrics[unit]) == 0:
		return Added, "the baseline does not report " + unit + " yet"
	default:
		for _, side := range []struct {
			name string
			*Benchmark
		}{{"baseline", b}, {"candidate", c}} {
			if need := minRequests(unit); side.Requests < need {
				return Invalid, fmt.Sprintf("%s: %d requests a run are too few for %s, which needs %d: run with -benchtime=%dx",
					side.name, side.Requests, unit, need, need)
			}
			if have, runs := len(side.Metrics[unit]), side.runs(); have < runs {
				return Invalid, fmt.Sprintf("%s: %s is reported by %d of %d runs: report it in all", side.name, unit, have, runs)
			}
			for _, value := range side.Metrics[unit] {
				if math.IsNaN(value) || math.IsInf(value, 0) {
					return Invalid, fmt.Sprintf("%s: %s is %v in one of its runs: measure it again", side.name, unit, value)
				}
			}
		}
		return Unsettled, ""
	}
}

// enoughRuns makes v invalid when no difference, however large, could have been significant: such a gate could never fail.
func enoughRuns(v Verdict, look Look) Verdict {
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
	v.Outcome = Invalid
	if look.Paired {
		v.Reason = fmt.Sprintf("%d rounds can never reach significance: at least %d are needed (a larger budget)", v.Baseline.N, need)
		return v
	}
	v.Reason = fmt.Sprintf("%d baseline and %d candidate runs can never reach significance at alpha %.2g: at least %d a side are needed "+
		"(-count=%d, or a larger budget)", v.Baseline.N, v.Candidate.N, look.Alpha, need, need)
	return v
}

// declared settles which way the rule's unit is better.
func declared(r Rule, baseline, candidate Direction) (d Direction, problem string) {
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
func (p Policy) effect(v Verdict) Verdict {
	switch v.Outcome {
	case Regressed, Invalid:
		v.Fails = true
	case Inconclusive:
		v.Fails = p.OnInconclusive != Warn
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
