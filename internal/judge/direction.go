package judge

import "github.com/tailgate-go/tailgate/policy"

// declared is the direction that the rule or the results declare; empty when none does. It is not ok where the sides
// contradict each other.
func declared(r policy.Rule, baseline, candidate policy.Direction) (d policy.Direction, ok bool) {
	switch {
	case r.Direction != "":
		return r.Direction, true
	case baseline != "" && candidate != "" && baseline != candidate:
		return "", false
	case candidate != "":
		return candidate, true
	}
	return baseline, true
}
