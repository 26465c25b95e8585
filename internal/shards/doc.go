// Package shards divides the benchmarks of a gate among machines, keeps what each of them found, and merges that.
//
// Every shard finds all benchmarks of the gate, and so knows without a word from the others which are its own, and over
// how many verdicts alpha is split. It leaves a [Manifest] beside its results: which benchmarks there are, who has which,
// of what binaries, by what policy, and when it looked at its rounds. [Agree] says what forbids putting manifests together.
// [Merge] puts together what they left: it judges the rounds again, at the looks at which their shard judged them, and refuses
// a shard whose own verdicts are others.
//
// A manifest is no signature. An edited result is found by its sum. If its sum was computed anew, it is found because the verdicts
// do not follow from the rounds. If both were forged, it is not found.
package shards
