// Package policy says what a performance gate tolerates, and applies it: a [Policy] has rules, a [Rule] judges two lists
// of numbers, and a [Report] has the verdicts of a gate. Package regress measures, judges by a policy and returns the report,
// in regress.Result.
//
// A policy is JSON, which [Parse] reads, or Go. This one tolerates a p95 that is slower by 10 % or by less than 1 ms,
// and a throughput of the decoder's benchmarks that is lower by 5 %:
//
//	{"version": 1, "rules": [
//	  {"metric": "p95-ns", "max_regression_percent": 10, "min_regression": "1ms"},
//	  {"metric": "req/s", "benchmark": "Decoder/.*", "max_regression_percent": 5}]}
//
//	policy.Policy{Rules: []policy.Rule{
//		{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1e6},
//		{Metric: "req/s", Benchmark: "Decoder/.*", MaxRegressionPercent: 5},
//	}}
//
// [Rule.Judge] judges values that were measured elsewhere:
//
//	v := rule.Judge(baseline, candidate, policy.Look{Alpha: 0.05, Last: true})
//
// The package is pure: it reads no clock, file, flag or environment, and prints nothing.
//
// # The rule
//
// A [Rule] tolerates a change for the worse of a metric up to a percentage, the limit, and up to an absolute amount, the floor.
// The candidate breaks it when it is worse by MORE THAN MaxRegressionPercent AND by AT LEAST MinRegression. Exactly 10 % is within
// a limit of 10 %; exactly 1 ms reaches a floor of 1 ms. Latencies are judged in whole nanoseconds, where both are exact.
//
// Where several rules name one metric of a benchmark, one counts: a rule whose pattern is the benchmark's name, as it is or quoted
// for a regular expression, wins over one with another pattern, a pattern over none, and the later over an equal. A rule that
// matches nothing is invalid, so that a typing error does not make a gate green.
//
// # Words
//
// The baseline is what the candidate is compared with. A run is one value of each metric; a side has several. A round is a run of
// each side, measured together in an order that a coin decided: a pair. A look is one of the times at which rounds are judged while
// they come in. A verdict is what a rule says of a benchmark: the change that was found, the interval that holds the true change,
// and p, the chance that noise alone makes a change as large.
//
// # How values are judged
//
// Runs are judged as the benchstat command judges them: by their medians and the Mann-Whitney test of golang.org/x/perf/benchmath.
// Package policy has code of its own where that is wrong (the p of ties where the sides differ in number), where it is slow (other
// ties), and where it has nothing: pairs, and intervals of the change. Rounds are judged by their ratios and differences and the
// signed-rank test. With b the values of the baseline and c those of the candidate:
//
//	         change                       percent                       interval and p
//	runs     median c - median b          100 change / median b         Mann-Whitney test
//	rounds   that of all c[i] - b[i]      that of all c[i] / b[i]       signed-rank test of all log c[i] / b[i]
//
// The estimates of rounds and all intervals are those of Hodges and Lehmann (1963), found by inverting the test: of the ratios
// for the limit, of the differences for the floor. Where a value is 0 or less there are no ratios; then the differences are tested,
// and the percentage is theirs. With w the change for the worse, runs break a rule if
//
//	100 w > MaxRegressionPercent * median b   and   w >= MinRegression
//
// and rounds if their ratio is beyond (100 + MaxRegressionPercent) / 100 and their difference reaches MinRegression.
//
// A change is seen to be within a limit when the interval lies within the limit or under the floor, and another interval lies
// within 1.5 times one of them: so what is [Doubtful] is ruled out. That other interval has an alpha of 0.001. Where rounds or
// runs are too few for it, it is the widest that they have, and a quarter further on either side. At the last look that a
// plan has, the estimate will do in place of the first interval; it will not where the time was spent early. The first row that
// holds is the verdict:
//
//	                                            before the last look   at the last, and of runs
//	seen to be within a limit, and
//	  better by more than both, and certain         improved               improved
//	  anything else                             ok                     ok
//	the whole interval is beyond both limits    regressed              regressed; of runs by the estimate
//	neither                                     unsettled              by the estimate:
//	  beyond both limits, and certain                                  regressed
//	  beyond both limits, and worse                                    inconclusive
//	  anything else                                                    blind
//
// Rounds are certain from p <= alpha/20 down, and worse from p <= alpha down. Runs apart have benchstat's p: they are certain from
// p <= alpha down, and worse from the p of the whole report's alpha down.
//
// There are two errors. One is an alarm: red where nothing has changed. The k verdicts of a report share alpha for it, alpha/k each
// (Bonferroni), over all looks together. An interval beyond the limits keeps alpha/k for every change within a limit, too; at the
// last look the estimate decides, and a change of a little less than the limit may be red. The other is a miss: ok for a change
// that is beyond. Each verdict has alpha for it by itself, over all its looks, since one miss does not stop a team. A change of 1.5
// times the limits is ok in at most 1 of 2000 looks, and in 1 of 256 after 8 rounds. [Look] has both errors, as Alpha and Miss.
//
// A gate looks after 8, 12, 18, 27, 40 and 60 rounds, until every verdict is settled or the time is spent. A round is one launch
// of both sides. A quantile q needs 3/(1-q) requests a run: p95 needs 60, p99 needs 300.
//
// Detectable is the smallest change for the worse that would have been red, by the limit and the floor of the rule and at the noise
// that there was, with a chance of 0.8. [Verdict.RedFrom] is that without noise: the limit, or the floor where that is more.
//
// # Outcomes
//
//	regressed     worse by more than the limit and by the floor, and certain         fails
//	drifted       passes since the baseline, and is regressed since the anchor       fails, unless on_drifted is "warn"
//	accepted      the same, and meant: a trailer of a commit says so, up to a ceiling
//	improved      better by as much, and certain
//	ok            seen to be within the limit or under the floor, or the code is the same, or unchanged
//	inconclusive  worse by as much, but not certainly: Reason.Advice says what
//	              would settle it                                                    fails, unless on_inconclusive is "warn"
//	blind         measured, and too noisy to see a change of the limits: Detectable
//	              says which change would have been found                            passes, unless on_blind is "fail"
//	invalid       must not be judged: Reason says why, and what to do                fails
//	added         the baseline has no such benchmark or metric yet
//
// A change that is meant is accepted by a [Trailer] of a commit, up to its [Ceiling]. The verdict settles as without it. If it is
// regressed, or inconclusive because of noise, it is then accepted where its interval begins within the ceiling and leaves out 1.5
// times the ceiling.
//
// # An anchor
//
// A gate may have a third side, an older revision that takes its turns in the same rounds: the anchor. Each rule is judged against
// it, too, as against the baseline: with the rule's limits, or those of "anchor". A change that passes since the baseline and is
// regressed since the anchor is drifted: it has crept in, a little with every commit.
//
//	{"metric": "p95-ns", "max_regression_percent": 5, "min_regression": "1ms", "anchor": {"max_regression_percent": 10}}
//
// [Verdict.Anchor] has what the rule says of the change since the anchor. What fails since the baseline stays as it is. What is
// invalid since the anchor is invalid. What is inconclusive or blind since the anchor alone is said, and passes unless "anchor" has
// "on_inconclusive" or "on_blind": "fail". What the anchor lacks was added since.
//
// A [Reason] is data: a code, the facts that it rests on, and advice. Reports put it into words.
//
// # What it does not do
//
// It cannot know whether the two sides were measured under the same conditions. Two files saved on different machines or
// days are not comparable at the 10 % level: the same binary drifts by a third within an hour on a shared host.
package policy
