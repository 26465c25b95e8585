// Package judge judges what two sides measured by a [policy.Policy], and makes the [policy.Report].
//
// Results that are saved are judged once:
//
//	report := judge.By(p).Compare(baseline, candidate)
//
// Results that grow are judged whenever the plan says so, until nothing is [Unsettled]:
//
//	j := judge.By(p)
//	pairs := j.Pairs(baseline, candidate)
//	plan := j.Plan(judge.Family(pairs))
//	if look, planned := plan.Look(rounds); planned {
//		verdicts := j.Verdicts(pairs[0], nil, nil, look)
//	}
//	report := j.Report(pairs, found)
//
// It is pure: it reads no clock, file, flag or environment, and prints nothing. It does not alter what it is given.
//
// # Change
//
// Of a metric whose values are b of the baseline and c of the candidate:
//
//	         change                       percent                       interval and p
//	runs     median c - median b          100 change / median b         Mann-Whitney test, p as benchstat prints it
//	rounds   that of all c[i] - b[i]      that of all c[i] / b[i]       signed-rank test of all log c[i] / b[i]
//
// The estimates of rounds and all intervals are those of Hodges and Lehmann (1963), found by inverting the test: of the ratios for the
// percentage, of the differences for the floor. Where a value is 0 or less there are no ratios: then the differences are tested, and the
// percentage is theirs. Package stats has the formulae. What could have been seen, Verdict.Detectable, is for a power of 0.8.
//
// # Limits
//
// With w the change for the worse, so change or, where higher is better, its opposite, a rule is broken by runs if
//
//	100 w > MaxRegressionPercent * median b   and   w >= MinRegression
//
// which is exact where values are whole nanoseconds: 11 ms against 10 ms is not more than 10 %. Of rounds the ratio is held against
// (100 + MaxRegressionPercent) / 100, where it is exact for the same reason, and the difference against MinRegression.
//
// # Looks
//
//	                                            before the last look   at the last, and of saved results
//	the whole interval is beyond both limits    regressed              by the estimate, as below
//	the whole interval is within either limit   improved or ok         by the estimate, as below
//	neither                                     unsettled              by the estimate:
//	  beyond both limits, p <= alpha                                   regressed
//	  beyond both limits, p > alpha                                    inconclusive
//	  better by more than both, p <= alpha                             improved
//	  anything else                                                    ok
//
// The policy's alpha is split evenly over the k verdicts of the report, alpha/k (Bonferroni), and each share over the looks as a
// [Plan] says. The first outcome that settles is the verdict.
//
// # Before statistics
//
// What one side lacks is added or invalid. Invalid is also what failed, what has values that are not finite, in some runs none, fewer
// than 3/(1-q) requests a run for a quantile q, or so few runs that no difference could be significant; a direction that nobody declared
// or that the sides declare differently; a rule that matches nothing. Of a service under load also sides that were sent other prompts, and two
// sweeps that found no knee; latencies at a rate at which both sides fall behind give way to throughput, where a rule judges that.
package judge
