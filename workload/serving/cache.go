package serving

import (
	"fmt"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// Cache is what a server's cache of prefixes may know of a scenario's prompts before they are sent.
type Cache string

const (
	// Cold, the default, means nothing: each prompt of each run begins with words of its own, which replace as many of its tokens. So
	// every run pays for prefill, and so do both sides of a gate, even if they are one server.
	Cold Cache = "cold"

	// Warm means whatever earlier runs left: prompts are sent as they stand, the same in every run. Cache hits then hide what prefill
	// takes.
	Warm Cache = "warm"
)

// cold reports whether prompts begin with words of their own.
func (s Scenario) cold() bool { return s.Cache != Warm }

// Unknown reports whether no server's cache of prefixes is to know any prompt of the scenario: they are cold, and no two of a run
// begin alike.
func (s Scenario) Unknown() bool { return s.cold() && !s.Dataset.shares() }

// shares reports whether prompts of one run begin alike, so that a cache knows of them what that run has sent.
func (d Dataset) shares() bool {
	return d.Turns == dataset.Growing || d.Synthetic != nil && d.Synthetic.Prefixes > 0
}

func (s Scenario) checkCache() (path string, err error) {
	if s.Cache != "" && s.Cache != Cold && s.Cache != Warm {
		return "cache", fmt.Errorf("cache is %q; write %q, where a server's cache is to know no prompt, or %q", s.Cache, Cold, Warm)
	}
	return "", nil
}
