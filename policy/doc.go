// Package policy has the words of a gate: a [Policy] says what is tolerated, and a [Report] what came of it. Package regress judges by
// the one and returns the other, in regress.Result.
//
// A policy is JSON, which [Parse] reads, or Go. This tolerates a p95 that is slower by 10 % or by less than 1 ms, and a throughput of
// the decoder's benchmarks that is lower by 5 %:
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
// The package is pure: it reads no clock, file, flag or environment, and prints nothing.
//
// # The rule
//
// A [Rule] tolerates a change for the worse of a metric up to a percentage, and up to an absolute floor. It is broken when the
// candidate is worse by MORE THAN MaxRegressionPercent AND by AT LEAST MinRegression. Exactly 10 % is within a limit of 10 %;
// exactly 1 ms reaches a floor of 1 ms. Latencies are judged in whole nanoseconds, where both are exact.
//
// Of several rules for one metric of a benchmark one counts: one that names the benchmark literally before one with a pattern, a
// pattern before none, and of equals the later. A rule that matches nothing is invalid: a gate with a typing error must not be green.
//
// # Words
//
// The baseline is what is compared with, the candidate what is judged. A run is one value of each metric; a side has several. A round is a
// run of each side, measured together and in an order that a coin decided: a pair. A verdict is what a rule says of a benchmark, with the
// change that was found, the interval that holds the true one, and p, the chance that noise alone makes one as large.
//
// # How it is judged
//
// Runs that were saved are judged by their medians and the Mann-Whitney test, with the p that benchstat prints. Rounds are judged by
// their ratios and differences and the signed-rank test, while they grow: after 8, 12, 18, 27, 40, 60, 90 and 120 rounds, until every verdict
// is settled or the time is spent. All intervals are those of Hodges and Lehmann (1963). Alpha, the chance of a false alarm, is for the whole report: each of its
// k verdicts has alpha/k, over all its looks together. A quantile q needs 3/(1-q) requests a run: p95 needs 60, p99 needs 300.
//
// # Outcomes
//
//	regressed     beyond both limits, and significant; at a look before the
//	              last: the whole interval is beyond both                    fails
//	improved      better by more than both limits, and significant
//	ok            anything else that could be judged
//	inconclusive  beyond both limits, but not surely: the reason says what
//	              would settle it                                            fails, unless on_inconclusive is "warn"
//	invalid       must not be judged: the reason says why, and what to do    fails
//	added         the baseline has no such benchmark or metric yet
//
// # What it does not do
//
// It cannot know whether the two sides were measured under the same conditions. Two files saved on different machines or
// days are not comparable at the 10 % level: the same binary drifts by a third within an hour on a shared host.
package policy
