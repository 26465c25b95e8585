package policy

import "time"

// Reason says why an outcome is what it is, as data. Reports put it into words.
type Reason struct {
	Code   Code     // why
	Facts  Facts    // what the code rests on
	Advice []Advice // what to do; where there are several, any one of them does
}

// Code is why an outcome is what it is. What stands in Facts beside it is said of each code.
type Code string

// Codes of what was judged.
const (
	IntervalBeyond Code = "interval-beyond" // Regressed: the whole interval is beyond both limits
	IntervalWithin Code = "interval-within" // OK: the whole interval is within a limit
	BeyondLimits   Code = "beyond-limits"   // Regressed: beyond both limits by the estimate, and significant
	// MeanBeyond says that most turns are within a limit, and the mean of all turns is not. Inconclusive, Blind. MeanPercent
	MeanBeyond    Code = "mean-beyond"
	WithinLimit   Code = "within-limit"     // OK: within a limit by the estimate
	BetterByMore  Code = "better-by-more"   // Improved: by more than both limits
	TooNoisy      Code = "too-noisy"        // Inconclusive: worse, beyond both limits by the estimate, not surely by so much. Most
	TooNoisyToSee Code = "too-noisy-to-see" // Blind: the interval holds changes beyond both limits. Most
	Saturated     Code = "saturated"        // OK: both sides of a service fell behind; its throughput is judged
)

// SameCode says that all code that the benchmark runs is the same on both sides but for addresses, so that its times, which differ
// by more than the limits, tell of something else. OK. Have: functions compared.
const SameCode Code = "same-code"

// Unchanged says that both sides run the same test binary on the same inputs, so that nothing was measured. OK.
const Unchanged Code = "unchanged"

// BenchmarkChanged says that the metric differs by more than the limits, and that the benchmark is not the same on both sides: its
// own source, what it calls in test files, or its testdata. Inconclusive. Words[0]: what differs.
const BenchmarkChanged Code = "benchmark-changed"

// SinceAnchor says that the outcome is that of the change since the anchor, which Verdict.Anchor has; of Regressed since then it is
// Drifted. Drifted, Invalid, Inconclusive, Blind. Baseline: what it is since the baseline.
const SinceAnchor Code = "since-anchor"

// Codes of what a trailer of a commit speaks of. Trailer.
const (
	ByTrailer     Code = "by-trailer"     // Accepted: beyond both limits, and not beyond the trailer's ceiling
	BeyondCeiling Code = "beyond-ceiling" // Regressed: the whole interval is beyond the trailer's ceiling
	CeilingUnseen Code = "ceiling-unseen" // Regressed: 1.5 times the trailer's ceiling is within the interval
)

// Codes of what a side lacks.
const (
	NewBenchmark     Code = "new-benchmark"     // Added
	NewMetric        Code = "new-metric"        // Added
	RemovalAllowed   Code = "removal-allowed"   // OK: the policy says so
	BenchmarkRemoved Code = "benchmark-removed" // Invalid
	MetricRemoved    Code = "metric-removed"    // Invalid
	NoValues         Code = "no-values"         // Invalid. Side
)

// Codes of what could not be measured.
const (
	Failed      Code = "failed"       // for a reason that has no code of its own. Problem
	NotMeasured Code = "not-measured" // Inconclusive: there was no time. Have: benchmarks that were not measured, of Need
	SmallBudget Code = "small-budget" // the budget reaches no verdict. Round and Start; Need: rounds
	// Late says that the load generator was late in so many rounds, each of which was measured again, that there was no time for as
	// many as a verdict takes. Have: rounds that were late; Need: rounds; Lag: how late in the last, the p99.
	Late         Code = "late"
	NoTarget     Code = "no-target"      // two servers are compared, and it did not ask for their addresses
	NotOneResult Code = "not-one-result" // run alone it has none, or several. Side, Have
	// OtherBenchmark says that run alone it is another. Side; Words: the name that came and the one that was to; Have and Need: the
	// GOMAXPROCS of those.
	OtherBenchmark Code = "other-benchmark"
	BadResults     Code = "bad-results" // it reports what cannot be. Problems; Problem: what was printed, if anything
)

