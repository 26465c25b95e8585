package judge

import (
	"math"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// advice is what would settle v, which is inconclusive or blind, and the most rounds that it can have where no more would do;
// else 0.
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
// where h is half of the interval, on the side that matters, in percent, and d what that must come down to. For an estimate beyond
// the limit, h is from the estimate back to the interval's better end, and d the distance to the limit, so that the interval is
// wholly beyond it, or the limit itself, so that whatever is beyond it is certain. For one within the limit, h goes to the worse
// end, and d is the distance to the limit; and what is doubtful must be left out as well.
func needed(v policy.Verdict) float64 {
	worse, better, worst := towards(v)
	limit := v.Rule.From(v.Baseline.Median)
	part := (worse - better) / max(worse-limit, limit)
	if worse <= limit {
		near := max(worse, 0) // that it came out better was chance
		part = max((worst-worse)/(limit-near), wider(v)*(worst-worse)/(policy.Doubtful*limit-near))
	}
	n := float64(min(v.Baseline.N, v.Candidate.N))
	need := math.Ceil(n * part * part)
	if !(part > 0) || math.IsNaN(need) || math.IsInf(need, 0) {
		return 0
	}
	return max(need, n+1)
}

// towards are the change and the ends of its interval, in percent, so that more is worse.
func towards(v policy.Verdict) (worse, better, worst float64) {
	if v.Direction == policy.Higher {
		return -v.ChangePercent, -v.Percent.Hi, -v.Percent.Lo
	}
	return v.ChangePercent, v.Percent.Lo, v.Percent.Hi
}

// wider is how many times as wide the interval is that must leave out what is doubtful; where rounds are few their extremes do.
func wider(v policy.Verdict) float64 {
	return max(1, math.Erfcinv(policy.Doubt)/math.Erfcinv(v.Alpha)*(1+8/float64(v.Baseline.N)))
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

// widerLimit is the limit, in percent, that would have made v ok; 0 when none would.
func widerLimit(v policy.Verdict) float64 {
	worse, _, worst := towards(v)
	limit := max(worst, (worse+wider(v)*(worst-worse))/policy.Doubtful)
	if !(limit > 0 && limit <= 100) {
		return 0
	}
	fine := 1.0
	if limit < 10 {
		fine = 10
	}
	return math.Ceil(limit*fine) / fine
}
