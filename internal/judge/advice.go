package judge

import (
	"math"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// advice is what would settle v, which is inconclusive, and the most rounds that it can have where no more would do; else 0.
func advice(v policy.Verdict, m policy.Measured, plan Plan) (ways []policy.Advice, most int) {
	switch need, last := needed(v), plan.last(); {
	case v.Paired && need > last:
		most = int(last)
	case v.Paired:
		ways = append(ways, policy.Advice{Do: policy.MoreRounds, Amount: need, Budget: budget(m.Noise, need)})
	case need <= 1000:
		ways = append(ways, policy.Advice{Do: policy.MoreRuns, Amount: need})
	default:
		ways = append(ways, policy.Advice{Do: policy.MoreRuns})
	}
	if signs := disturbed(m); len(signs) > 0 || !watched(m.Noise) {
		ways = append(ways, policy.Advice{Do: policy.QuieterMachine, Signs: signs})
	}
	return append(ways, policy.Advice{Do: policy.WiderLimit, Amount: widerLimit(v)}), most
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

// budget is the setting that gives a benchmark so many rounds; 0 when not known.
func budget(n policy.Noise, rounds float64) time.Duration {
	seconds := 10 * math.Ceil(n.Seconds/float64(n.Rounds)*rounds/10)
	if !(seconds > 0 && seconds < 1e6) {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// watched reports whether neighbours would have been noticed.
func watched(n policy.Noise) bool { return n.SawTurns() && n.Busy > 0 }

// disturbed are the signs that neighbours or the host kept the benchmark waiting.
func disturbed(m policy.Measured) []policy.Sign {
	n := m.Noise
	var signs []policy.Sign
	// A turn is a request, or as many as make 1 ms. Where 2 in 100 stall they move p95.
	request := m.Metric("ns/op").Baseline.Median
	if n.Stalls*max(request, 1e6)/1e9 > 0.02 {
		signs = append(signs, policy.Sign{Name: "stalls/s", Value: n.Stalls})
	}
	if n.Steal > 1 {
		signs = append(signs, policy.Sign{Name: "steal-percent", Value: n.Steal})
	}
	cpus := float64(m.Procs)
	own := m.Metric("cpu-ns").Baseline.Median / request
	if n.Load > cpus && n.Busy/100*cpus > own+0.5 && own > 0 {
		signs = append(signs, policy.Sign{Name: "load", Value: n.Load, CPUs: m.Procs})
	}
	return signs
}

// widerLimit is the limit, in percent, that the interval is within; 0 when none is so wide.
func widerLimit(v policy.Verdict) float64 {
	worst := v.Percent.Hi
	if v.ChangePercent < 0 {
		worst = -v.Percent.Lo
	}
	if !(worst > 0 && worst <= 100) {
		return 0
	}
	fine := 1.0
	if worst < 10 {
		fine = 10
	}
	return math.Ceil(worst*fine) / fine
}
