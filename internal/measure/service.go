package measure

import (
	"fmt"
	"slices"

	"github.com/tailgate-go/tailgate/policy"
)

// heldOpenUnit is the share of streams that a server did not end after their last event; package workload/serving defines it.
const heldOpenUnit = "held-open-percent"

// insecureUnit tells that any certificate of a server was accepted; package workload/serving defines it.
const insecureUnit = "insecure-tls"

// noteService notes what a service under load says of its runs where no verdict does.
func (m *measurement) noteService() {
	pair := m.judging.Pair()
	if len(pair.Baseline.Metrics[insecureUnit])+len(pair.Candidate.Metrics[insecureUnit]) > 0 {
		m.note("the certificates of both servers were not checked (target.insecure_tls): whoever is between can answer in their place")
	}
	for _, side := range []struct {
		name   string
		values []float64
	}{{"baseline", pair.Baseline.Metrics[heldOpenUnit]}, {"candidate", pair.Candidate.Metrics[heldOpenUnit]}} {
		if len(side.values) > 0 {
			m.note(fmt.Sprintf("the %s did not end its streams after their last event: up to %.0f %% of a run's connections were given up",
				side.name, slices.Max(side.values)))
		}
	}
	said := slices.ContainsFunc(m.judging.Verdicts(), func(v policy.Verdict) bool { return v.Reason.Code == policy.PromptsCached })
	if shares, apart := pair.Cached(); apart && !said {
		m.note(fmt.Sprintf("of the prompts' tokens %.0f %% came from the baseline's cache and %.0f %% from the candidate's: "+
			"times to the first token differ by that, too", shares[0], shares[1]))
	}
}
