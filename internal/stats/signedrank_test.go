package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSignedRankSmallCases(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, tt := range []struct {
		name        string
		differences []float64
		p           float64
		exact       bool
	}{
		{"the candidate slower in all of 5 pairs reaches 2 of 32", []float64{1, 2, 3, 4, 5}, 2.0 / 32, true},
		{"faster in all of 5 too", []float64{-1, -2, -3, -4, -5}, 2.0 / 32, true},
		{"the least of 5 has the other sign", []float64{-1, 2, 3, 4, 5}, 4.0 / 32, true},
		{"one pair says nothing", []float64{7}, 1, true},
		{"an even sum", []float64{1, -1}, 1, true},
		{"sizes all equal: the sign test", []float64{3, 3, 3, 3, 3, -3}, 2 * 7.0 / 64, true},
		{"zeros are ranked, then left out", []float64{0, 0, 1, 2, -3}, 1, true}, // 3+4-5; dropped before, 1+2-3 is 1 too
		{"a zero lifts the others' ranks", []float64{0, -1, 2, 3, 4}, 4.0 / 16, true},
		{"zeros say nothing themselves", []float64{0, 0, 0, 0, 0, 0, 0, 1}, 1, true},
		{"all zero", []float64{0, 0, math.Copysign(0, -1)}, 1, true},
		{"none", nil, 1, false},
		{"a NaN", []float64{1, 2, 3, 4, 5, 6, nan}, 1, false},
		{"an infinite one", []float64{1, 2, 3, 4, 5, 6, -inf}, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := SignedRank(tt.differences)
			assert.InDelta(t, tt.p, got.P, 1e-15)
			assert.Equal(t, tt.exact, got.exact)
		})
	}
}

// TestSignedRankZerosKeepTheOrder has the data for which Pratt (1959) ranks zeros: were they left out before ranking, lowering
// every difference would make what lies above 0 lie above it with more certainty.
func TestSignedRankZerosKeepTheOrder(t *testing.T) {
	differences := []float64{0, 2, 3, 4, 6, 7, 8, 9, 11, 14, 15, 17, -18}
	moved := func(by float64) float64 {
		out := slices.Clone(differences)
		for i := range out {
			out[i] += by
		}
		return SignedRank(out).P
	}
	assert.Greater(t, SignedRank(differences[1:]).P, moved(-0.1), "without its zero")
	assert.Less(t, SignedRank(differences).P, moved(-0.1))
	assert.Greater(t, SignedRank(differences).P, moved(0.1))
}

// TestSignedRankCriticalValues holds the exact distribution to published tables: the greatest sum of the ranks of one sign that
// is significant at a two-sided level. They are those of McCornack (1965, Journal of the American Statistical Association 60,
// 864-871), for 0.05 and 0.01 as reprinted by Hines, Montgomery, Goldsman and Borror (2003, table XI). Other books
// print the sum whose p is nearest to the level, often one more.
func TestSignedRankCriticalValues(t *testing.T) {
	for _, tt := range []struct {
		level float64
		first int // number of pairs of the first value
		sums  []int
	}{
		{0.10, 5, []int{0, 2, 3, 5, 8, 10, 13, 17, 21, 25, 30, 35, 41, 47, 53, 60, 67, 75, 83, 91, 100, 110, 119, 130, 140, 151, 163, 175,
			187, 200, 213, 227, 241, 256, 271, 286, 302, 319, 336, 353, 371, 389, 407, 426, 446, 466}},
		{0.05, 6, []int{0, 2, 3, 5, 8, 10, 13, 17, 21, 25, 29, 34, 40, 46, 52, 58, 65, 73, 81, 89, 98, 107, 116, 126, 137, 147, 159, 170,
			182, 195, 208, 221, 235, 249, 264, 279, 294, 310, 327, 343, 361, 378, 396, 415, 434}},
		{0.02, 7, []int{0, 1, 3, 5, 7, 9, 12, 15, 19, 23, 27, 32, 37, 43, 49, 55, 62, 69, 76, 84, 92, 101,
			110, 120, 130, 140, 151, 162, 173,
			185, 198, 211, 224, 238, 252, 266, 281, 296, 312, 328, 345, 362, 379, 397}},
		{0.01, 8, []int{0, 1, 3, 5, 7, 9, 12, 15, 19, 23, 27, 32, 37, 42, 48, 54, 61, 68, 75, 83, 91, 100,
			109, 118, 128, 138, 148, 159, 171,
			182, 194, 207, 220, 233, 247, 261, 276, 291, 307, 322, 339, 355, 373}},
	} {
		require.Len(t, tt.sums, 50-tt.first+1)
		for i, sum := range tt.sums {
			n := tt.first + i
			assert.LessOrEqual(t, SignedRank(withNegativeRanks(n, sum)).P, tt.level, "n=%d T=%d", n, sum)
			assert.Greater(t, SignedRank(withNegativeRanks(n, sum+1)).P, tt.level, "n=%d T=%d", n, sum+1)
			k, _ := signedTail(n, tt.level)
			assert.Equal(t, sum+1, k, "the interval's cut at n=%d and %v", n, tt.level)
		}
		k, _ := signedTail(tt.first-1, tt.level)
		assert.Zero(t, k, "no sum of %d pairs is significant at %v", tt.first-1, tt.level)
	}
}

// TestSignedRankCountsSigns compares p with the plain count over all choices of signs, zeros and ties included.
func TestSignedRankCountsSigns(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	cases := 400
	if testing.Short() {
		cases = 100
	}
	for range cases {
		differences := normals(r, 1+r.IntN(11), r.Float64(), []float64{0, 0.5, 1}[r.IntN(3)])
		require.InDelta(t, plainSignedP(differences), SignedRank(differences).P, 1e-14, "%v", differences)
	}
}

