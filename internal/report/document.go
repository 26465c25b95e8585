// Package report renders what a gate found: as text for a terminal, as Markdown for a page, and as JSON for programs.
//
// Names, notes and messages come from benchmarks, files and other programs, and are not trusted: no renderer lets them move a
// cursor, become markup, mention anybody, or fill the page.
package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/policy"
)

// Document is everything that a gate has to say of one run.
type Document struct {
	Name        string // the test's
	Report      policy.Report
	Baseline    Side
	Candidate   Side
	Anchor      *Side     // nil: there is none
	Settings    []Setting // those that are not defaults
	Environment []Fact    // goos, goarch, cpu, go, load ...; of two with the same name the first counts
	Shard       Shard     // the part of a gate that this is; zero: the whole
	Notes       []string  // doubts and hints that concern the whole run
	First       bool      // whether to explain what a gate does, since none has compared two revisions in the folder of results
	Accepts     bool      // whether trailers of commits were read, which accept what regressed
	Causes      []Cause   // of what regressed, as profiles tell
	Planted     string    // the slowdown put into the candidate on purpose; empty: none
	Expected    policy.Outcome
	Error       string      // why nothing could be judged; empty when there are verdicts
	ErrorCode   policy.Code // of the same
	Began       time.Time
	Took        time.Duration
	Phases      []Phase // the named parts of that time
	Out         string  // the folder with the saved results
	Details     []Detail
	Again       []Command
	History     *History // what the gate found along commits; nil: it keeps none

	noted map[string]*noted // by text, those of Notes that are on benchmarks
}

// Side says what was measured, and why that.
type Side struct {
	What   string // "HEAD (1a2b3c4d)", "the work tree", "testdata/base.txt"
	Why    string
	Commit string // full hash; empty when none
	Dirty  bool   // whether the tree had changes against the commit
}

// Shard is one of several parts of a gate. The zero value is the whole.
type Shard struct {
	Part       part.Part
	Benchmarks int // that it has
	InAll      int // that the gate has
}

// String says which part it is; empty for the whole.
func (s Shard) String() string {
	if s == (Shard{}) {
		return ""
	}
	return fmt.Sprintf("shard %d of %d: it has %d of the gate's %d benchmarks, and alpha is split over the verdicts on all of them",
		s.Part.I, s.Part.N, s.Benchmarks, s.InAll)
}

// notes are Notes, after the part of the gate that this is, how much of it is unchanged, and which trailers changed nothing.
func (d Document) notes() []string {
	return slices.Concat(oneOf(d.Shard.String()), oneOf(d.saysUnchanged()), d.needless(), d.Notes)
}

// Setting is a setting that somebody made.
type Setting struct{ Name, Value, Source string }

// Command is what to type to see for oneself.
type Command struct{ Purpose, Line string }

// Fact is a named value.
type Fact struct{ Name, Value string }

// Fail says why nothing could be judged.
func (d *Document) Fail(err error) {
	d.Error, d.ErrorCode = err.Error(), policy.Failed
	if coded, ok := errors.AsType[interface {
		error
		Code() policy.Code
	}](err); ok {
		d.ErrorCode = coded.Code()
	}
}

// Passes reports whether the test run passes: nothing fails, or exactly what was expected happened.
func (d Document) Passes() bool {
	if d.Error != "" {
		return false
	}
	if d.Expected != "" && !d.elsewhere() {
		return d.Report.Outcome() == d.Expected
	}
	return !d.Report.Fails()
}

// plantedIn says where the slowdown was planted.
func (d Document) plantedIn() string {
	in, groups := "request", d.groups()
	switch n := len(plainGroups(groups)); {
	case n > 0 && n == len(groups):
		in = "operation"
	case n > 0:
		in = "request or operation"
	}
	return " in every " + in + " of the candidate, on purpose"
}

// elsewhere reports whether other shards judge every benchmark, so that nothing was to be judged here.
func (d Document) elsewhere() bool { return len(d.Report.Verdicts) == 0 && d.Report.Elsewhere > 0 }

// Outcome is the report's; invalid when nothing could be judged.
func (d Document) Outcome() policy.Outcome {
	if d.Error != "" {
		return policy.Invalid
	}
	return d.Report.Outcome()
}

// word is PASS or FAIL.
func (d Document) word() string {
	if d.Passes() {
		return "PASS"
	}
	return "FAIL"
}

// byConcern are the outcomes, those first that concern a reader most.
var byConcern = []policy.Outcome{
	policy.Regressed, policy.Drifted, policy.Invalid, policy.Inconclusive, policy.Blind, policy.Accepted, policy.Improved,
	policy.Added, policy.OK,
}

// headline says in a line how it went: "FAIL: 1 regressed, 3 ok, 45 unchanged", "PASS: 2 added: nothing was compared".
func (d Document) headline() string {
	word := d.word()
	switch {
	case d.Error != "":
		return word + ": invalid: nothing could be judged"
	case d.elsewhere():
		return word + ": nothing to judge in this shard"
	case len(d.Report.Verdicts) == 0:
		return word + ": invalid: there was nothing to judge"
	}
	var parts []string
	for _, c := range d.counts() {
		parts = append(parts, fmt.Sprintf("%d %s", c.N, c.Outcome))
	}
	if n, _ := d.unchanged(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d unchanged", n))
	}
	line := word + ": " + strings.Join(parts, ", ")
	if d.comparedNothing() {
		line += ": nothing was compared"
	}
	if d.Expected != "" {
		line += " (expected: " + string(d.Expected) + ")"
	}
	return line
}

// environment is Environment without what is said twice.
func (d Document) environment() []Fact {
	var facts []Fact
	for _, f := range d.Environment {
		if !slices.ContainsFunc(facts, func(earlier Fact) bool { return earlier.Name == f.Name }) {
			facts = append(facts, f)
		}
	}
	return facts
}

// machine is the environment in a line: "goos linux, goarch amd64".
func (d Document) machine() string {
	var parts []string
	for _, f := range d.environment() {
		parts = append(parts, f.Name+" "+f.Value)
	}
	return strings.Join(parts, ", ")
}

// took is how long the gate took, to the tenth of a second; empty when not known.
func (d Document) took() string {
	if d.Took <= 0 {
		return ""
	}
	return d.Took.Round(100 * time.Millisecond).String()
}

// unjudged names the benchmarks to which no rule applies.
func (d Document) unjudged() []string {
	var names []string
	for _, m := range d.Report.Benchmarks {
		if !m.Judged {
			names = append(names, m.Name)
		}
	}
	return names
}
