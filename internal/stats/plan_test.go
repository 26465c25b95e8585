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
		red  int // after how many pairs an alarm is possible
	}{
		{"one verdict", Plan{}, []int{8, 12, 18, 27, 40, 60}, 8},
		{"four have 1 of 256 to spend after 8 pairs", Plan{Family: 4}, []int{8, 12, 18, 27, 40, 60}, 8},
		{"five have not", Plan{Family: 5}, []int{8, 12, 18, 27, 40, 60}, 12},
		{"91", Plan{Family: 91}, []int{8, 12, 18, 27, 40, 60}, 12},
		{"92", Plan{Family: 92}, []int{8, 12, 18, 27, 40, 60}, 18},
		{"a million", Plan{Family: 1e6}, []int{8, 12, 18, 27, 40, 60}, 27},
		{"ten times surer is ten times the family", Plan{Sure: 10, Pairs: []int{8, 12, 18, 24}}, []int{8, 12, 18, 24}, 12},
		{"half the alpha is half the misses, too", Plan{Alpha: 0.005}, []int{12, 18, 27, 40, 60}, 12},
		{"other looks", Plan{Pairs: []int{5, 10, 100}}, []int{10, 100}, 10},
		{"five launches are the least that can settle", Plan{Pairs: []int{5}}, []int{5}, 5},
		{"four are too few", Plan{Pairs: []int{4}}, nil, 0},
		{"a negative alpha", Plan{Alpha: -1}, nil, 0},
		{"a NaN alpha", Plan{Alpha: math.NaN()}, nil, 0},
		{"no pairs", Plan{Pairs: []int{0}}, nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []int
			red := 0
			for _, look := range tt.plan.Looks() {
				got = append(got, look.Pairs)
				if red == 0 && look.Alpha > 0 {
					red = look.Pairs
				}
			}
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.red, red)
		})
	}
}

func TestPlanSpends(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Plan{
			Alpha:  rapid.SampledFrom([]float64{0, 0.001, 0.025, 0.05, 0.2, 0.9}).Draw(t, "alpha"),
			Family: rapid.IntRange(0, 300).Draw(t, "family"),
			Sure:   rapid.SampledFrom([]float64{0, 1, 10}).Draw(t, "sure"),
		}
		if rapid.Bool().Draw(t, "own looks") {
			p.Pairs = rapid.SliceOfNDistinct(rapid.IntRange(1, 90), 1, 8, rapid.ID).Draw(t, "pairs")
			slices.Sort(p.Pairs)
		}
		share, alone, spent, missed, last := p.withDefaults().share(), p.withDefaults().Alpha, 0.0, 0.0, 0
		planned := p.withDefaults().Pairs
		for _, look := range p.Looks() {
			spent += look.Alpha
			missed += look.Miss
			if !(look.Alpha > 0 || look.Miss > 0) || look.Pairs <= last || !slices.Contains(planned, look.Pairs) {
				t.Fatalf("%+v", p.Looks())
			}
			part := math.Sqrt(float64(look.Pairs) / float64(planned[len(planned)-1]))
			if spent > part*share+1e-12 || missed > part*alone+1e-12 {
				t.Fatalf("%v and %v spent after %d pairs, a part of %v", spent, missed, look.Pairs, part)
			}
			last = look.Pairs
			// The interval at the look's confidence spends just what the plan has counted. (Beyond the exact limit rounding may
			// cost it one of thousands of ranks.)
			pairs := make([]float64, look.Pairs)
			i := PairedShift(pairs, pairs, look.confidence())
			counted := math.Abs((1-i.Confidence)/2-look.Alpha) <= 1e-15 || look.Pairs > exactLimitPairs && (1-i.Confidence)/2 < look.Alpha
			if !counted || look.Alpha > 0 && math.IsInf(i.Hi, 1) {
				t.Fatalf("%+v has an interval at %v", look, i.Confidence)
			}
		}
		n := rapid.IntRange(0, 150).Draw(t, "final")
		final := p.Final(n)
		var before Look
		for _, look := range p.Looks() {
			if look.Pairs < n {
				before.Alpha += look.Alpha
				before.Miss += look.Miss
			}
			if look.Pairs == n && (final.Alpha < look.Alpha || final.Miss < look.Miss) {
				t.Fatalf("%+v ends with less than %+v has", final, look)
			}
		}
		again := p.Again(n)
		if i := slices.IndexFunc(p.Looks(), func(l Look) bool { return l.Pairs == n }); i >= 0 {
			look := p.Looks()[i]
			if before.Alpha+look.Alpha+again.Alpha > share+1e-12 || before.Miss+look.Miss+again.Miss > alone+1e-12 {
				t.Fatalf("%+v after %+v and %+v of %v and %v was spent", again, before, look, share, alone)
			}
		} else if again != final {
			t.Fatalf("%+v is not %+v", again, final)
		}
		if final.Pairs != n || min(final.Alpha, final.Miss) < 0 ||
			before.Alpha+final.Alpha > share+1e-12 || before.Miss+final.Miss > alone+1e-12 {
			t.Fatalf("%+v after %+v of %v and %v was spent", final, before, share, alone)
		}
	})
}

func TestPlanFinal(t *testing.T) {
	looks := Plan{}.Looks()
	assert.Equal(t, looks[5], Plan{}.Final(60), "the last look is the final one")
	assert.Equal(t, Look{Pairs: 7, Alpha: 5.0 / 128, Miss: 5.0 / 128}, Plan{}.Final(7), "7/128 is the next level, and above 0.05")
	assert.Equal(t, Look{Pairs: 8, Alpha: 10.0 / 256, Miss: 10.0 / 256}, Plan{}.Final(8), "a first look that is the last spends all")
	assert.Equal(t, Look{Pairs: 4}, Plan{}.Final(4), "4 pairs settle nothing")
	assert.Equal(t, 1.0, Plan{}.Final(4).confidence())
	assert.Equal(t, Look{}, Plan{}.Final(0))
	assert.Greater(t, Plan{}.Final(33).Alpha, looks[3].Alpha+looks[4].Alpha-0.003, "what two looks would have had")
	assert.Equal(t, Look{Pairs: 8, Alpha: 7.0 / 256, Miss: 7.0 / 256}, Plan{}.Again(8), "with the 3/256 of the look after 8 pairs")
	assert.Equal(t, Plan{}.Final(9), Plan{}.Again(9), "there is no planned look")
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
