package evidence

import (
	"fmt"
	"slices"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

// What benchmarks of a service report, and no verdict tells; package workload/serving defines them.
const (
	heldOpenUnit = "held-open-percent" // streams that the server did not end
	insecureUnit = "insecure-tls"      // any certificate of a server was accepted
)

// Service are notes on what a service under load says of its runs where no verdict does. The verdicts may be those of other
// benchmarks, too.
func Service(pair judge.Pair, verdicts []policy.Verdict) (notes []string) {
	if pair.Baseline == nil || pair.Candidate == nil {
		return nil
	}
	if len(pair.Baseline.Metrics[insecureUnit])+len(pair.Candidate.Metrics[insecureUnit]) > 0 {
		notes = append(notes,
			"the certificates of servers were not checked (target.insecure_tls): whoever is between can answer in their place")
	}
	for _, side := range []struct {
		name   string
		values []float64
	}{{"baseline", pair.Baseline.Metrics[heldOpenUnit]}, {"candidate", pair.Candidate.Metrics[heldOpenUnit]}} {
		if len(side.values) > 0 {
			notes = append(notes, fmt.Sprintf(
				"the %s did not end its streams after their last event: up to %.0f %% of a run's connections were given up",
				side.name, slices.Max(side.values)))
		}
	}
	said := slices.ContainsFunc(verdicts, func(v policy.Verdict) bool {
		return v.ID == pair.ID() && v.Reason.Code == policy.PromptsCached
	})
	if shares, apart := pair.Cached(); apart && !said {
		notes = append(notes, fmt.Sprintf("of the prompts' tokens %.0f %% came from the baseline's cache and %.0f %% from the "+
			"candidate's: times to the first token differ by that, too", shares[0], shares[1]))
	}
	return notes
}
