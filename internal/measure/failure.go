package measure

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// reason is why something could not be measured.
func reason(err error) policy.Reason {
	if f, ok := errors.AsType[report.Failure](err); ok {
		return f.Reason
	}
	return policy.Reason{Code: policy.Failed, Facts: policy.Facts{Problem: strings.ToValidUTF8(err.Error(), "?")}}
}

// badResults says that results cannot be, and what was printed beside them, if anything.
func badResults(problems benchdata.Problems, printed string) error {
	facts := policy.Facts{Problem: printed}
	for _, p := range problems {
		facts.Problems = append(facts.Problems, policy.Problem(p))
	}
	return failure(policy.BadResults, facts, policy.Advice{Do: policy.MendResults})
}

// notAlone says that a benchmark that runs alone is not what it is among others.
func notAlone(code policy.Code, facts policy.Facts) error {
	return failure(code, facts, policy.Advice{Do: policy.RunAlone})
}

// unbuilt says of a side why its packages cannot be listed or built: the go command refuses, or could not do its work.
func unbuilt(side string, err error) error {
	if errors.Is(err, testbin.ErrPattern) { // whatever is in the side
		return fmt.Errorf("%s: %w", side, err)
	}
	_, broken := errors.AsType[*testbin.BuildError](err)
	refusal, refused := errors.AsType[*exec.ExitError](err)
	if broken || refused && refusal.Exited() || errors.Is(err, testbin.ErrNoPackage) {
		return failure(policy.DoesNotBuild, policy.Facts{Side: side, Problem: err.Error()})
	}
	return fmt.Errorf("%s: %w", side, err)
}

func failure(code policy.Code, facts policy.Facts, advice ...policy.Advice) error {
	return report.Failure{Reason: policy.Reason{Code: code, Facts: facts, Advice: advice}}
}
