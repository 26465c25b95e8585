// Package policy decides whether a candidate is meaningfully slower than a baseline.
//
// It is pure: it reads no clock, file, flag or environment, and prints nothing. Give it what two sides measured and it
// returns a [Report]:
//
//	report := policy.Default().Compare(baseline, candidate)
//	if report.Fails() {
//		fmt.Println(report.Outcome())
//	}
//
// # The rule
//
// A [Rule] tolerates a change for the worse of a metric up to a percentage, and up to an absolute floor. It is broken when the
// candidate is worse by MORE THAN MaxRegressionPercent AND by AT LEAST MinRegression. Exactly 10 % is within a limit of 10 %;
// exactly 1 ms reaches a floor of 1 ms. Latencies are judged in whole nanoseconds, where both are exact.
//
// # Words
//
// A run is one value of each metric; a side has several. The change is the difference of the medians of the runs. The interval
// is the Hodges-Lehmann interval of the shift, found by inverting the Mann-Whitney test, and p is the two-sided p of that test.
// Alpha, the chance of a false alarm, is for the whole report: each of its k verdicts gets alpha/k (Bonferroni).
//
// A round is a run of each side, measured together and in an order that a coin decided: a pair. Rounds are judged by the signed-rank test
// and its own Hodges-Lehmann interval, of the ratios within pairs for the percentage and of the differences for the floor, while they
// grow: a [Plan] says when, and how strictly. See [Policy.Judge].
//
// # Outcomes
//
//	regressed     beyond both limits, and significant; at a look before the
//	              last: the whole interval is beyond both                    fails
//	improved      better by more than both limits, and significant
//	ok            anything else that could be judged
//	inconclusive  beyond both limits, but not surely: the reason says what
//	              would settle it                                            fails, unless on_inconclusive is "warn"
//	invalid       must not be judged: the reason says why, and what to do     fails
//	added         the baseline has no such benchmark or metric yet
//
// # What it does not do
//
// It cannot know whether the two sides were measured under the same conditions. Two files saved on different machines or
// days are not comparable at the 10 % level: the same binary drifts by a third within an hour on a shared host.
package policy
