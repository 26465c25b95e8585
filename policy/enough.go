package policy

import (
	"fmt"

	"github.com/tailgate-go/tailgate/internal/stats"
)

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
	need := fewest
	for smallest(need) > look.Alpha {
		need++
	}
	v.Outcome = Invalid
	if look.Paired {
		v.Reason = fmt.Sprintf("%d rounds can never reach significance: at least %d are needed (a larger budget)", v.Baseline.N, need)
		return v
	}
	v.Reason = fmt.Sprintf("%d baseline and %d candidate runs can never reach significance at alpha %.2g: at least %d a side are needed "+
		"(-count=%d, or a larger budget)", v.Baseline.N, v.Candidate.N, look.Alpha, need, need)
	return v
}
