// Package report renders what a gate found: as text for the terminal, as Markdown, and as JSON.
package report

import (
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// Document is everything that a gate has to say of one run.
type Document struct {
	Name        string // the test's
	Report      policy.Report
	Baseline    Side
	Candidate   Side
	Settings    []Setting // those that are not defaults
	Environment []Fact    // goos, goarch, cpu, go, load ...
	Notes       []string  // doubts and hints that concern the whole run
	Planted     string    // the slowdown put into the candidate on purpose; empty: none
	Expected    policy.Outcome
	Error       string // why nothing could be judged; empty when there are verdicts
	Began       time.Time
	Took        time.Duration
	Out         string // the folder with the saved results
}

// Side says what was measured, and why that.
type Side struct {
	What   string // "HEAD (1a2b3c4d)", "the work tree", "testdata/base.txt"
	Why    string
	Commit string // full hash; empty when none
	Dirty  bool   // whether the tree had changes against the commit
}

// Setting is a setting that somebody made.
type Setting struct{ Name, Value, Source string }

// Fact is a named value.
type Fact struct{ Name, Value string }

// Passes reports whether the test run passes: nothing fails, or exactly what was expected happened.
func (d Document) Passes() bool {
	if d.Error != "" {
		return false
	}
	if d.Expected != "" {
		return d.Report.Outcome() == d.Expected
	}
	return !d.Report.Fails()
}

// Outcome is the report's; invalid when nothing could be judged.
func (d Document) Outcome() policy.Outcome {
	if d.Error != "" {
		return policy.Invalid
	}
	return d.Report.Outcome()
}
