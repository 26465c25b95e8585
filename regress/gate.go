package regress

import (
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// Gate says what is measured and how it is judged. The zero value gates every benchmark of the package that the test stands
// in, working tree against the default baseline, by the default policy.
//
// Under Check, Main, SelfTest and the function Merge a field that has a flag is overridden by the flag, or else by its REGRESS_*
// environment variable; the report says which won. What the environment says of CI is heeded under them, too. The methods Run and
// Merge heed neither. A Gate is not altered and may be used again.
type Gate struct {
	// Packages are the packages whose benchmarks are measured, as patterns of the go command relative to the test's
	// folder: "./infer", "./...". Empty means the test's own package.
	Packages []string
	// Bench is a pattern of the benchmarks to measure, or to judge of saved results, as in go test -bench. Empty means all.
	// Flag -regress.bench.
	Bench string

	// Baseline is a git revision, the http:// or https:// address of a server (see workload.Target), or a file (or pattern
	// of files) of saved benchmark results, which may be those of the inference gateway's load generator. A name that is both a file
	// and a revision is refused: ./main is the file, refs/heads/main the branch. Empty means: the merge base
	// with the pull request's target; on a push the commit before it; HEAD when the work tree has changes; else the work
	// tree itself, which is an A/A run. Flag -regress.baseline.
	Baseline string
	// Candidate likewise; empty means the work tree. Saved results can only be compared with saved results,
	// and a server with a server.
	// Flag -regress.candidate.
	Candidate string

	// Policy says what is tolerated; the zero value is policy.Default.
	Policy policy.Policy
	// PolicyFile is a JSON policy to use in place of Policy. Flag -regress.policy.
	PolicyFile string

	// Budget is how long one benchmark is measured, both sides together, if its verdicts do not settle before; 0 means 2 minutes, and
	// in CI 1 minute. It may be hours: it is counted by a clock that nobody sets, and on Linux and macOS while the machine sleeps that
	// clock stands still. Flag -regress.budget.
	Budget time.Duration
	// Timeout is how long a benchmark process may take to get ready, to answer a turn, or to run as a whole where it takes no turns,
	// before it is killed; 0 means 1 minute. Flag -regress.timeout.
	Timeout time.Duration
	// Benchtime is how long one run of a benchmark takes that takes no turns, as in go test -benchtime; empty means 300ms.
	// A benchmark with a Recorder serves as many requests a round as the policy's quantiles need: 60 for p95.
	Benchtime string

	// Inject plants a slowdown in every request of the candidate: "2ms" or "25%". Flag -regress.inject.
	Inject string
	// Expect is "regressed" to turn the test green only if the planted slowdown was caught. Flag -regress.expect.
	Expect string
	// Profile is "off" to leave out what a regression is explained by: when a benchmark regressed, both sides serve on for about 20
	// seconds at most under a profiler, and the report names the functions that cost more. Flag -regress.profile.
	Profile string
	// Env names environment variables that the benchmarks need though they look like secrets, such as HF_TOKEN: what looks like one is
	// not given to the code that is measured, a pull request's for one (SECURITY.md says what looks so). Flag -regress.env, with
	// commas.
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
	// Out is the folder for baseline.txt, candidate.txt, verdict.json, the reports and profiles; empty means .tailgate/<folder of the
	// package>/<name of the test> beside go.mod, and of a shard the folder shard-<i>-of-<n> in that. Where Out is set, .tailgate has
	// no more than .gitignore and stamp, because of which go test does not reuse the gate's result. Flag -regress.out.
	Out string
}

const (
	defaultBudget    = 2 * time.Minute
	defaultTimeout   = time.Minute
	defaultBenchtime = "300ms"
)
