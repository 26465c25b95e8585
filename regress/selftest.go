package regress

import (
	"path/filepath"
	"testing"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/policy"
)

// SelfTest proves that the gate works on this machine: with identical sides every verdict is ok, and a slowdown planted in the
// candidate is found. Where it was too noisy to see, nothing is proved: blind is neither. It measures the work tree against itself,
// twice, so it takes twice the time of a gate. The slowdown is g.Inject, or 50 %. Flags and variables for baseline, candidate,
// anchor, inject, expect, restart, swap and shard are not heeded.
func SelfTest(t *testing.T, g Gate) {
	t.Helper()
	plant := g.Inject
	if plant == "" {
		plant = "50%"
	}
	for _, half := range []struct {
		name, inject string
		expect       policy.Outcome
	}{{"identical", "", policy.OK}, {"planted", plant, policy.Regressed}} {
		t.Run(half.name, func(t *testing.T) {
			s := settled(t, g)
			var err error
			if s.plant, err = duet.ParsePlant(half.inject); err != nil {
				invalid(t, err)
			}
			s.itself, s.expect = true, half.expect
			s.baseline, s.candidate, s.anchor = report.Setting{}, report.Setting{}, report.Setting{}
			s.restart = measure.Restart{}                  // no server is compared
			s.shard, s.costs = part.Part{}, shards.Costs{} // each machine has to prove itself
			s.won, s.outside, s.history = nil, nil, ""
			if s.out != "" {
				s.out = filepath.Join(s.out, half.name)
			}
			s.check(t)
		})
	}
}
