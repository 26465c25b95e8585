// Package judge judges what two sides measured by a [policy.Policy], and makes the [policy.Report]. Package policy
// applies a rule to two lists of numbers; package judge matches benchmarks with rules, settles what needs no statistics,
// splits alpha and plans looks.
//
// Results that are complete are judged once:
//
//	report := judge.By(p).Compare(baseline, candidate)
//
// Results that grow are judged by a [Sequence] for each benchmark, whenever the plan has a look, until nothing is unsettled:
//
//	j := judge.By(p)
//	pairs := j.Pairs(baseline, candidate)
//	plan := j.Plan(judge.Family(pairs))
//	s := j.Sequence(pairs[0], plan, judge.Declared{Baseline: baseline.Better, Candidate: candidate.Better})
//	for !s.Settled() {
//		s.Add(round())
//		s.Look(spent())
//	}
//	report := j.Report([]judge.Pair{s.Pair()}, [][]policy.Verdict{s.Verdicts()})
//
// It is pure: it reads no clock, file, flag or environment, and prints nothing. It does not alter what it is given.
//
// # Looks
//
// For alarms the policy's alpha is split evenly over the k verdicts of the report, alpha/k (Bonferroni), and each share over the
// looks as a [Plan] says. For misses, an ok that is none, each verdict has the whole alpha over its looks. The first outcome that
// settles is the verdict. What nothing settles by the last look is inconclusive or blind, as package policy says, and gets advice:
// how many rounds, how wide a limit.
//
// # An anchor
//
// [Anchored] gives pairs a third side, an older revision. A Sequence then judges the same rounds twice, against the baseline and
// against the anchor, at the same looks. Alpha is split over the verdicts of both. A verdict that passes since the baseline and is
// regressed since the anchor is drifted.
//
// # Before statistics
//
// What one side lacks is added or invalid. Invalid is also what failed, what some runs do not report, and a quantile q of fewer
// than 3/(1-q) requests a run; a direction that nobody declared or that the sides declare differently; a rule that matches nothing.
// The runs of a service under load are invalid where the sides were sent different prompts, where they answered otherwise, and not
// by chance, and where two sweeps found no knee; latencies at a rate at which both sides fall behind give way to throughput, where
// a rule judges that.
package judge
