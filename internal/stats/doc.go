// Package stats judges two small samples of one metric: how large a change is, how sure that is, and what could have been
// seen at this noise.
//
// Runs are two heaps of values. What is said of them rests on the Mann-Whitney test, the one that benchstat prints: it assumes
// no shape for the noise, so a p95 with a heavy tail is judged as fairly as a mean. The test, the estimate and the interval are
// one method seen from three sides: [MannWhitney] asks whether the sides differ, [Shift] and [Ratio] by how much, and the
// interval is the set of changes that the same test would not reject.
//
// Rounds are pairs: both sides, in random order, on the same machine in the same minute. They are judged by the signed-rank
// test instead ([SignedRank], [PairedShift], [PairedRatio]), which looks at nothing but the pairs' own differences, so that what
// hits both sides alike cancels. A [Plan] says when to look at growing results, and a [Limit] what to make of an interval.
//
// What many gates found along commits is put together by [Product], and [EDivisive] tells since when changes are others.
//
// The words, exactly:
//
//   - A sample is one value per run. Values within a side must be exchangeable: all of the baseline first and all of the
//     candidate afterwards lets a drift of the machine pass for a change, and no test can tell.
//   - A pair is one value of each side, measured in an order that a coin decided. This alone makes what is said of pairs hold,
//     for noise that drifts, bursts and remembers: if nothing changed, the coin decided the sign of the difference. What the
//     coin does not decide it does not protect from: pairs from one launch of two processes share the luck of that launch.
//   - The shift is the number that, added to every baseline value, makes the two sides alike; the ratio is the number to
//     multiply by. Both are estimated as Hodges and Lehmann (1963) do: the median over all n1*n2 comparisons of one
//     candidate with one baseline value, for pairs over all averages of two pairs' changes. It is not the difference of the
//     medians, though on quiet data they agree.
//   - p is two-sided: the probability, if the sides were alike, of an order at least as far from an even mix as this one.
//   - alpha is the chance of one kind of error. A two-sided interval at confidence 1 - 2*alpha errs with alpha on either side,
//     and [Look] says what that makes of a verdict.
//   - The confidence of an interval is the probability that it covers the true change, whatever the noise. Ranks come in
//     whole steps, so what is attained is at least what was asked for, and [Interval] says what it was.
//
// Values that are not finite were not measured: no function here calls them significant, and none hangs on them. (One NaN
// makes the U test of go-moremath eat memory until the process dies: aclements/go-moremath #5.)
//
// Nothing here sorts, keeps or alters a caller's slice, and everything may be called concurrently.
package stats
