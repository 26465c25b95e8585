package bisect

import (
	"context"
	"errors"
	"slices"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// errTimeOver means that there was no time to measure.
var errTimeOver = errors.New("the search's time was over: allow more with go test -timeout, or lower -regress.budget")

// decide fills a step: it measures until the verdict says good or bad, as often as it may. A commit that cannot be decided is
// skipped, and never guessed.
func (s *search) decide(ctx context.Context, step *report.Step) error {
	for i, share := range tries {
		measured, err := s.Measure(ctx, Try{
			Commit: step.Commit, Step: len(s.doc.Steps) + 1, Number: i + 1, Alpha: share.alpha * s.doc.Alpha, Budget: share.budget,
			Known: func(digest string) bool { return digest != "" && s.decided[digest] != "" },
		})
		step.Out = measured.Out
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			step.Decision, step.Code, step.Problem = report.Skipped, codeOf(err), err.Error()
			return nil
		}
		if same := s.decided[measured.Digest]; measured.Verdict.Outcome == "" && same != "" {
			step.Same, step.Decision = same, s.decisionOf(same)
			return nil
		}
		v := measured.Verdict
		if v.Reason.Code == policy.NotMeasured {
			return errTimeOver
		}
		if s.doc.Unit == "" {
			s.doc.Of, s.doc.Unit, s.doc.Rule = v.ID, v.Unit, v.Rule
		}
		step.Tries = append(step.Tries, v)
		var goOn bool
		step.Decision, goOn = decision(v)
		if !goOn || i+1 == len(tries) {
			s.keep(measured.Digest, *step)
			break
		}
	}
	if v := step.Tries[len(step.Tries)-1]; step.Decision == report.Skipped {
		step.Code, step.Problem = v.Reason.Code, report.Twins{}.Line(v)
	}
	return nil
}

// keep notes what a step that was decided ran and read.
func (s *search) keep(digest string, step report.Step) {
	if digest != "" && step.Decision != report.Skipped && s.decided[digest] == "" {
		s.decided[digest] = step.Commit.Hash
	}
}

// decisionOf is what the step of a commit has said.
func (s *search) decisionOf(hash string) report.Decision {
	at := slices.IndexFunc(s.doc.Steps, func(step report.Step) bool { return step.Commit.Hash == hash })
	return s.doc.Steps[at].Decision
}

// codeOf is why a gate could not judge.
func codeOf(err error) policy.Code {
	if failure, ok := errors.AsType[report.Failure](err); ok {
		return failure.Code()
	}
	return policy.Failed
}

// decision is what a verdict says of its commit, and whether to measure on because only noise keeps the commit undecided. A verdict
// that is ok by its estimate alone decides nothing: half of the time a change just beyond the limit looks ok. A commit that
// regressed by its estimate alone is measured again, and is bad if the last try says no more: a change just within the limit seldom
// looks bad each time.
func decision(v policy.Verdict) (d report.Decision, goOn bool) {
	certain := []policy.Code{policy.IntervalWithin, policy.SameCode, policy.Unchanged}
	switch {
	case v.Outcome == policy.Regressed:
		return report.Bad, v.Reason.Code == policy.BeyondLimits
	case v.Outcome == policy.Improved, v.Outcome == policy.OK && slices.Contains(certain, v.Reason.Code):
		return report.Good, false
	case v.Outcome == policy.Blind, v.Outcome == policy.Inconclusive && v.Reason.Code != policy.BenchmarkChanged,
		v.Reason.Code == policy.WithinLimit, v.Reason.Code == policy.SmallBudget, v.Reason.Code == policy.FewRounds:
		return report.Skipped, true
	}
	return report.Skipped, false // there is no such benchmark, it is another, or it failed
}
