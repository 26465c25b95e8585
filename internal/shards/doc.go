// Package shards divides the benchmarks of a gate among machines, and keeps what each of them found so that it can be merged.
//
// Every shard finds all benchmarks of the gate, and so knows without a word from the others which are its own, and over how many verdicts
// alpha is split. It leaves a [Manifest] beside its results: which benchmarks there are, who has which, of what binaries, by what policy,
// and when it looked at its rounds. [Agree] says what forbids putting manifests together.
//
// A manifest is no signature. Whoever edits a result by hand or by accident is found out, since sums do not match; whoever computes the sums
// anew is found out where the verdicts do not follow from the rounds; whoever forges both is not.
package shards
