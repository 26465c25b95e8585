package measure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// footprints asks a test binary for those units of a footprint that are needed: nothing where none is, for they take time.
func footprints(needed func(unit string) bool) (env []string) {
	if units := slices.DeleteFunc(duet.FootprintUnits(), func(unit string) bool { return !needed(unit) }); len(units) > 0 {
		env = []string{duet.FootprintEnv + "=" + strings.Join(units, ",")}
	}
	return env
}

// footprints asks for those that rules of the pair are on.
func (m *measurement) footprints() []string {
	rules := m.pair.Rules()
	return footprints(func(unit string) bool {
		for _, rule := range rules {
			if rule.Unit() == unit {
				return true
			}
		}
		return false
	})
}

// footprint is what side i's process printed of itself, if it was asked. A plain benchmark has it on its result line.
func (m *measurement) footprint(i int, output testbin.Output) ([]duet.Metric, error) {
	if len(m.footprints()) == 0 {
		return nil, nil
	}
	printed, err := duet.ReadFootprint(output.Stdout, "Benchmark"+m.pair.Name())
	if err != nil {
		return nil, fmt.Errorf("%s: %w%s", m.gate.sides[i].name, err, tail(output))
	}
	return printed, nil
}

// blindTo says of which footprint that a rule is on a benchmark cannot tell, and why. A rule must not pass for having nothing to
// see.
func (g *gate) blindTo(pairs []judge.Pair) error {
	for _, pair := range pairs {
		named := g.order.Judge.Named(pair)
		sides, advice := []*judge.Benchmark{pair.Baseline, pair.Candidate}, "take the rule on it out of the policy"
		if pair.Since != nil {
			sides = append(sides, pair.Since.Baseline)
		}
		for _, unit := range duet.FootprintUnits() {
			if !slices.Contains(named, unit) {
				continue
			}
			for i, of := range sides {
				if of == nil || of.Problem.Code != "" || len(of.Metrics[unit]) > 0 {
					continue
				}
				why := duet.CannotTell(unit)
				if bin := g.sides[i].bins[pair.Package()]; why == "" && bin != nil {
					why = bin.NoTurns
				}
				if why == "" {
					why = "its smoke run did not say"
				}
				if i == anchorSide {
					advice += ", or name another anchor"
				}
				return fmt.Errorf("%s: %s of %s cannot be measured: %s; %s", g.sides[i].name, unit, pair.Name(), why, advice)
			}
		}
	}
	return nil
}
