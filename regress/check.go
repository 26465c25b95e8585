package regress

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/source"
	"github.com/tailgate-go/tailgate/policy"
)

// Check is the gate as a test: it measures both sides, and fails t when a verdict fails. Each verdict is a subtest:
//
//	func TestGate(t *testing.T) { regress.Check(t, regress.Gate{Packages: []string{"./infer"}}) }
//
// gives TestGate/Chat/p95-ns, or TestGate/example.com/shop/infer/Chat-2/p95-ns where two packages have a Chat, or one has it with
// several GOMAXPROCS. The report is logged, and saved beside the results. A gate that has to measure is skipped under -short, and
// under -race and -cover unless somebody asked for it, with -run, a flag or a variable: then it is invalid. On Linux it waits until
// the go command runs no other packages' tests. t must not be parallel: other tests would disturb the measuring.
func Check(t *testing.T, g Gate) {
	t.Helper()
	settled(t, g).check(t)
}

// settled settles g by the flags and variables of this run. In a process that a gate measures it skips t, and t is invalid where
// the settings make no sense.
func settled(t *testing.T, g Gate) settings {
	t.Helper()
	if duet.IsChild() {
		t.Skip("regress: this process is being measured by a gate")
	}
	s, err := g.settle(fromRun)
	if err != nil {
		invalid(t, err)
	}
	return s
}

func invalid(t *testing.T, err error) {
	t.Helper()
	t.Attr("regress.outcome", string(policy.Invalid))
	t.Fatal("regress: invalid: " + report.Plain(err.Error()))
}

func (s settings) check(t *testing.T) {
	t.Helper()
	if testing.Short() && !s.saved() {
		t.Skip("regress: measuring takes its time: not under -short")
	}
	if !s.saved() {
		passOver(t)
	}
	ctx, cancel := untilDeadline(t)
	defer cancel()
	s.rerun = byTest
	result, _ := s.run(ctx, t.Name(), progress.New(t.Output(), os.Stderr)) // the error is in the report
	tell(t, s, result)
}

// saved reports whether a side is saved results. Then there is nothing to measure: they can only be compared with saved results.
func (s settings) saved() bool {
	for _, side := range []string{s.baseline.Value, s.candidate.Value} {
		if source.IsFile(side) || source.LooksLikeFile(side) {
			return true
		}
	}
	return false
}

// tell turns a result into the outcome of t and its subtests.
func tell(t *testing.T, s settings, result Result) {
	t.Helper()
	fmt.Fprint(t.Output(), result.printed())
	t.Attr("regress.outcome", string(result.Outcome()))
	expected, twins := s.expect != "", result.doc.Twins()
	for _, v := range result.Report.Verdicts {
		t.Run(twins.Path(v), func(t *testing.T) {
			t.Attr("regress.outcome", string(v.Outcome))
			if v.Fails && !expected {
				t.Error(twins.Line(v))
			} else {
				t.Log(twins.Line(v))
			}
		})
	}
	switch {
	case result.Passes():
	case result.doc.Error != "":
		t.Error("regress: invalid: " + report.Plain(result.doc.Error))
	case expected:
		t.Error("regress: " + result.doc.Missed())
	case !t.Failed(): // -run left out the subtest that fails
		t.Errorf("regress: %s", result.Outcome())
	}
}

// grace is what is left of the test's time to write the report and clean up.
const grace = 10 * time.Second

// untilDeadline ends the measuring before go test's own time limit kills the process.
func untilDeadline(t *testing.T) (context.Context, context.CancelFunc) {
	deadline, ok := t.Deadline()
	if !ok {
		return context.WithCancel(t.Context())
	}
	return context.WithDeadlineCause(t.Context(), deadline.Add(-grace),
		errors.New("the test's time limit is near: raise it with go test -timeout"))
}
