package report

import (
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// Spared is a note on values that cannot be, of metrics that no rule names; none where there are none.
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
