package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aclements/go-moremath/stats"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMannWhitneySmallCases(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, tt := range []struct {
		name                string
		baseline, candidate []float64
		p                   float64
		exact               bool
	}{
		{"3 against 3 apart reach 0.1", []float64{1, 2, 3}, []float64{4, 5, 6}, 0.1, true},
		{"4 against 4 apart reach 2 of 70", []float64{1, 2, 3, 4}, []float64{5, 6, 7, 8}, 2.0 / 70, true},
		{"ties with unequal numbers are counted, not doubled", []float64{3, 1, 3}, []float64{1, 1, 1, 1, 1}, 6.0 / 56, true},
		{"all values equal", []float64{5, 5, 5}, []float64{5, 5, 5}, 1, true},
		{"all values equal, unequal numbers", []float64{5, 5, 5}, []float64{5, 5}, 1, true},
		{"an even mix", []float64{1, 4}, []float64{2, 3}, 1, true},
		{"no baseline", nil, []float64{1, 2}, 1, false},
		{"no candidate", []float64{1, 2}, nil, 1, false},
		{"a NaN", []float64{1, 2, nan, 3}, []float64{10, 11, 12, 13}, 1, false},
		{"only NaN", []float64{nan, nan, nan, nan}, []float64{10, 11, 12, 13}, 1, false},
		{"an infinite value", []float64{1, 2, 3, 4}, []float64{10, 11, 12, inf}, 1, false},
		{"zeros of both signs are equal", []float64{0, 0, 0}, []float64{math.Copysign(0, -1), 0}, 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := MannWhitney(tt.baseline, tt.candidate)
			assert.InDelta(t, tt.p, got.P, 1e-12)
			assert.Equal(t, tt.exact, got.exact)
		})
	}
}

func TestMannWhitneySaysWhenItIsExact(t *testing.T) {
	for _, tt := range []struct {
		name   string
		n1, n2 int
		step   float64 // values are multiples of it
		exact  bool
	}{
		{"50 without ties", 50, 50, 0, true},
		{"51 without ties", 51, 3, 0, false},
		{"25 with ties", 25, 25, 1, true},
		{"25 against 24 with ties", 25, 24, 1, true},
		{"26 with ties", 26, 26, 1, false},
		{"3 against 26 with ties", 3, 26, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			got := MannWhitney(normals(r, tt.n1, 0, tt.step), normals(r, tt.n2, 0, tt.step))
			assert.Equal(t, tt.exact, got.exact)
		})
	}
}

// TestMannWhitneyCountsPermutations compares every p of the exact regime with the plain count over all ways to deal the
// values out, and shows where go-moremath goes wrong.
func TestMannWhitneyCountsPermutations(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	cases, wrong, worst := 400, 0, 0.0
	if testing.Short() {
		cases = 80
	}
	for range cases {
		baseline := normals(r, 1+r.IntN(6), 0, 1)
		candidate := normals(r, 1+r.IntN(6), float64(r.IntN(3)), 1)
		got, want := MannWhitney(baseline, candidate).P, plainP(baseline, candidate)
		require.InDelta(t, want, got, 1e-12, "%v against %v", baseline, candidate)
		if theirs, err := stats.MannWhitneyUTest(baseline, candidate, stats.LocationDiffers); err == nil {
			if off := math.Abs(theirs.P - want); off > 1e-9 {
				require.NotEqual(t, len(baseline), len(candidate), "wrong only if the numbers differ")
				wrong, worst = wrong+1, max(worst, off)
			}
		}
	}
	assert.Positive(t, wrong, "go-moremath agrees everywhere: permutationP has become superfluous")
	t.Logf("go-moremath is wrong in %d of %d tied cases, by up to %.2f", wrong, cases, worst)
}

func TestMannWhitneyProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(-8, 8).Draw(t, "value")) })
		baseline := rapid.SliceOfN(value, 0, 12).Draw(t, "baseline")
		candidate := rapid.SliceOfN(value, 0, 12).Draw(t, "candidate")
		keep := slices.Concat(baseline, candidate)
		got := MannWhitney(baseline, candidate)
		if !slices.Equal(keep, slices.Concat(baseline, candidate)) {
			t.Fatal("the caller's values were moved")
		}
		if !(got.P > 0 && got.P <= 1) {
			t.Fatalf("p = %v", got.P)
		}
		if swapped := MannWhitney(candidate, baseline); math.Abs(swapped.P-got.P) > 1e-12 {
			t.Fatalf("p = %v, sides swapped %v", got.P, swapped.P)
		}
		if same := MannWhitney(baseline, baseline); same.P != 1 {
			t.Fatalf("baseline against itself: p = %v", same.P)
		}
	})
}

