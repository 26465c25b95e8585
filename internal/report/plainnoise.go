package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// plainNoise says of many benchmarks together how they were measured and what was seen to disturb that: from the least to the most
// of each; empty when nothing was looked for.
func plainNoise(groups []group) string {
	var all []policy.Noise
	for _, g := range groups {
		if g.of.Noise != (policy.Noise{}) {
			all = append(all, g.of.Noise)
		}
	}
	if len(all) < 2 {
		return noise(slices.Concat(all, make([]policy.Noise, 1))[0])
	}
	seconds, methods, of := 0.0, []string{}, map[string]int{}
	for _, n := range all {
		seconds += n.Seconds
		how := measuredHow(n)
		if of[how]++; of[how] == 1 {
			methods = append(methods, how)
		}
	}
	if len(methods) > 1 {
		for i, how := range methods {
			methods[i] = fmt.Sprintf("%d %s", of[how], how)
		}
	}
	whole := func(v float64) string { return fmt.Sprintf("%.0f", v) }
	always := func(policy.Noise) bool { return true }
	turns := between(all, func(n policy.Noise) float64 { return float64(n.Operations) }, hadTurns, whole)
	if turns != "" {
		turns = fmt.Sprintf("turns of %s operations (%s ms), ", turns,
			between(all, func(n policy.Noise) float64 { return 1e3 * n.Turn }, hadTurns, short))
	}
	s := fmt.Sprintf("measured %s, %s rounds in %s launches each, %s%s s together", strings.Join(methods, ", "),
		between(all, func(n policy.Noise) float64 { return float64(n.Rounds) }, always, whole),
		between(all, func(n policy.Noise) float64 { return float64(n.Launches) }, always, whole), turns, short(seconds))
	hundredths := func(v float64) string { return rounded(v, 2) }
	tenths := func(v float64) string { return rounded(v, 1) }
	var seen []string
	for _, d := range []struct {
		before, after string
		of            func(policy.Noise) float64
		saw           func(policy.Noise) bool
		write         func(float64) string
	}{
		{"", " stalls/s over 1 ms", func(n policy.Noise) float64 { return n.Stalls }, policy.Noise.SawTurns, short},
		{"", " involuntary switches/s", func(n policy.Noise) float64 { return n.Switches }, policy.Noise.SawTurns, short},
		{"steal ", " %", func(n policy.Noise) float64 { return n.Steal }, policy.Noise.SawMachine, tenths},
		{"CPUs ", " % busy", func(n policy.Noise) float64 { return n.Busy }, policy.Noise.SawMachine, whole},
		{"load ", "", func(n policy.Noise) float64 { return n.Load }, policy.Noise.SawMachine, hundredths},
	} {
		if text := between(all, d.of, d.saw, d.write); text != "" {
			seen = append(seen, d.before+text+d.after)
		}
	}
	if len(seen) == 0 {
		return s
	}
	return s + "; " + strings.Join(seen, ", ")
}

// between is the least and the most of what was seen: "8 to 22"; empty where nothing was.
func between(all []policy.Noise, of func(policy.Noise) float64, saw func(policy.Noise) bool, write func(float64) string) string {
	var values []float64
	for _, n := range all {
		if saw(n) {
			values = append(values, of(n))
		}
	}
	if len(values) == 0 {
		return ""
	}
	least, most := write(slices.Min(values)), write(slices.Max(values))
	if least == most {
		return least
	}
	return least + " to " + most
}
