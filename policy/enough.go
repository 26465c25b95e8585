package policy

import "github.com/tailgate-go/tailgate/internal/stats"

// enough makes v invalid when no difference, however large, could have been significant: such a gate could never fail.
func enough(v Verdict, look Look) Verdict {
	smallest := func(n int) float64 { return stats.SmallestP(n, n) }
	have, fewest := stats.SmallestP(v.Baseline.N, v.Candidate.N), 2
	if look.Paired {
		smallest, have, fewest = stats.SmallestSignedRankP, stats.SmallestSignedRankP(v.Baseline.N), 1
	}
	if !look.Last || have <= look.Alpha {
		return v
	}
	need := 0 // of runs no number would do; of rounds a later look may have some alpha
	if look.Alpha > 0 {
		for need = fewest; smallest(need) > look.Alpha; {
			need++
		}
	}
	v.Outcome = Invalid
	if look.Paired {
		v.Reason = Reason{FewRounds, Facts{Have: v.Baseline.N, Need: need}, []Advice{{Do: MoreRounds, Amount: float64(need)}}}
		return v
	}
	v.Reason = Reason{Code: FewRuns, Facts: Facts{Need: need}}
	if need > 0 {
		v.Reason.Advice = []Advice{{Do: MoreRuns, Amount: float64(need)}}
	}
	return v
}
