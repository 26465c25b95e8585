package judge

import (
	"fmt"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// declared settles which way the rule's unit is better.
func declared(r policy.Rule, baseline, candidate policy.Direction) (d policy.Direction, problem string) {
	unit := r.Unit()
	switch {
	case r.Direction != "":
		return r.Direction, ""
	case baseline != "" && candidate != "" && baseline != candidate:
		return "", fmt.Sprintf("the baseline declares %s better when %s, the candidate when %s: set the rule's direction", unit, baseline, candidate)
	case candidate != "":
		return candidate, ""
	case baseline != "":
		return baseline, ""
	case directionOf(unit) != "":
		return directionOf(unit), ""
	}
	return "", fmt.Sprintf(`it is not known which way %s is better: set the rule's "direction" to "lower" or "higher"`, unit)
}

// directionOf tells which way a unit is better; empty when nothing is known of it.
func directionOf(unit string) policy.Direction {
	switch {
	case policy.IsTime(unit), unit == "B/op", unit == "allocs/op", unit == "sec/op":
		return policy.Lower
	case strings.HasSuffix(unit, "/s"):
		return policy.Higher
	}
	return ""
}

// opposite is the other direction.
func opposite(d policy.Direction) policy.Direction {
	if d == policy.Higher {
		return policy.Lower
	}
	return policy.Higher
}
