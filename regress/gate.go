package regress

import (
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// Gate says what is measured and how it is judged. The zero value gates every benchmark of the package that the test stands
// in, working tree against the default baseline, by the default policy.
//
// Under Check, Command, Main, SelfTest and the function Merge a field that has a flag is overridden by the flag, or else by its
// REGRESS_* environment variable; the report says which won. What the environment says of CI is heeded under them, too. The methods
// Run and Merge heed neither. A Gate is not altered and may be used again.
type Gate struct {
	// Packages are the packages whose benchmarks are measured, as patterns of the go command relative to the test's
	// folder: "./infer", "./...". Those of another module around that folder or below it are named so, too: "../...". Empty means the
	// test's own package.
	Packages []string
	// Bench is a pattern of the benchmarks to measure, or to judge of saved results, as in go test -bench. Empty means all.
	// Flag -regress.bench.
	Bench string

	// Baseline is a git revision, the http:// or https:// address of a server (see workload.Target), or a file (or pattern of files)
	// of saved benchmark results, which may be those of the inference gateway's load generator. A name that is both a file and a
	// revision is refused: ./main is the file, refs/heads/main the branch. Empty means what CI's variables say: the merge base with
	// the pull request's target, or on a push the commit before it; on a push of a new branch the merge base with the default branch,
	// or else the parent. Elsewhere it means HEAD if the work tree has changes, else the work tree itself (see Identical); in CI both
	// are invalid. Flag -regress.baseline.
	Baseline string
	// Candidate likewise; empty means the work tree. Saved results can only be compared with saved results,
	// and a server with a server.
	// Flag -regress.candidate.
	Candidate string

	// Anchor is an older git revision that takes its turns in the same rounds, such as "v1.4.0", or "latest-tag": the newest release
	// tag of the packages' module that is an ancestor of the baseline. A metric that is within its limits since the baseline, and
	// beyond them since the anchor, has drifted. Saved results and servers have no anchor. Empty means none. Flag -regress.anchor.
	Anchor string

	// Tests is "own" to measure each side with its own tests. Empty or "candidate" measures the baseline's code with the candidate's:
	// its _test.go files and what lies below testdata beside them, so that a benchmark and its input are the same on both sides and a
	// new one is judged at once. If these do not build or run with the baseline's code, each side has its own, and the report says so.
	// If the benchmark itself differs, a change beyond the limits is inconclusive. Flag -regress.tests.
	Tests string

	// Tags are build tags, with commas, as for go test -tags: both sides are listed and built with them. Empty means those with which
	// go test has built the test that the gate stands in, or else those of GOFLAGS. Other flags of that build, such as -gcflags, do
	// not reach what is measured, and a note says so: write them in GOFLAGS. Flag -regress.tags.
	Tags string

	// Identical is "measure" to measure every benchmark, as an A/A run must. Empty or "ok" leaves out the benchmarks of a package
	// whose test binaries are the same on both sides, and which reads the same: their verdicts are ok, with the reason "unchanged".
	// What is read is told by the log that go test keys its cache with, from before init functions run; what is read through cgo or
	// package syscall is not in it. Where a benchmark starts a program and any file has changed, the package is measured. With
	// Inject, between two servers, and in SelfTest all is measured. Flag -regress.identical.
	Identical string

	// Policy says what is tolerated; the zero value is policy.Default.
	Policy policy.Policy
	// PolicyFile is a JSON policy to use in place of Policy, whose rules it has if it names none. Flag -regress.policy.
	PolicyFile string

	// Budget is how long one benchmark is measured, all sides together, if its verdicts do not settle before; 0 means 2 minutes, and
	// in CI 1 minute. It may be hours. The system's monotonic clock counts it, which on Linux and macOS stands still while the machine
	// sleeps. Flag -regress.budget.
	Budget time.Duration
	// Total is how long all benchmarks are measured together; 0 means as long as go test's -timeout leaves, less a tenth (but 45 s at
	// most) for the report. A benchmark that gets no time is inconclusive. Gates in one test binary share its -timeout: the first may
	// take all that is left, unless each has a Total. A gate that waits as long for another on the machine is invalid. Flag
	// -regress.total.
	Total time.Duration
	// Timeout is how long a benchmark process may take to get ready, to answer a turn, or to run as a whole where it takes no turns,
	// before it is killed; 0 means 1 minute. Flag -regress.timeout.
	Timeout time.Duration
	// Benchtime is how long one run of a benchmark takes that takes no turns, as in go test -benchtime; empty means 300ms.
	// A benchmark with a Recorder serves as many requests a round as the policy's quantiles need: 60 for p95.
	Benchtime string

	// Restart is a command, of words with blanks between them, that starts a server anew where two servers are compared. The gate runs
	// it in the test's folder for each side before the smoke run and before each round, with two arguments more: the side, "baseline"
	// or "candidate", and the address. It returns when that side's server answers there, within Timeout, and the gate leaves that
	// server running. If the gate or Timeout ends first, the command ends with all that it has started. So each round has processes of
	// its own, and the luck of one of them is not taken for a change. Empty leaves the servers alone, and the report says that two
	// processes are compared. Flag -regress.restart.
	Restart string
	// Swap is "on" to give each side's server the other's address in one of two rounds that follow each other, by a coin, so that the
	// luck of a machine or its accelerator is averaged, too. It needs Restart. Flag -regress.swap.
	Swap string

	// Inject plants a slowdown in every request of the candidate: "2ms" or "25%". Flag -regress.inject.
	Inject string
	// Expect is "regressed" to turn the test green only if the planted slowdown was caught. Flag -regress.expect.
	Expect string
	// Accept is "off" to ignore trailers. Empty: a regression is accepted if a commit that leads to the candidate, and not to the
	// baseline, names it in a trailer whose ceiling it keeps (docs/accepted.md):
	// "Perf-Accept: Chat p95-ns <=+30% answers are checked now". No trailer is read with Inject, for saved results, or for servers.
	// Flag -regress.accept.
	Accept string
	// Profile is "off" to profile nothing. Empty: when a benchmark regressed, both sides are started again under a profiler, for 20
	// seconds at most from the first start to the last profile read, or half of Budget if that is less (but 4 seconds), and the report
	// names the functions that cost more. At most three benchmarks are profiled. Flag -regress.profile.
	Profile string
	// Env names environment variables that the benchmarks need though they look like secrets, such as HF_TOKEN. Variables that look
	// like secrets are withheld from the measured code, which may be a pull request's (SECURITY.md lists them). Flag -regress.env,
	// with commas.
	Env []string
	// Shard is "i/n" to measure only part i, from 1, of the gate's benchmarks, where n machines share them. Alpha is split over all of
	// them. See Merge. Flag -regress.shard.
	Shard string
	// Costs is the verdict.json of an earlier run or merge of the gate, by whose times benchmarks are divided among shards, the same
	// file for all of them. Empty deals benchmarks out in turn, by name. Flag -regress.costs.
	Costs string
	// In is a pattern of folders, as of filepath.Match, in or below which the shards that Merge merges left their results; relative to
	// the test's folder or, if nothing matches there, to that of go.mod. Flag -regress.in.
	In string
	// Good is the git revision at which Bisect's metric was good, an ancestor of Bad. Without it Bisect is skipped. Flag
	// -regress.good.
	Good string
	// Bad is the git revision at which it is worse by more than the limits. Empty means HEAD. Flag -regress.bad.
	Bad string
	// Metric is the unit of the rule that Bisect follows, stage included: "ns/op", "p95-model-ns". Empty means that of the one rule
	// that the policy has for the benchmark. Flag -regress.metric.
	Metric string
	// History is a folder that keeps what changed, by commit: each gate that compares two commits in rounds adds one file of
	// its own, whole and at once, so that jobs may share the folder, and branches that have it may be merged. Beside the
	// reports history.html and history.json show the changes of each metric along the commits that lead to the candidate,
	// their product, steps and trends. Where shards measure, Merge adds the file. Keep it outside of the work tree, or where
	// git ignores it. Relative to the test's folder. Flag -regress.history.
	History string
	// Out is the folder for baseline.txt, candidate.txt, verdict.json, the reports and profiles; empty means .tailgate/<folder of the
	// package>/<name of the test> beside go.mod, and of a shard the folder shard-<i>-of-<n> in that. Where Out is set, .tailgate has
	// no more than .gitignore and stamp, because of which go test does not reuse the gate's result. It must be empty, not there yet
	// or a gate's: what an earlier gate left is removed. Flag -regress.out.
	Out string
}

const (
	defaultBudget    = 2 * time.Minute
	defaultTimeout   = time.Minute
	defaultBenchtime = "300ms"
)
