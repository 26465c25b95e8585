// Package regress is a performance gate native to go test: it measures a candidate against a baseline, judges tail latency
// and throughput by a [policy.Policy], and fails the test when, and only when, the candidate is meaningfully slower.
//
//	func TestGate(t *testing.T) { regress.Check(t, regress.Gate{Packages: []string{"./infer"}}) }
//
// # How it measures
//
// [Check] builds a test binary for each side: the baseline in a git worktree of its own, the candidate from the work tree.
// It runs every benchmark once, to find the leaf benchmarks and refuse results whose structure is wrong. Then,
// for each benchmark, it starts both binaries at once and lets them serve in turn, one request a turn or as many as make 1 ms,
// while the other waits and burns nothing: a duet. A coin decides who is first in each pair of turns. When each side has served
// as many requests as the policy's quantiles need, 60 for p95, that is a round: one value a side for every metric, a pair.
// What disturbs the machine disturbs both alike, and cancels within the pair.
//
// After 8, 12, 18, 27, 40 and 60 rounds it looks: what is settled is not measured on. Each round is a launch of the two processes,
// so that the luck of one process is not taken for a change. Where the machine is too noisy to see a change of the limits the
// verdict is blind: that passes, unless the policy has "on_blind": "fail", and is never called ok.
//
// A benchmark that does not send its requests through workload.Record takes turns as it is, on any unit: both binaries are built
// with hooks in package testing, where b.Loop decides whether to go on and where functions that count to b.N are called. A turn is
// about 1 ms of timed work, or as much as the set-up of a b.N function takes. Nothing of the benchmark changes.
//
// Whole runs of Gate.Benchtime, one of each side in random order being a round, are for what takes no turns: benchmarks that set
// b.N themselves, a release of Go before 1.24 or one that the hooks do not fit, a baseline whose tailgate is too old for a duet,
// and Windows. The report says which.
//
// # What it leaves
//
// In .tailgate/<folder of the package>/<test> beside go.mod: baseline.txt and candidate.txt, which benchstat reads,
// written as results come; verdict.json; report.html for a browser, one file that needs no network; report.md for a comment
// on a pull request, and summary.md, which is longer, for the page of a job. When the gate ends, in whatever way, its processes,
// worktrees and locks end with it.
//
// # Settings
//
// A flag wins over its environment variable, that over the field of [Gate], that over the default; the report says which won.
//
//	-regress.baseline   REGRESS_BASELINE    git revision, address of a server, or saved results
//	-regress.candidate  REGRESS_CANDIDATE   git revision, address of a server, or saved results
//	-regress.policy     REGRESS_POLICY      JSON policy
//	-regress.bench      REGRESS_BENCH       pattern of the benchmarks to measure
//	-regress.budget     REGRESS_BUDGET      longest time to measure one benchmark
//	-regress.timeout    REGRESS_TIMEOUT     longest time for a benchmark process to answer
//	-regress.inject     REGRESS_INJECT      slowdown to plant: 2ms or 25%
//	-regress.profile    REGRESS_PROFILE     off: do not profile what regressed
//	-regress.expect     REGRESS_EXPECT      regressed: pass only if the planted slowdown is caught
//	-regress.env        REGRESS_ENV         variables to give to benchmarks though they look like secrets
//	-regress.shard      REGRESS_SHARD       i/n: measure only this part of the benchmarks
//	-regress.costs      REGRESS_COSTS       verdict.json of an earlier run, to divide benchmarks by time
//	-regress.in         REGRESS_IN          pattern of the shards' folders, for Merge
//	-regress.out        REGRESS_OUT         folder for results and reports
//
// Flags break those packages of go test ./... that do not define them; the variables do not.
//
// # What benchmarks are not given
//
// Both sides run without the gate's settings (REGRESS_*) and without environment variables that look like secrets, by name
// (GITHUB_TOKEN, AWS_*, anything with a word such as TOKEN, SECRET, PASSWORD or KEY) or by value (an address with a password).
// A gate that is invalid names those that were withheld; Gate.Env or -regress.env=HF_TOKEN gives them. SECURITY.md in the
// repository says what that protects from.
//
// # More than one machine
//
// With -regress.shard=i/n [Check] measures its part of the benchmarks, and [Merge] makes one report of all parts: with one alpha,
// and the verdicts that one gate would have reached on the same rounds.
//
// # When it is invalid
//
// The reason says where, what, and what to do. TROUBLESHOOTING.md in the repository explains those that need more words.
//
// # What it does not do
//
// It cannot gate what it cannot repeat: a benchmark against a server that both sides share measures that server twice. It never
// reuses a verdict: go test does not cache it.
package regress
