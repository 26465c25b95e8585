package report

import (
	"fmt"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// noise says how a benchmark was measured and what was seen to disturb that; empty when nothing was looked for.
func noise(n policy.Noise) string {
	if n == (policy.Noise{}) {
		return ""
	}
	how := "apart"
	switch n.Method {
	case "":
	case "duet":
		how = "in a duet"
	default:
		how = "in " + cell(n.Method)
	}
	s := fmt.Sprintf("measured %s, %s in %s, %s s",
		how, count(n.Rounds, "round", "rounds"), count(n.Launches, "launch", "launches"), short(n.Seconds))
	var seen []string
	if n.SawTurns() {
		seen = append(seen, short(n.Stalls)+" stalls/s over 1 ms", short(n.Switches)+" involuntary switches/s")
	}
	if n.SawTurns() && n.Alternation != 0 {
		seen = append(seen, "alternating costs a turn "+percent(n.Alternation)+" %")
	}
	if n.SawMachine() {
		seen = append(seen, "steal "+rounded(n.Steal, 1)+" %", "CPUs "+rounded(n.Busy, 0)+" % busy", "load "+rounded(n.Load, 2))
	}
	if len(seen) == 0 {
		return s
	}
	return s + "; " + strings.Join(seen, ", ")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// short has a decimal only where it matters, below 10.
func short(v float64) string {
	if v >= 0 && v < 9.95 {
		return rounded(v, 1)
	}
	return rounded(v, 0)
}

func rounded(v float64, decimals int) string { return scale{size: 1, decimals: decimals}.number(v) }
