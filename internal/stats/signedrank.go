package stats

import (
	"cmp"
	"math"
	"slices"
)

// exactLimitPairs is the number of pairs up to which the exact distribution of the signed-rank test is used, ties and zeros
// included.
const exactLimitPairs = 60

// SignedRank tests whether the differences of pairs, candidate - baseline, lie about 0 (Wilcoxon 1945). P is the probability,
// if the sign of every difference that is not 0 were a fair coin, of a rank sum at least as far from even as this one. Nothing
// is assumed of the sizes: they may drift, burst and depend on each other. Where the sides of each pair swap at random, the
// coin is tossed by the one who measures, and P holds whatever the machine does.
//
// Up to 60 pairs P is exact, with ties and zeros too: it counts the 2^n choices of signs for the midranks at hand. Beyond 60 it
// is the normal approximation with tie and continuity correction. Zeros are ranked with the others, then left out of the sum
// (Pratt 1959): were they left out before ranking, as Wilcoxon had it and as R has it, lowering every difference could make it
// surer that the candidate is slower.
//
// P is 1, hence never significant, if there are no differences, if all are 0, or if any is NaN or infinite.
func SignedRank(differences []float64) Test {
	t := Test{P: 1}
	if len(differences) == 0 || !finite(differences) {
		return t
	}
	t.exact = len(differences) <= exactLimitPairs
	ranks := rankSigned(differences)
	if t.exact {
		t.P = ranks.exactP()
	} else {
		t.P = ranks.normalP()
	}
	return t
}

// SmallestSignedRankP returns the smallest two-sided p that n pairs can reach: 2/2^n, when the candidate is slower in all of
// them. One-sided it is half of that. It is 1 if there are no pairs.
func SmallestSignedRankP(n int) float64 {
	return math.Ldexp(1, min(1-n, 0))
}

// signedRanking is the differences as far as the test looks at them.
type signedRanking struct {
	doubled []int // for each difference that is not 0 twice the midrank of its size among all: whole numbers even with ties
	sum     int   // of doubled, each with the sign of its difference
}

func rankSigned(differences []float64) signedRanking {
	ascending := slices.Clone(differences)
	slices.SortFunc(ascending, func(x, y float64) int { return cmp.Compare(math.Abs(x), math.Abs(y)) })
	var r signedRanking
	for from := 0; from < len(ascending); {
		to := from + 1
		for to < len(ascending) && math.Abs(ascending[to]) == math.Abs(ascending[from]) {
			to++
		}
		// Ranks from+1..to, whose mean doubled is from+1+to.
		for _, x := range ascending[from:to] {
			switch {
			case x > 0:
				r.sum += from + 1 + to
			case x < 0:
				r.sum -= from + 1 + to
			default:
				continue
			}
			r.doubled = append(r.doubled, from+1+to)
		}
		from = to
	}
	return r
}

// exactP returns the fraction of all choices of signs whose sum is at least as far from 0 as the one observed.
func (r signedRanking) exactP() float64 {
	far := abs(r.sum)
	if far == 0 {
		return 1
	}
	total := 0
	for _, d := range r.doubled {
		total += d
	}
	// A sum of -far or less has positive ranks that sum to reach or less; far or more is as likely.
	reach := (total - far) / 2
	chance := make([]float64, reach+1) // chance[s]: that the positive ranks, doubled, sum to s
	chance[0] = 1
	for _, d := range r.doubled {
		for s := reach; s >= 0; s-- {
			chance[s] /= 2
			if s >= d {
				chance[s] += chance[s-d] / 2
			}
		}
	}
	p := 0.0
	for _, c := range chance {
		p += c
	}
	return 2 * p
}

func (r signedRanking) normalP() float64 {
	squares := 0.0
	for _, d := range r.doubled {
		squares += float64(d) * float64(d)
	}
	if squares == 0 {
		return 1
	}
	// A sign that turns moves the sum by four ranks, so its steps are 4. Half a step is the continuity correction.
	z := max(0, float64(abs(r.sum))-2) / math.Sqrt(squares)
	return math.Erfc(z / math.Sqrt2)
}
