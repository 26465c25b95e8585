package policy

import "github.com/tailgate-go/tailgate/internal/stats"

// tooFew reports whether no difference of so many values, however large, could be significant at the last look.
func (l Look) tooFew(baseline, candidate int) bool {
	smallest := stats.SmallestP(baseline, candidate)
	if l.Paired {
		smallest = stats.SmallestSignedRankP(baseline)
	}
	return l.Last && smallest > l.Alpha
}

// enough makes v invalid when no difference, however large, could have been significant: such a gate could never fail.
func enough(v Verdict, look Look) Verdict {
	if !look.tooFew(v.Baseline.N, v.Candidate.N) {
		return v
	}
	smallest, fewest := func(n int) float64 { return stats.SmallestP(n, n) }, 2
	if look.Paired {
		smallest, fewest = stats.SmallestSignedRankP, 1
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
