package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/few"
	"github.com/tailgate-go/tailgate/policy"
)

// Failure is an error whose reason is data: why a benchmark, or a whole gate, could not be measured.
type Failure struct{ Reason policy.Reason }

// Code is the reason's.
func (f Failure) Code() policy.Code { return f.Reason.Code }

// Error is the reason in words.
func (f Failure) Error() string {
	facts := f.Reason.Facts
	const alone = "a benchmark must run alone as it does among others"
	switch f.Reason.Code {
	case policy.NotMeasured:
		return fmt.Sprintf("not measured, like %d of %d benchmarks: the gate's time was over", facts.Have, facts.Need)
	case policy.SmallBudget:
		return fmt.Sprintf("a round takes %.1f s and its start %.1f s, and the least to judge by is %d rounds: "+
			"set %s (-regress.budget), or shorten the workload", facts.Round.Seconds(), facts.Start.Seconds(), facts.Need, f.budget())
	case policy.Late:
		return fmt.Sprintf("the load generator was late in %d rounds (in the last by %v, the p99), each of which was measured again, "+
			"until there was no time for the %d that are the least to judge by: lower the rate, give it more CPU, "+
			"or allow more lag (max_lag_percent of a scenario)", facts.Have, facts.Lag.Round(10*time.Microsecond), facts.Need)
	case policy.NoTarget:
		return "it did not ask for the address to measure, so that it would measure the same on both sides: " +
			"send its requests to workload.Target(b)"
	case policy.NotOneResult:
		return fmt.Sprintf("%s: one result was to come, and %d benchmarks reported: %s", facts.Side, facts.Have, alone)
	case policy.OtherBenchmark:
		return fmt.Sprintf("%s: %s with GOMAXPROCS %d came, where %s with %d was to: %s",
			facts.Side, word(facts, 0), facts.Have, word(facts, 1), facts.Need, alone)
	case policy.BadTrailer:
		return problems(facts.Problems)
	case policy.BadResults:
		return problems(facts.Problems) + facts.Problem
	case policy.DoesNotBuild:
		return facts.Side + ": " + facts.Problem
	case policy.NoBenchmarks:
		if len(facts.Words) > 1 {
			return fmt.Sprintf("no benchmark of %s matches %q; go test -list Benchmark shows what there is", word(facts, 0), word(facts, 1))
		}
		return fmt.Sprintf("no test files in %s: a gate measures benchmarks; name packages that have some in Gate.Packages, "+
			"or the build tags of their files with -regress.tags",
			word(facts, 0))
	case policy.Instrumented:
		if facts.Side != "" {
			return fmt.Sprintf("%s: its test is built with %s, which leads to times that mean nothing: leave that out of GOFLAGS "+
				"(go env GOFLAGS shows them)", facts.Side, word(facts, 0))
		}
		text := fmt.Sprintf("the test runs under %s, which leads to times that mean nothing: run the gate without it", word(facts, 0))
		if word(facts, 0) != "-cover" {
			text += ", or leave it out with -short"
		}
		return text
	case policy.Debugged:
		return fmt.Sprintf("a debugger (process %d) is attached to the test: run the gate without it", facts.Have)
	case policy.UncommittedInput:
		return uncommitted(facts)
	case policy.PointerInput:
		return fmt.Sprintf("its package reads %s, which is a Git LFS pointer on one side, the %s: "+
			"git lfs fetch --all brings the content, and git lfs checkout puts it there", word(facts, 0), facts.Side)
	case policy.Failed:
		return facts.Problem
	}
	return string(f.Reason.Code) // of a later release
}

// uncommitted says of a file that it differs though git sees no change of it.
func uncommitted(facts policy.Facts) string {
	differs := "differs between the sides"
	if facts.Side != "" {
		differs = "only the " + facts.Side + " has"
	}
	name := word(facts, 0)
	if strings.HasPrefix(name, "../") {
		return fmt.Sprintf("its package reads %s, outside of the repository, which %s, since the baseline lies elsewhere: "+
			"have it in the repository, or name it by its absolute path", name, differs)
	}
	return fmt.Sprintf("its package reads %s, which %s, though git sees no change of it: commit it, remove it, "+
		"or compare with a baseline that has it", name, differs)
}

// budget is the one that would do.
func (f Failure) budget() string {
	for _, a := range f.Reason.Advice {
		if a.Do == policy.MoreRounds && a.Budget > 0 {
			return fmt.Sprintf("a budget of %s or more", a.Budget)
		}
	}
	return "a larger budget"
}

// problems lists them, one a line, and counts those after the twentieth.
func problems(of []policy.Problem) string {
	told := make([]string, len(of))
	for i, p := range of {
		told[i] = problem(p)
	}
	return strings.Join(few.First(told, 20, ""), "\n")
}

// problem is where it stands, what it is and what to do: "candidate:12: Serve-2: p95-ns is NaN; report a finite number".
func problem(p policy.Problem) string {
	text := ""
	if p.File != "" && p.Line > 0 {
		text = fmt.Sprintf("%s:%d: ", p.File, p.Line)
	} else if p.File != "" {
		text = p.File + ": "
	}
	if p.Benchmark != "" {
		text += p.Benchmark + ": "
	}
	text += p.Fact
	if p.Fix != "" {
		text += "; " + p.Fix
	}
	return text
}
