package stats

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestPlanLooks(t *testing.T) {
	for _, tt := range []struct {
		name string
		plan Plan
		want []int
	}{
		{"one verdict", Plan{}, []int{8, 12, 18, 27, 40, 60, 90, 120}},
		{"three verdicts have 1 of 256 to spend after 8 pairs", Plan{Family: 3}, []int{8, 12, 18, 27, 40, 60, 90, 120}},
		{"four have not, but 1 of 512 after 9", Plan{Family: 4}, []int{9, 12, 18, 27, 40, 60, 90, 120}},
		{"seven", Plan{Family: 7}, []int{9, 12, 18, 27, 40, 60, 90, 120}},
		{"eight", Plan{Family: 8}, []int{10, 12, 18, 27, 40, 60, 90, 120}},
		{"fourteen", Plan{Family: 14}, []int{10, 13, 18, 27, 40, 60, 90, 120}},
		{"fifteen", Plan{Family: 15}, []int{11, 14, 18, 27, 40, 60, 90, 120}},
		{"31", Plan{Family: 31}, []int{11, 14, 18, 27, 40, 60, 90, 120}},
		{"32 give up the first look to the second", Plan{Family: 32}, []int{12, 18, 27, 40, 60, 90, 120}},
		{"65", Plan{Family: 65}, []int{13, 18, 27, 40, 60, 90, 120}},
		{"a million", Plan{Family: 1e6}, []int{26, 27, 40, 60, 90, 120}},
		{"half the alpha is twice the family", Plan{Alpha: 0.025, Family: 2}, []int{9, 12, 18, 27, 40, 60, 90, 120}},
		{"other looks", Plan{Pairs: []int{5, 10, 100}}, []int{7, 10, 100}},
		{"five launches are the least that can settle", Plan{Pairs: []int{5}}, []int{5}},
		{"four are too few", Plan{Pairs: []int{4}}, nil},
		{"a negative alpha", Plan{Alpha: -1}, nil},
		{"a NaN alpha", Plan{Alpha: math.NaN()}, nil},
		{"no pairs", Plan{Pairs: []int{0}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []int
			for _, look := range tt.plan.Looks() {
				got = append(got, look.Pairs)
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestPlanSpends(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Plan{
			Alpha:  rapid.SampledFrom([]float64{0, 0.001, 0.025, 0.05, 0.2, 0.9}).Draw(t, "alpha"),
			Family: rapid.IntRange(0, 300).Draw(t, "family"),
		}
		if rapid.Bool().Draw(t, "own looks") {
			p.Pairs = rapid.SliceOfNDistinct(rapid.IntRange(1, 90), 1, 8, rapid.ID).Draw(t, "pairs")
			slices.Sort(p.Pairs)
		}
		share, spent, last := p.withDefaults().share(), 0.0, 0
		planned := p.withDefaults().Pairs
		for _, look := range p.Looks() {
			spent += look.Alpha
			if !(look.Alpha > 0) || look.Pairs <= last || look.Pairs > planned[len(planned)-1] {
				t.Fatalf("%+v", p.Looks())
			}
			if free := share * math.Sqrt(float64(look.Pairs)/float64(planned[len(planned)-1])); spent > free+1e-12 {
				t.Fatalf("%v spent after %d pairs, more than %v", spent, look.Pairs, free)
			}
			last = look.Pairs
			// The interval at the look's confidence spends just what the plan has counted. (Beyond the exact limit rounding may
			// cost it one of thousands of ranks.)
			pairs := make([]float64, look.Pairs)
			i := PairedShift(pairs, pairs, look.confidence())
			counted := math.Abs((1-i.Confidence)/2-look.Alpha) <= 1e-15 || look.Pairs > exactLimitPairs && (1-i.Confidence)/2 < look.Alpha
			if !counted || math.IsInf(i.Hi, 1) {
				t.Fatalf("%+v has an interval at %v", look, i.Confidence)
			}
		}
		if spent > share+1e-12 {
			t.Fatalf("%v spent of %v", spent, share)
		}

		n := rapid.IntRange(0, 150).Draw(t, "final")
		final := p.Final(n)
		before := 0.0
		for _, look := range p.Looks() {
			if look.Pairs < n {
				before += look.Alpha
			}
			if look.Pairs == n && final.Alpha < look.Alpha {
				t.Fatalf("%+v ends with less than %+v has", final, look)
			}
		}
		if final.Pairs != n || final.Alpha < 0 || before+final.Alpha > share+1e-12 {
			t.Fatalf("%+v after %v of %v was spent", final, before, share)
		}
	})
}

func TestPlanFinal(t *testing.T) {
	looks := Plan{}.Looks()
	assert.Equal(t, looks[7], Plan{}.Final(120), "the last look is the final one")
	assert.Equal(t, Look{Pairs: 7, Alpha: 5.0 / 128}, Plan{}.Final(7), "7/128 is the next level, and above 0.05")
	assert.Equal(t, Look{Pairs: 8, Alpha: 10.0 / 256}, Plan{}.Final(8), "a first look that is the last spends all")
	assert.Equal(t, Look{Pairs: 4}, Plan{}.Final(4), "4 pairs settle nothing")
	assert.Equal(t, 1.0, Plan{}.Final(4).confidence())
	assert.Equal(t, Look{}, Plan{}.Final(0))
	assert.Greater(t, Plan{}.Final(33).Alpha, looks[4].Alpha+looks[5].Alpha-0.001, "what two looks would have had")
	keep := []int{10, 20}
	Plan{Pairs: keep}.Final(15)
	assert.Equal(t, []int{10, 20}, keep)
}

// TestQuietChangesMeetLimitsExactly goes all the way from latencies in ns to the joint place.
func TestQuietChangesMeetLimitsExactly(t *testing.T) {
	look := Plan{}.Looks()[0]
	for _, tt := range []struct {
		name                string
		baseline, candidate float64
		want                Place
	}{
		{"exactly +10 percent", 20e6, 22e6, Within},
		{"1 ns more", 20e6, 22e6 + 1, Beyond},
		{"1 ns less", 20e6, 22e6 - 1, Within},
		{"exactly +1 ms", 5e6, 6e6, Beyond},
		{"1 ns short of it", 5e6, 6e6 - 1, Within},
		{"no change", 5e6, 5e6, Within},
		{"faster", 5e6, 1e6, Within},
	} {
		t.Run(tt.name, func(t *testing.T) {
			baseline := slices.Repeat([]float64{tt.baseline}, look.Pairs)
			candidate := slices.Repeat([]float64{tt.candidate}, look.Pairs)
			percent := Limit{Change: (100 + 10.0) / 100}.Place(PairedRatio(baseline, candidate, look.confidence()))
			floor := Limit{Change: 1e6, AtLeast: true}.Place(PairedShift(baseline, candidate, look.confidence()))
			assert.Equal(t, tt.want, min(percent, floor))
		})
	}
}
