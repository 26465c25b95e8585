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
	s := fmt.Sprintf("measured %s, %s in %s, %s%s s",
		measuredHow(n), count(n.Rounds, "round", "rounds"), count(n.Launches, "launch", "launches"), turn(n), short(n.Seconds))
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

// turn says what a turn was: "turns of 5267 operations (1.3 ms), "; empty where there were none.
func turn(n policy.Noise) string {
	switch {
	case !hadTurns(n):
		return ""
	case n.Operations == 1:
		return fmt.Sprintf("turns of an operation (%s ms), ", short(1e3*n.Turn))
	}
	return fmt.Sprintf("turns of %d operations (%s ms), ", n.Operations, short(1e3*n.Turn))
}

func hadTurns(n policy.Noise) bool { return n.SawTurns() && n.Operations > 0 }

// measuredHow says how the sides were measured: "in a duet".
func measuredHow(n policy.Noise) string {
	switch n.Method {
	case "":
		return "apart"
	case "duet":
		return "in a duet"
	}
	return "in " + cell(n.Method)
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