// Codes of a file that the benchmark's package reads and that differs between the sides, though git sees no change of it: it is
// ignored, for one. Invalid. Words[0]: the file, from the top of the repository.
const (
	UncommittedInput Code = "uncommitted-input" // Side: the one that alone has the file; empty: both have it, with other content
	PointerInput     Code = "pointer-input"     // Side: the one that has a Git LFS pointer in the place of the content
)

// Codes of a whole gate that could not measure, beside Failed and BadResults.
const (
	// DoesNotBuild says that the go command cannot list or build what is to be measured of a side. Side; Problem: what it printed.
	DoesNotBuild Code = "does-not-build"
	// NoBenchmarks says that the candidate's packages Words[0] have no tests or, if there is Words[1], no benchmark that this pattern
	// matches.
	NoBenchmarks Code = "no-benchmarks"
	Instrumented Code = "instrumented" // the test, or Side, runs under Words[0], such as -race: its times mean nothing
	Debugged     Code = "debugged"     // a debugger is attached to the test. Have: its process
	// BadTrailer says that trailers of commits cannot be read, or name what there is not. Problems
	BadTrailer Code = "bad-trailer"
)

// Codes of what must not be judged.
const (
	FewRequests Code = "few-requests" // for the quantile. Side, Have and Need: requests a run
	InSomeRuns  Code = "in-some-runs" // a metric is not reported by all runs. Side, Have, Need: runs
	NotFinite   Code = "not-finite"   // a value is infinite or no number. Side, Value
	// FewRuns says that no difference could be significant. Need: runs a side; 0 where no number would do.
	FewRuns Code = "few-runs"
	// FewRounds says the same of rounds. Have, Need: rounds; 0 where it is not known how many.
	FewRounds        Code = "few-rounds"
	BadAlpha         Code = "bad-alpha"         // alpha is no probability
	NoPairs          Code = "no-pairs"          // a side has more rounds than the other
	BadLimits        Code = "bad-limits"        // the rule's limits are no numbers of 0 or more
	DirectionUnknown Code = "direction-unknown" // which way the metric is better
	// DirectionsContradict says that the baseline declares the metric better when Words[0], the candidate when Words[1].
	DirectionsContradict Code = "directions-contradict"
	OtherPrompts         Code = "other-prompts" // runs drew from different prompts. Selections: two
	// PromptsCached says that prompts which no server was to know came from a cache: most of a side's, or more of one side's than of
	// the other's. CachedPercent
	PromptsCached Code = "prompts-cached"
	// OtherReplies says that the sides answered otherwise, in what no rule judges, so that what a request took on one says nothing of
	// the other. Words[0]: the metric that differs; Replies
	OtherReplies          Code = "other-replies"
	SweptOut              Code = "swept-out"               // both sides hold at the highest rate of a sweep
	RuleWithoutBenchmarks Code = "rule-without-benchmarks" // the rule matches nothing, because there are no benchmarks
	RuleMatchesNoName     Code = "rule-matches-no-name"    // the rule matches nothing. Benchmarks: those that there are
	// RuleMatchesNoMetric says that the rule matches nothing. Benchmarks that it names, Units that they report.
	RuleMatchesNoMetric Code = "rule-matches-no-metric"
)

// Facts are what a reason rests on. A field that says nothing is zero.
type Facts struct {
	Side              string    // "baseline", "candidate" or "anchor": the one that the code speaks of
	Problem           string    // what went wrong, in the words of what found it; may have several lines
	Problems          []Problem // of results
	Have, Need        int       // how many there are, and how many are needed
	Most              int       // rounds that a verdict can have
	Value             float64   // that is not finite
	Words             []string  // two directions, baseline first; two names; patterns; a flag; or what differs
	Selections        []float64 // numbers that tell prompts apart
	CachedPercent     []float64 // of the tokens of prompts, baseline first
	Replies           []float64 // the mean of the metric that differs, baseline first
	Benchmarks, Units *Names    // of benchmarks and of metrics, where a rule matches nothing; else nil

	Trailer *Trailer // of a commit, that speaks of the verdict; nil: none counts

	Baseline *Settled // what the verdict comes to since the baseline alone; nil: no other than the verdict, or JSON does not tell

	// Round is what a round takes, and Start what its start does, of SmallBudget.
	Round, Start time.Duration

	// Lag is how late requests were sent, of Late.
	Lag time.Duration

	// FirstLinks is the change of the first pair of links alone, in percent, where that was beyond both limits and all of them
	// together were not found to be: what one build a side would have said. 0: it was not, or all rounds had the same links.
	FirstLinks float64

	// Work says whether a request that takes longer also computes more, of Regressed, Inconclusive and Blind; CPUPercent and
	// MeanPercent are how CPU time and mean time of a request changed, in percent; NaN where that is not known.
	Work        Work
	CPUPercent  float64
	MeanPercent float64
}

