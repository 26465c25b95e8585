package regress

import (
	"fmt"
	"os"
	"testing"

	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
)

// Bisect finds the first bad commit, as a test: the one from which on one metric of one benchmark is worse than at g.Good by more
// than the limits of its rule. Without g.Good or -regress.good it is skipped.
//
//	func TestBisect(t *testing.T) { regress.Bisect(t, gate) }
//
//	go test -v -run TestBisect . -timeout 1h -regress.good=v1.2 -regress.bench='^BenchmarkChat$' -regress.metric=p95-ns
//
// Each step is a gate that compares a commit with g.Good, in worktrees of its own: the work tree is not touched. The first is
// g.Bad, which must be worse. A step is decided at the policy's alpha. A step that noise leaves inconclusive or blind, or that is
// decided by its estimate alone, is tried again with twice, then with four times the budget. What is still open then is skipped,
// and what regressed by its estimate is bad. A commit that does not build is skipped, too. A commit that runs and reads the same as
// one already decided is not measured again.
//
// The test passes if the commit was found. Then it is compared with its parent, to explain it. If only skipped commits are left,
// the report names them, and the test fails. bisect.json and bisect.txt are saved beside the results of the steps. g.Budget is the
// budget of a step, and g.Total that of the search. Bisect ignores Baseline, Candidate, Anchor, Inject, Expect, Shard, Costs,
// Accept and History.
func Bisect(t *testing.T, g Gate) {
	t.Helper()
	s := settled(t, g)
	switch {
	case s.good.Value == "":
		t.Skip("regress: there is nothing to search: name a revision that was good with -regress.good")
	case testing.Short():
		t.Skip("regress: measuring takes its time: not under -short")
	}
	passOver(t)
	ctx, cancel := untilDeadline(t)
	defer cancel()
	s.rerun = byTest
	doc := s.bisect(ctx, t.Name(), progress.New(t.Output(), os.Stderr))
	fmt.Fprint(t.Output(), doc.Text())
	t.Attr("regress.outcome", string(doc.Outcome))
	if !doc.Passes() {
		t.Error("regress: " + report.Plain(doc.Ending()))
	}
}

// bisected is the exit status of a command with this search.
func bisected(doc report.Bisection) int {
	switch doc.Outcome {
	case report.Found:
		return exitPassed
	case report.Narrowed, report.Undecided, report.Unfinished:
		return exitInconclusive
	}
	return exitInvalid
}