// TestSignedRankLevelHoldsForAnySizes: whatever the sizes, of all choices of signs at most the fraction a has p <= a. Zeros
// and ties lower the number of values that p can have, and never break this.
func TestSignedRankLevelHoldsForAnySizes(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	for range 20 {
		sizes := normals(r, 4+r.IntN(6), 1, []float64{0, 0.5, 1}[r.IntN(3)])
		var ps []float64
		flips(sizes, func(differences []float64) { ps = append(ps, SignedRank(differences).P) })
		slices.Sort(ps)
		for i, p := range ps {
			if i+1 == len(ps) || ps[i+1] > p+1e-12 {
				require.InDelta(t, float64(i+1)/float64(len(ps)), p, 1e-12, "%v", sizes)
			}
		}
	}
}

func TestSignedRankProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(-8, 8).Draw(t, "value")) })
		differences := rapid.SliceOfN(value, 0, 70).Draw(t, "differences")
		keep := slices.Clone(differences)
		got := SignedRank(differences)
		if !slices.Equal(keep, differences) {
			t.Fatal("the caller's values were moved")
		}
		if !(got.P > 0 && got.P <= 1) || len(differences) > 0 && got.P < SmallestSignedRankP(len(differences)) && got.exact {
			t.Fatalf("p = %v", got.P)
		}
		apply := func(f func(x float64) float64) []float64 {
			out := slices.Clone(differences)
			for i := range out {
				out[i] = f(out[i])
			}
			return out
		}
		if swapped := SignedRank(apply(func(x float64) float64 { return -x })); swapped.P != got.P {
			t.Fatalf("p = %v, sides swapped %v", got.P, swapped.P)
		}
		if scaled := SignedRank(apply(func(x float64) float64 { return 3 * x })); scaled.P != got.P {
			t.Fatalf("p = %v, scaled %v", got.P, scaled.P)
		}
		// Raising every difference raises the sum of signed ranks: what Pratt's zeros are for.
		raised := rankSigned(apply(func(x float64) float64 { return x + 1 }))
		if before := rankSigned(differences); raised.sum < before.sum {
			t.Fatalf("signed ranks sum to %d, all raised to %d", before.sum, raised.sum)
		}
	})
}

func TestSignedRankNormalApproximation(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 3))
	for range 50 {
		differences := normals(r, 60, 0.6*r.Float64(), []float64{0, 0.5}[r.IntN(2)])
		ranks := rankSigned(differences)
		exact, normal := ranks.exactP(), ranks.normalP()
		assert.InDelta(t, exact, normal, 0.01)
		if exact < 0.1 {
			assert.InDelta(t, exact, normal, 0.001)
		}
	}
	assert.Equal(t, 1.0, SignedRank(make([]float64, 61)).P, "all zero")
	assert.False(t, SignedRank(normals(r, 61, 0, 0)).exact)
	assert.True(t, SignedRank(normals(r, 60, 0, 1)).exact)
	assert.Less(t, SignedRank(normals(r, 10_000, 0.1, 0)).P, 1e-10)
}

func TestSmallestSignedRankP(t *testing.T) {
	for n, want := range map[int]float64{-1: 1, 0: 1, 1: 1, 2: 0.5, 5: 2.0 / 32, 8: 2.0 / 256, 60: 2.0 / (1 << 60), 5000: 0} {
		assert.Equal(t, want, SmallestSignedRankP(n), "%d pairs", n)
	}
	for n := 1; n <= 60; n++ {
		assert.Equal(t, SmallestSignedRankP(n), SignedRank(withNegativeRanks(n, 0)).P)
	}
}

func BenchmarkSignedRank(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, bb := range []struct {
		name string
		n    int
		step float64
	}{{"n=20", 20, 0}, {"n=60", 60, 0}, {"n=60/ties=many", 60, 0.5}} {
		differences := normals(r, bb.n, 0.2, bb.step)
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				SignedRank(differences)
			}
		})
	}
}

// withNegativeRanks returns n differences of sizes 1..n of which the negative ones sum to sum.
func withNegativeRanks(n, sum int) []float64 {
	differences := make([]float64, n)
	for size := n; size >= 1; size-- {
		differences[size-1] = float64(size)
		if size <= sum {
			differences[size-1], sum = -float64(size), sum-size
		}
	}
	return differences
}

// plainSignedP is SignedRank from its definition.
func plainSignedP(differences []float64) float64 {
	far := math.Abs(plainSignedSum(differences))
	hits, all := 0, 0
	flips(differences, func(flipped []float64) {
		all++
		if math.Abs(plainSignedSum(flipped)) >= far {
			hits++
		}
	})
	return float64(hits) / float64(all)
}

// plainSignedSum sums the midranks of the sizes, each with the sign of its difference; 0 has none.
func plainSignedSum(differences []float64) float64 {
	sum := 0.0
	for _, x := range differences {
		rank := 0.5
		for _, y := range differences {
			switch {
			case math.Abs(y) < math.Abs(x):
				rank++
			case math.Abs(y) == math.Abs(x):
				rank += 0.5
			}
		}
		switch {
		case x > 0:
			sum += rank
		case x < 0:
			sum -= rank
		}
	}
	return sum
}

// flips calls f with all 2^n choices of signs for the values. f must not keep its argument.
func flips(values []float64, f func(flipped []float64)) {
	flipped := make([]float64, len(values))
	for signs := range 1 << len(values) {
		for i, x := range values {
			flipped[i] = x
			if signs>>i&1 == 1 {
				flipped[i] = -x
			}
		}
		f(flipped)
	}
}
