package report

import (
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// Spared is a note on impossible values of metrics that no rule names; none if there are no such values.
func Spared(of []policy.Problem) []string {
	if len(of) == 0 {
		return nil
	}
	told := make([]string, len(of))
	for i, p := range of {
		p.Fix = ""
		told[i] = problem(p)
	}
	return []string{"impossible values of metrics that no rule names were left out: " + strings.Join(told, "; ")}
}
