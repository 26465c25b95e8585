// Package measure measures the sides of a gate on this machine, and judges as it goes: baseline and candidate, and an anchor where
// there is one.
//
// An [Order] says what is to be measured. Its Run checks out and builds both sides, and runs every benchmark once, to find what
// there is to measure, and what each package reads. What runs and reads the same on both sides is not measured. Then it measures
// one benchmark after the other, those first whose packages are nearest to what has changed:
//
//   - a round is one launch of a process of each side, as a pair: every metric has one value a side, and what is measured in one
//     launch shares its luck;
//   - in a duet the two processes of a launch serve in turn, while the other waits; a round is so many turns of each;
//   - where a duet is not possible a round is a whole run of each side's process, from its start to its end;
//   - where the sides' code differs and requests compute, each round has binaries of its own, linked in another order.
//
// After some numbers of rounds it looks at them. A benchmark is measured until all its verdicts are settled, or its budget is
// spent. What regressed is profiled at the end, to explain it.
//
// The package reads no setting: all of them are in the order. It knows nothing of tests, nor of saved results.
package measure
