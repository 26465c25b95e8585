// Package regress is a performance gate native to go test: it measures a candidate against a baseline, judges tail latency
// and throughput by a [policy.Policy], and fails the test when, and only when, the candidate is meaningfully slower.
//
//	func TestGate(t *testing.T) { regress.Check(t, regress.Gate{Packages: []string{"./infer"}}) }
//
// # How it measures
//
// [Check] builds a test binary for each side: the baseline in a git worktree of its own, the candidate from the work tree. It runs
// every benchmark once, to find the leaf benchmarks and refuse results whose structure is wrong. Then it starts the two
// binaries in turn, baseline, candidate, candidate, baseline and so on, one benchmark and one run at a time, so that whatever
// drifts on the machine hits both sides alike. After 6, 9, 14 and 21 runs a side it looks: what is settled is not measured
// on. A benchmark whose requests go through workload.Record serves as many requests a run as the policy's
// quantiles need; any other benchmark is measured for Gate.Benchtime, on any unit.
//
// # What it leaves
//
// In .tailgate/<folder of the package>/<test> beside go.mod: baseline.txt and candidate.txt, which benchstat reads, written as
// results come; verdict.json; report.md. When the gate ends, in whatever way, its processes, worktrees and locks end with it.
//
// # Settings
//
// A flag wins over its environment variable, that over the field of [Gate], that over the default; the report says which won.
//
//	-regress.baseline   REGRESS_BASELINE    git revision, or saved results
//	-regress.candidate  REGRESS_CANDIDATE   git revision, or saved results
//	-regress.policy     REGRESS_POLICY      JSON policy
//	-regress.budget     REGRESS_BUDGET      longest time to measure one benchmark
//	-regress.timeout    REGRESS_TIMEOUT     longest time of one start of a test binary
//	-regress.inject     REGRESS_INJECT      slowdown to plant: 2ms or 25%
//	-regress.expect     REGRESS_EXPECT      regressed: pass only if the planted slowdown is caught
//	-regress.out        REGRESS_OUT         folder for results and reports
//
// Flags break those packages of go test ./... that do not define them; the variables do not.
//
// # What it does not do
//
// It cannot gate what it cannot repeat: a benchmark against a server that both sides share measures that server twice. It never
// reuses a verdict: go test does not cache it.
package regress