// Problem is one thing that forbids judging results.
type Problem struct {
	File      string
	Line      int    // from 1; 0 if no line is to blame
	Benchmark string // as go test prints it, without "Benchmark"; empty if none is to blame
	Fact, Fix string // what it is, and what to do about it; in the words of what read the results
}

// Names are the first names of many.
type Names struct {
	First []string // five at most
	InAll int      // how many there are
}

// Work is what became of the CPU time of requests that take longer.
type Work string

const (
	Computes  Work = "computes"   // it grew with them
	Waits     Work = "waits"      // it did not: they wait, or the machine was disturbed
	TailWaits Work = "tail-waits" // nor did the mean: few requests wait or do more, or the machine was disturbed
)

// Advice is one thing to do.
type Advice struct {
	Do     Action
	Amount float64       // rounds, runs, requests or percent; 0: not known
	Budget time.Duration // of MoreRounds, that gives so many; of MoreTime, LongerTimeout and LongerTotal; 0: not known
	Signs  []Sign        // of QuieterMachine: what disturbed it
}

// Action is what to do.
type Action string

// Actions that settle what is inconclusive or blind.
const (
	MoreTime       Action = "more-time"       // of the whole gate; Budget: as much more
	LongerTimeout  Action = "longer-timeout"  // of go test -timeout; Budget: in all
	LongerTotal    Action = "longer-total"    // of all benchmarks together; Budget: in all
	MoreMachines   Action = "more-machines"   // that share the benchmarks
	ChangeApart    Action = "change-apart"    // the benchmark in a commit of its own, before the code
	MoreRounds     Action = "more-rounds"     // Amount, Budget
	MoreRuns       Action = "more-runs"       // Amount: a side
	QuieterMachine Action = "quieter-machine" // Signs
	WiderLimit     Action = "wider-limit"     // Amount: percent
)

// Actions that mend what is invalid.
const (
	MeasureAgain   Action = "measure-again"
	MoreRequests   Action = "more-requests"   // Amount: requests a run
	ReportInAll    Action = "report-in-all"   // runs
	ReportAgain    Action = "report-again"    // the metric, or take it out of the policy
	AllowRemoval   Action = "allow-removal"   // "on_removed": "warn" in the policy, if it is meant
	SetDirection   Action = "set-direction"   // of the rule
	CorrectRule    Action = "correct-rule"    // so that it matches
	RecordRequests Action = "record-requests" // with workload.Record
	SamePrompts    Action = "same-prompts"    // measure both sides with one dataset, filter and seed
	EmptyCaches    Action = "empty-caches"    // give each side a server of its own, or say "cache": "warm" in the scenario
	SameReplies    Action = "same-replies"    // have both servers answer alike
	JudgeErrors    Action = "judge-errors"    // by a rule on errors-percent
	RaiseSweep     Action = "raise-sweep"     // the scenario's sweep.high
	LowerRate      Action = "lower-rate"      // of the load, or let it be later: max_lag_percent of a scenario, Load.MaxLagPercent
	ShortenWork    Action = "shorten-work"    // so that a round takes less time; else MoreRounds
	AskForTarget   Action = "ask-for-target"  // with workload.Target, and send the requests there
	RunAlone       Action = "run-alone"       // as it runs among others
	MendResults    Action = "mend-results"    // as the Fix of each problem says
	CommitInput    Action = "commit-input"    // the file, remove it, or choose a baseline that has it
	FetchContent   Action = "fetch-content"   // of Git LFS: git lfs fetch --all
	MendTrailer    Action = "mend-trailer"    // as the Fix of each problem says
)

// Sign is something that was seen to disturb the machine.
type Sign struct {
	Name  string // "stalls/s", "steal-percent", "load"
	Value float64
	CPUs  int // of "load": that the benchmark may use
}
