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
// # What is not measured
//
// A benchmark has not changed if the test binaries of its package are the same on both sides, byte for byte, and if the files that
// they look at are, by the log that go test keys its cache with. Its verdicts are ok, with the code "unchanged": it has no rounds,
// and takes no share of alpha from the others. The log misses what init functions, cgo and programs that a benchmark starts read.
// So a package is measured if a changed file may be read in one of these ways; documentation does not count.
//
// A file that is read and that differs without a change in git makes its readers invalid: an ignored file that the work tree alone
// has, or a Git LFS pointer on one side. What is measured is measured in order: the packages that have changed first, then those
// that import them, the nearest first.
//
// # Whose tests
//
// The baseline's code is measured with the candidate's _test.go files, and with what lies below testdata beside them: then a
// benchmark and its input are the same on both sides, and a new benchmark is judged at once. What code embeds which is no test is a
// part of that code, and stays each side's own. The files are laid over the baseline's worktree, a package at a time, after its own
// were built and tried: so it is known what was removed. Where they do not build or run there, or with Gate.Tests "own", each side
// has its own.
//
// A benchmark is the same on both sides if its function, all that the function reaches by name in the package's test files, init
// functions, TestMain and testdata are the same. If they differ, a verdict that would be regressed or improved is inconclusive.
// Helpers outside of test files are part of the code that is compared.
//
// # An anchor
//
// Ten commits of +2 % each are within a limit of 10 %, one by one. With -regress.anchor=v1.4.0 that revision takes its turns in the
// same rounds, and each rule is judged twice: against the baseline, and with its limits for the anchor against that. A metric that
// is within the limits since the baseline, and beyond them since the anchor, has drifted. Drift fails the gate, unless the policy
// has "on_drifted": "warn". Alpha is split over the verdicts of both. latest-tag is the newest release before the baseline.
//
// # What it leaves
//
// In .tailgate/<folder of the package>/<test> beside go.mod: baseline.txt, candidate.txt and, where there is an anchor, anchor.txt,
// which benchstat reads, written as results come; verdict.json; report.html for a browser, one file that needs no network;
// report.md for a comment on a pull request, and summary.md, which is longer, for the page of a job; junit.xml; profiles of what
// regressed; with Gate.History, history.html and history.json, which show the changes along commits. When the gate ends, in
// whatever way, its processes, worktrees and locks end with it.
//
// The first gates in a folder of results say in three sentences what they compared, what that means, and what the next run will do,
// until one of them has compared two revisions. In CI they do not.
//
// # Settings
//
// A flag wins over its environment variable, that over the field of [Gate], that over the default; the report says which won.
//
//	-regress.baseline   REGRESS_BASELINE    git revision, address of a server, or saved results
//	-regress.candidate  REGRESS_CANDIDATE   git revision, address of a server, or saved results
//	-regress.anchor     REGRESS_ANCHOR      older git revision, or latest-tag, to find drift since
//	-regress.tags       REGRESS_TAGS        build tags of what is measured; none: those of this go test
//	-regress.tests      REGRESS_TESTS       own: measure each side with its own tests, not both with the candidate's
//	-regress.identical  REGRESS_IDENTICAL   measure: measure what runs and reads the same on both sides, too
//	-regress.policy     REGRESS_POLICY      JSON policy
//	-regress.bench      REGRESS_BENCH       pattern of the benchmarks to measure
//	-regress.budget     REGRESS_BUDGET      longest time to measure one benchmark
//	-regress.total      REGRESS_TOTAL       longest time to measure all benchmarks together
//	-regress.timeout    REGRESS_TIMEOUT     longest time for a benchmark process to answer
//	-regress.inject     REGRESS_INJECT      slowdown to plant: 2ms or 25%
//	-regress.restart    REGRESS_RESTART     command that starts a server anew before each round
//	-regress.swap       REGRESS_SWAP        on: exchange the servers' addresses in every other round
//	-regress.profile    REGRESS_PROFILE     off: do not profile what regressed
//	-regress.accept     REGRESS_ACCEPT      off: do not heed trailers of commits that accept what regressed
//	-regress.expect     REGRESS_EXPECT      regressed: pass only if the planted slowdown is caught
//	-regress.env        REGRESS_ENV         variables to give to benchmarks though they look like secrets
//	-regress.shard      REGRESS_SHARD       i/n: measure only this part of the benchmarks
//	-regress.costs      REGRESS_COSTS       verdict.json of an earlier run, to divide benchmarks by time
//	-regress.in         REGRESS_IN          pattern of the shards' folders, for Merge
//	-regress.good       REGRESS_GOOD        revision that was good, for Bisect
//	-regress.bad        REGRESS_BAD         revision that is bad, for Bisect
//	-regress.metric     REGRESS_METRIC      unit whose rule Bisect follows
//	-regress.history    REGRESS_HISTORY     folder that keeps a file of each report, by commit
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
// # Without a test
//
// The program regress/tailgate is the same gate, for benchmarks whose module has none and need not know of this one. Its flags are
// those above without "regress.":
//
//	go install github.com/tailgate-go/tailgate/regress/tailgate@latest
//	tailgate -baseline=v1.4.0 ./...
//
// A gate in a nested module, such as perf with a go.mod of its own, measures the packages of the module around it as "../...".
//
// # More than one machine
//
// With -regress.shard=i/n [Check] measures its part of the benchmarks, and [Merge] makes one report of all parts: with one alpha,
// and the verdicts that one gate would have reached on the same rounds.
//
// # Since which commit
//
// [Bisect] finds the commit from which on one metric of one benchmark is worse, by duets of commits with one that was good.
//
// # Among other tests
//
// go test ./... runs several packages at once. On Linux a gate waits until it runs no other package's tests, for half of the time
// that is left until -timeout, and gates everywhere wait until no other measures on the machine. Under -race and -cover a gate is
// skipped, unless somebody asked for it, with -run, a flag or a variable: then it is invalid.
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