// TestMannWhitneySurvivesNaN would eat memory until the process dies if a NaN reached go-moremath.
func TestMannWhitneySurvivesNaN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, 1, 2, math.MaxFloat64, -math.MaxFloat64, 5e-324})
		baseline := rapid.SliceOfN(value, 0, 30).Draw(t, "baseline")
		candidate := rapid.SliceOfN(value, 0, 30).Draw(t, "candidate")
		broken := !finite(baseline) || !finite(candidate)
		if p := MannWhitney(baseline, candidate).P; !(p <= 1) || broken && p != 1 {
			t.Fatalf("p = %v", p)
		}
		for _, i := range []Interval{Shift(baseline, candidate, 0.95), Ratio(baseline, candidate, 0.95)} {
			if broken && !(math.IsNaN(i.Estimate) && math.IsInf(i.Lo, -1) && math.IsInf(i.Hi, 1)) {
				t.Fatalf("not unknown: %+v", i)
			}
			if math.IsNaN(i.Lo) || math.IsNaN(i.Hi) || math.IsNaN(Detectable(i, len(baseline), 0.1, 0.01, 0.8)) {
				t.Fatalf("NaN in the bounds or in what is detectable: %+v", i)
			}
		}
	})
}

func TestSmallestP(t *testing.T) {
	for _, tt := range []struct {
		n1, n2 int
		want   float64
	}{
		{0, 5, 1}, {5, 0, 1}, {1, 1, 1}, {2, 2, 2.0 / 6}, {3, 3, 2.0 / 20}, {4, 4, 2.0 / 70}, {5, 5, 2.0 / 252},
		{6, 6, 2.0 / 924}, {7, 7, 2.0 / 3432}, {1, 30, 2.0 / 31}, {3, 8, 2.0 / 165}, {8, 3, 2.0 / 165},
		{20, 20, 2.0 / 137846528820}, {1000, 1000, 0},
	} {
		assert.Equal(t, tt.want, SmallestP(tt.n1, tt.n2), "%d against %d", tt.n1, tt.n2)
	}
	for n1 := 1; n1 <= 12; n1++ {
		for n2 := 1; n2 <= 12; n2++ {
			baseline, candidate := make([]float64, n1), make([]float64, n2)
			for i := range baseline {
				baseline[i] = float64(i)
			}
			for i := range candidate {
				candidate[i] = float64(100 + i)
			}
			assert.InDelta(t, SmallestP(n1, n2), MannWhitney(baseline, candidate).P, 1e-15)
		}
	}
}

func BenchmarkMannWhitney(b *testing.B) {
	for _, bb := range []struct {
		name   string
		n1, n2 int
		step   float64
	}{
		{"n=20", 20, 20, 0},
		{"n=20/ties=equal", 20, 20, 0.5},
		{"n=20/ties=unequal", 20, 19, 0.5},
	} {
		b.Run(bb.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 1))
			baseline, candidate := normals(r, bb.n1, 0, bb.step), normals(r, bb.n2, 1, bb.step)
			for b.Loop() {
				MannWhitney(baseline, candidate)
			}
		})
	}
}

// normals draws n normal values around mean with standard deviation 1, rounded to a multiple of step unless that is 0.
func normals(r *rand.Rand, n int, mean, step float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = mean + r.NormFloat64()
		if step > 0 {
			values[i] = step * math.Round(values[i]/step)
		}
	}
	return values
}

// plainP is MannWhitney from its definition: P(|U - mean| >= |u - mean|) over all ways to deal the values out.
func plainP(baseline, candidate []float64) float64 {
	far := math.Abs(plainU(baseline, candidate) - float64(len(baseline)*len(candidate))/2)
	hits, all := 0, 0
	deals(slices.Concat(baseline, candidate), len(baseline), func(baseline, candidate []float64) {
		all++
		if math.Abs(plainU(baseline, candidate)-float64(len(baseline)*len(candidate))/2) >= far {
			hits++
		}
	})
	return float64(hits) / float64(all)
}

// plainU counts the pairs with the baseline value on top, ties half.
func plainU(baseline, candidate []float64) float64 {
	u := 0.0
	for _, b := range baseline {
		for _, c := range candidate {
			switch {
			case b > c:
				u++
			case b == c:
				u += 0.5
			}
		}
	}
	return u
}

// deals calls f with each of the ways to deal values out into n and the rest. f must not keep its arguments.
func deals(values []float64, n int, f func(baseline, candidate []float64)) {
	var deal func(i int, baseline, candidate []float64)
	deal = func(i int, baseline, candidate []float64) {
		if i == len(values) {
			f(baseline, candidate)
			return
		}
		if len(baseline) < n {
			deal(i+1, append(baseline, values[i]), candidate)
		}
		if len(candidate) < len(values)-n {
			deal(i+1, baseline, append(candidate, values[i]))
		}
	}
	deal(0, make([]float64, 0, n), make([]float64, 0, len(values)-n))
}
