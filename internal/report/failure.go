package report

import (
	"fmt"
	"strings"

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
	case policy.SmallBudget:
		return fmt.Sprintf("a round takes %.1f s and its start %.1f s, and the least to judge by is %d rounds: "+
			"set %s (-regress.budget), or shorten the workload", facts.Round.Seconds(), facts.Start.Seconds(), facts.Need, f.budget())
	case policy.NoTarget:
		return "it did not ask for the address to measure, so that it would measure the same on both sides: " +
			"send its requests to workload.Target(b)"
	case policy.NotOneResult:
		return fmt.Sprintf("%s: one result was to come, and %d benchmarks reported: %s", facts.Side, facts.Have, alone)
	case policy.OtherBenchmark:
		return fmt.Sprintf("%s: %s with GOMAXPROCS %d came, where %s with %d was to: %s",
			facts.Side, word(facts, 0), facts.Have, word(facts, 1), facts.Need, alone)
	case policy.BadResults:
		return problems(facts.Problems) + facts.Problem
	case policy.Instrumented:
		text := fmt.Sprintf("the test runs under %s, which leads to times that mean nothing: run the gate without it", word(facts, 0))
		if word(facts, 0) != "-cover" {
			text += ", or leave it out with -short"
		}
		return text
	case policy.Debugged:
		return fmt.Sprintf("a debugger (process %d) is attached to the test: run the gate without it", facts.Have)
	case policy.Failed:
		return facts.Problem
	}
	return string(f.Reason.Code) // of a later release
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
	const most = 20
	var told []string
	for _, p := range of[:min(len(of), most)] {
		told = append(told, problem(p))
	}
	if more := len(of) - most; more > 0 {
		told = append(told, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(told, "\n")
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
