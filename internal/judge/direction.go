package judge

import (
	"fmt"

	"github.com/tailgate-go/tailgate/policy"
)

// declared is the direction that the rule or the results declare; empty when none does.
func declared(r policy.Rule, baseline, candidate policy.Direction) (d policy.Direction, problem string) {
	switch {
	case r.Direction != "":
		return r.Direction, ""
	case baseline != "" && candidate != "" && baseline != candidate:
		return "", fmt.Sprintf("the baseline declares %s better when %s, the candidate when %s: set the rule's direction", r.Unit(), baseline, candidate)
	case candidate != "":
		return candidate, ""
	}
	return baseline, ""
}
