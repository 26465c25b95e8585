package evidence

import (
	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// Spared is the note on what was left out of results; none where nothing was.
func Spared(spared benchdata.Spared) []string {
	var problems []policy.Problem
	for _, out := range spared {
		problems = append(problems, policy.Problem(out.Problem))
	}
	return report.Spared(problems)
}
