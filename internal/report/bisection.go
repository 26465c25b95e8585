package report

import (
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// Bisection is everything that a search for the first bad commit has to say: the commit from which on one metric of one benchmark
// is worse than at a good commit, by more than the limits.
type Bisection struct {
	Name      string // the test's
	Good, Bad Revision
	Of        policy.ID // the benchmark; zero until it was measured
	Unit      string    // the metric
	Rule      policy.Rule
	Alpha     float64 // the chance of a false alarm that a step may have, over all its tries
	Settings  []Setting
	Notes     []string
	Steps     []Step // in order; the first is that of Bad
	Outcome   BisectionOutcome
	// Suspects are the commits that may be the first bad one, parents first. If it was found, it is the only one.
	Suspects []Revision
	Why      *Document // the first bad commit against its parent; nil where it was not found
	Error    string    // why the search went no further; empty when it came to its end
	Began    time.Time
	Took     time.Duration
	Out      string // the folder with the results
	Again    []Command
}

// Revision is a commit.
type Revision struct {
	Given   string // by whoever asked: "v1.2"; empty where nobody named it
	Hash    string // in full
	Subject string // first line of its message
	Author  string // name
	Date    string // of the author, as RFC 3339 has it
}

// Step is one commit that was compared with the good one.
type Step struct {
	Commit   Revision
	Decision Decision
	Tries    []policy.Verdict // in order; the last decides. None where nothing was measured
	Code     policy.Code      // why it was skipped; empty where it was not
	Problem  string           // the same in words
	Same     string           // hash of the commit of an earlier step that runs and reads the same; empty: none does
	Left     int              // commits that may yet be the first bad one, this one among them if it may
	Took     time.Duration
	Out      string // folder with the results of the last try, below the search's
}

// Decision is what a step says of its commit.
type Decision string

const (
	Good    Decision = "good"    // within a limit
	Bad     Decision = "bad"     // worse by more than the limits, and certain
	Skipped Decision = "skipped" // it could not be told
)

// BisectionOutcome is what a search came to.
type BisectionOutcome string

const (
	Found        BisectionOutcome = "found"         // the first bad commit
	Narrowed     BisectionOutcome = "narrowed"      // all that are left but the last were skipped
	NotRegressed BisectionOutcome = "not-regressed" // the bad commit is not worse than the good one by more than the limits
	Undecided    BisectionOutcome = "undecided"     // whether it is could not be told
	Unfinished   BisectionOutcome = "unfinished"    // the search was ended before
	NoSearch     BisectionOutcome = "invalid"       // there is nothing to search in
)

// Passes reports whether the commit was found.
func (b Bisection) Passes() bool { return b.Outcome == Found }

// last is the verdict that decided a step; zero where there is none.
func (s Step) last() policy.Verdict {
	if len(s.Tries) == 0 {
		return policy.Verdict{}
	}
	return s.Tries[len(s.Tries)-1]
}

// verdict is what w says of the benchmark: the one verdict on it. zero where there is none.
func (b Bisection) verdict(d *Document) policy.Verdict {
	if d != nil {
		for _, v := range d.Report.Verdicts {
			if v.ID == b.Of && v.Unit == b.Unit {
				return v
			}
		}
	}
	return policy.Verdict{}
}

// step is that of a commit; zero where there is none.
func (b Bisection) step(hash string) Step {
	for _, s := range b.Steps {
		if s.Commit.Hash == hash {
			return s
		}
	}
	return Step{}
}
