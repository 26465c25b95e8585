package measure

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

// plainMachine are gates on the benchmarks that were recorded on a machine, quiet or busy.
func plainMachine(tb testing.TB, machine string) (all []plainGates) {
	for _, r := range plainRecordings(tb) {
		if strings.HasPrefix(r.name, machine+"-") {
			all = append(all, newPlainGates(r))
		}
	}
	return all
}

// BenchmarkPlainCharacteristic answers how often the gate is wrong on plain benchmarks. An op is a gate run by the default policy,
// which has a limit of 10 % and no floor for them, on each of the eight benchmarks that were recorded on a machine. Each round has
// links of its own, as where the code differs, and is as short as the first: a gate's later ones are longer.
//
//		go test -run '^$' -bench PlainCharacteristic -benchtime 250x -timeout 0 ./internal/measure
//
//	  - red-%, ok-%, blind-%, inconclusive-%: what the runs came to; a run that is improved is ok
//	  - worst-%: of the benchmark on which most runs were wrong, how many: red where nothing changed, not red where something did
//	  - rounds: on average
func BenchmarkPlainCharacteristic(b *testing.B) {
	for _, machine := range []string{"quiet", "busy"} {
		all := plainMachine(b, machine)
		for _, family := range []int{1, 50, 500} {
			for _, luck := range []plainCase{{}, {launch: 0.02}, {launch: 0.05}, {layout: 0.02}, {layout: 0.05}, {layout: 0.18}} {
				for _, effect := range []float64{0, 0.15, 0.20} {
					c := plainCase{effect, luck.layout, luck.launch, family}
					name := fmt.Sprintf("machine=%s/family=%d/launch=%.0f/layout=%.0f/effect=%.0f",
						machine, family, 100*c.launch, 100*c.layout, 100*effect)
					b.Run(name, func(b *testing.B) { characterizePlain(b, all, c) })
				}
			}
		}
	}
}

func characterizePlain(b *testing.B, all []plainGates, c plainCase) {
	outcomes, wrong, rounds := map[policy.Outcome]float64{}, make([]float64, len(all)), 0.0
	for b.Loop() {
		for i, g := range all {
			outcome, n := g.run(c)
			outcomes[outcome]++
			rounds += float64(n)
			if (outcome == policy.Regressed) != (c.effect > 0) {
				wrong[i]++
			}
		}
	}
	runs := float64(b.N * len(all))
	for name, of := range map[string][]policy.Outcome{
		"red-%": {policy.Regressed}, "ok-%": {policy.OK, policy.Improved}, "blind-%": {policy.Blind},
		"inconclusive-%": {policy.Inconclusive},
	} {
		sum := 0.0
		for _, o := range of {
			sum += outcomes[o]
		}
		b.ReportMetric(100*sum/runs, name)
	}
	b.ReportMetric(100*slices.Max(wrong)/float64(b.N), "worst-%")
	b.ReportMetric(rounds/runs, "rounds")
}

// TestPlainGatesOfManyVerdicts holds that identical code is not red, and what is twice beyond the limit is not ok, whatever luck
// there is and however many verdicts share alpha.
func TestPlainGatesOfManyVerdicts(t *testing.T) {
	gates := 100
	if testing.Short() {
		gates = 5
	}
	for _, machine := range []string{"quiet", "busy"} {
		for _, c := range []plainCase{
			{family: 50, launch: 0.05}, {family: 500, launch: 0.05}, {family: 50, layout: 0.05}, {family: 500, layout: 0.05},
		} {
			for _, effect := range []float64{0, 0.20} {
				c.effect = effect
				for i, g := range plainMachine(t, machine) {
					outcomes, _ := g.percent(gates, c)
					if effect == 0 {
						assert.Zero(t, outcomes[policy.Regressed], "%s %d, %+v: identical code is red", machine, i, c)
					} else {
						assert.Zero(t, outcomes[policy.OK]+outcomes[policy.Improved], "%s %d, %+v: slower code is ok", machine, i, c)
					}
				}
			}
		}
	}
}
