package regress

import (
	"flag"
	"strings"
)

// option is one thing that a flag, an environment variable or a field of Gate can set, in that order of precedence.
type option struct {
	name  string // "baseline": flag -regress.baseline, variable REGRESS_BASELINE
	field string // "Gate.Baseline"
	usage string
	flag  *string // of go test
}

// options are all that there are.
var options []option

func newOption(name, field, usage string) option {
	o := option{name, "Gate." + field, usage, flag.String("regress."+name, "", "tailgate: "+usage)}
	options = append(options, o)
	return o
}

var (
	baselineOption  = newOption("baseline", "Baseline", "git revision, address of a server or saved results to compare with")
	candidateOption = newOption("candidate", "Candidate",
		"git revision, address of a server or saved results to judge (default: the work tree)")
	anchorOption = newOption("anchor", "Anchor",
		"older git `revision`, or latest-tag, to find drift since (default: none)")
	tagsOption = newOption("tags", "Tags",
		"build `tags` of what is measured, as for go test -tags (default: those of this go test, or else of GOFLAGS)")
	testsOption     = newOption("tests", "Tests", "own: measure each side with its own tests (default: both with the candidate's)")
	identicalOption = newOption("identical", "Identical",
		"measure: measure benchmarks that run and read the same on both sides, too (default: they are ok)")
	policyOption = newOption("policy", "PolicyFile", "JSON policy `file`")
	benchOption  = newOption("bench", "Bench", "pattern of the benchmarks to measure (default: all)")
	budgetOption = newOption("budget", "Budget", "longest `time` to measure one benchmark (default 2m, in CI 1m)")
	totalOption  = newOption("total", "Total",
		"longest `time` to measure all benchmarks together, and to wait for another gate before "+
			"(default: what the -timeout of go test leaves; of the command: no limit)")
	timeoutOption = newOption("timeout", "Timeout", "longest `time` for a benchmark process to answer (default 1m)")
	injectOption  = newOption("inject", "Inject", "slowdown to plant in the candidate: 2ms or 25%")
	acceptOption  = newOption("accept", "Accept", "off: do not heed trailers of commits that accept what regressed")
	expectOption  = newOption("expect", "Expect", "regressed: pass only if the planted slowdown was caught")
	restartOption = newOption("restart", "Restart",
		"`command` that starts a server anew before each round; the side and the address are added to it")
	swapOption = newOption("swap", "Swap",
		"on: each side's server gets the other's address in every other round, by a coin, with -regress.restart")
	profileOption = newOption("profile", "Profile", "off: do not profile what regressed")
	envOption     = newOption("env", "Env", "`names` of variables to give to benchmarks though they look like secrets, with commas")
	shardOption   = newOption("shard", "Shard", "i/n: measure only this `part` of the benchmarks")
	costsOption   = newOption("costs", "Costs", "verdict.json of an earlier run, by whose times benchmarks are divided among shards")
	inOption      = newOption("in", "In", "`pattern` of the shards' folders of results to merge")
	goodOption    = newOption("good", "Good", "git `revision` that was good, for Bisect")
	badOption     = newOption("bad", "Bad", "git `revision` that is bad, for Bisect (default: HEAD)")
	metricOption  = newOption("metric", "Metric", "`unit` whose rule Bisect follows: ns/op")
	historyOption = newOption("history", "History", "`folder` that keeps a file of each report, by commit")
	outOption     = newOption("out", "Out", "`folder` for results and reports")
)

// variable is the option's environment twin. Flags break those packages of ./... that do not define them.
func (o option) variable() string { return "REGRESS_" + strings.ToUpper(o.name) }
