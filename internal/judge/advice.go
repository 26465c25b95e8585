package judge

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// advice says what would settle v, which is inconclusive.
func advice(v policy.Verdict, m policy.Measured, plan Plan) string {
	var ways []string
	most := ""
	switch need, last := needed(v), plan.last(); {
	case v.Paired && need > last:
		most = fmt.Sprintf("; no budget would do, since a verdict has %.0f rounds at most", last)
	case v.Paired && need > 0:
		ways = append(ways, fmt.Sprintf("about %.0f rounds (%s)", need, budget(m.Noise, need)))
	case v.Paired:
		ways = append(ways, "a larger budget")
	case need > 0 && need <= 1000:
		ways = append(ways, fmt.Sprintf("about %.0f runs a side (-count=%.0f)", need, need))
	default:
		ways = append(ways, "more runs")
	}
	if signs := disturbed(m); len(signs) > 0 {
		ways = append(ways, "a quieter machine ("+strings.Join(signs, ", ")+")")
	} else if !watched(m.Noise) {
		ways = append(ways, "a quieter machine")
	}
	text := "to settle it: "
	if len(ways) > 0 {
		text += strings.Join(ways, ", ") + " or "
	}
	return text + widerLimit(v) + most
}

// needed is about how many rounds, or runs a side, would settle v; 0 when not known. The interval shrinks with the square root of
// their number:
//
//	needed = n (h/d)^2
//
// where h is from the estimate back to the end of the interval, in percent, and d what that must come down to: the distance from
// the estimate to the limit, so that the interval is wholly beyond it, or the limit itself, so that whatever is beyond it is
// significant, and none is inconclusive.
func needed(v policy.Verdict) float64 {
	estimate, h := v.ChangePercent, v.ChangePercent-v.Percent.Lo
	if estimate < 0 {
		estimate, h = -estimate, v.Percent.Hi-v.ChangePercent
	}
	limit := max(v.Rule.MaxRegressionPercent, policy.PercentOf(v.Rule.MinRegression, v.Baseline.Median))
	n := float64(min(v.Baseline.N, v.Candidate.N))
	need := math.Ceil(n * math.Pow(h/max(estimate-limit, limit), 2))
	if !(h > 0) || math.IsNaN(need) || math.IsInf(need, 0) {
		return 0
	}
	return max(need, n+1)
}

// budget is the setting that gives a benchmark so many rounds.
func budget(n policy.Noise, rounds float64) string {
	seconds := 10 * math.Ceil(n.Seconds/float64(n.Rounds)*rounds/10)
	if !(seconds > 0 && seconds < 1e6) {
		return "a larger -regress.budget"
	}
	return "-regress.budget=" + (time.Duration(seconds) * time.Second).String()
}

// watched reports whether neighbours would have been noticed.
func watched(n policy.Noise) bool { return n.Method == "duet" && n.Busy > 0 }

// disturbed are the signs that neighbours or the host kept the benchmark waiting.
func disturbed(m policy.Measured) []string {
	n := m.Noise
	var signs []string
	// A turn is a request, or as many as make 1 ms. Where 2 in 100 stall they move p95.
	request := m.Metric("ns/op").Baseline.Median
	if n.Stalls*max(request, 1e6)/1e9 > 0.02 {
		signs = append(signs, fmt.Sprintf("%.3g stalls/s", n.Stalls))
	}
	if n.Steal > 1 {
		signs = append(signs, fmt.Sprintf("steal %.3g %%", n.Steal))
	}
	cpus := float64(m.Procs)
	own := m.Metric("cpu-ns").Baseline.Median / request
	if n.Load > cpus && n.Busy/100*cpus > own+0.5 && own > 0 {
		signs = append(signs, fmt.Sprintf("load %.3g on %d CPUs", n.Load, m.Procs))
	}
	return signs
}

// widerLimit is the limit that the interval is within.
func widerLimit(v policy.Verdict) string {
	worst := v.Percent.Hi
	if v.ChangePercent < 0 {
		worst = -v.Percent.Lo
	}
	if !(worst > 0 && worst <= 100) {
		return "a wider limit"
	}
	fine := 1.0
	if worst < 10 {
		fine = 10
	}
	return fmt.Sprintf("a limit of %g %%", math.Ceil(worst*fine)/fine)
}
