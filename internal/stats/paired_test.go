package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestPairsAgainstR compares paired shifts, ratios and p with what R printed for 5 to 120 pairs: see testdata/pairs.R.
func TestPairsAgainstR(t *testing.T) {
	samples := map[string][2][]float64{}
	for _, row := range readCSV(t, "testdata/pairs-samples.csv") {
		s := samples[row["id"]]
		samples[row["id"]] = [2][]float64{append(s[0], printed(t, row["baseline"])), append(s[1], printed(t, row["candidate"]))}
	}
	rows := readCSV(t, "testdata/pairs-goldens.csv")
	require.Len(t, rows, 59*6)
	for _, row := range rows {
		t.Run(row["id"]+"/"+row["scale"]+"/"+row["confidence"], func(t *testing.T) {
			baseline, candidate := samples[row["id"]][0], samples[row["id"]][1]
			estimate, changes := PairedShift, differences(baseline, candidate)
			if row["scale"] == "ratio" {
				estimate, changes = PairedRatio, differences(logs(baseline), logs(candidate))
			}
			samePrinted(t, printed(t, row["p"]), SignedRank(changes).P, "p")
			asked := printed(t, row["confidence"])
			got := estimate(baseline, candidate, asked)
			samePrinted(t, printed(t, row["estimate"]), got.Estimate, "estimate")
			samePrinted(t, printed(t, row["lo"]), got.Lo, "lo")
			samePrinted(t, printed(t, row["hi"]), got.Hi, "hi")
			if attained := printed(t, row["attained"]); !math.IsNaN(attained) { // R does not say for many pairs
				samePrinted(t, attained, got.Confidence, "confidence")
			}
			assert.GreaterOrEqual(t, got.Confidence, asked)
		})
	}
}

func TestPairedBoundaries(t *testing.T) {
	inf := math.Inf(1)
	ten := slices.Repeat([]float64{100}, 10)
	drifting := []float64{100, 200, 300, 250, 120, 700, 10, 1000, 400, 60} // a machine that slows down and recovers

	t.Run("pairs exactly 10 percent apart have a ratio of exactly 1.1, however the machine drifts", func(t *testing.T) {
		slower := slices.Clone(drifting)
		for i := range slower {
			slower[i] = slower[i] / 10 * 11
		}
		i := PairedRatio(drifting, slower, 0.95)
		assert.Equal(t, []float64{1.1, 1.1, 1.1}, []float64{i.Estimate, i.Lo, i.Hi})
	})
	t.Run("so it is at every whole percent", func(t *testing.T) {
		for percent := -99.0; percent <= 100; percent++ {
			limit := (100 + percent) / 100
			i := PairedRatio(ten, slices.Repeat([]float64{100 + percent}, 10), 0.95)
			assert.Equal(t, []float64{limit, limit, limit}, []float64{i.Estimate, i.Lo, i.Hi})
		}
	})
	t.Run("pairs exactly 10 apart have a shift of exactly 10, however the machine drifts", func(t *testing.T) {
		slower := slices.Clone(drifting)
		for i := range slower {
			slower[i] += 10
		}
		i := PairedShift(drifting, slower, 0.95)
		assert.Equal(t, []float64{10, 10, 10}, []float64{i.Estimate, i.Lo, i.Hi})
	})
	t.Run("twice as fast and half as fast cancel exactly", func(t *testing.T) {
		i := PairedRatio([]float64{100, 220}, []float64{200, 110}, 0.5)
		assert.Equal(t, []float64{1, 0.5, 2}, []float64{i.Estimate, i.Lo, i.Hi})
	})
	t.Run("an ulp more confidence than can be attained is taken for rounding", func(t *testing.T) {
		for n := 2; n <= 10; n++ {
			asked := math.Nextafter(1-SmallestSignedRankP(n), 1)
			i := PairedShift(ten[:n], drifting[:n], asked)
			assert.Equal(t, asked, i.Confidence)
			assert.Equal(t, slices.Min(drifting[:n])-100, i.Lo)
			i = PairedShift(ten[:n], drifting[:n], asked+1e-9)
			assert.Equal(t, []float64{-inf, inf, 1}, []float64{i.Lo, i.Hi, i.Confidence})
		}
	})
	t.Run("too few pairs have infinite bounds", func(t *testing.T) {
		assert.Equal(t, Interval{0, -inf, inf, 1}, PairedShift(ten[:5], ten[:5], 0.95))
		assert.Equal(t, Interval{1, 0, inf, 1}, PairedRatio(ten[:5], ten[:5], 0.95))
		assert.Equal(t, Interval{0, 0, 0, 1 - 2.0/64}, PairedShift(ten[:6], ten[:6], 0.95))
	})
	t.Run("a confidence of 1 or NaN has infinite bounds", func(t *testing.T) {
		for _, n := range []int{1, 6, 10} {
			many := slices.Repeat(ten, n)
			assert.Equal(t, Interval{0, -inf, inf, 1}, PairedShift(many, many, 1))
			assert.Equal(t, Interval{0, -inf, inf, 1}, PairedShift(many, many, math.NaN()))
		}
	})
	t.Run("a confidence of 0 or below leaves the middle averages", func(t *testing.T) {
		for _, confidence := range []float64{0, -1} {
			i := PairedShift([]float64{0, 0, 0}, []float64{1, 3, 8}, confidence) // 1, 2, 3, 4.5, 5.5, 8
			assert.Equal(t, []float64{3.75, 3, 4.5}, []float64{i.Estimate, i.Lo, i.Hi})
			assert.InDelta(t, 0.25, i.Confidence, 1e-12)
		}
	})
	for _, tt := range []struct {
		name                string
		baseline, candidate []float64
		ofShift             bool // unknown as a shift too
	}{
		{"no pairs", nil, nil, true},
		{"sides that differ in number", ten, ten[:9], true},
		{"a NaN", []float64{1, 2}, []float64{1, math.NaN()}, true},
		{"an infinite value", []float64{1, inf}, []float64{1, 2}, true},
		{"a difference above what a float64 holds", []float64{1, -math.MaxFloat64}, []float64{1, math.MaxFloat64}, true},
		{"a zero baseline", []float64{0, 2}, []float64{1, 2}, false},
		{"a zero candidate", []float64{1, 2}, []float64{0, 2}, false},
		{"negative values, though their quotient is not", []float64{-1, 2}, []float64{-1, 2}, false},
		{"a quotient above what a float64 holds", []float64{1e-300, 1}, []float64{1e300, 1}, false},
		{"a quotient below what a float64 holds", []float64{1e300, 1}, []float64{1e-300, 1}, false},
	} {
		t.Run(tt.name+" is unknown", func(t *testing.T) {
			intervals := []Interval{PairedRatio(tt.baseline, tt.candidate, 0.1)}
			if tt.ofShift {
				intervals = append(intervals, PairedShift(tt.baseline, tt.candidate, 0.1))
			} else {
				assert.False(t, math.IsNaN(PairedShift(tt.baseline, tt.candidate, 0.1).Estimate))
			}
			for _, i := range intervals {
				assert.True(t, math.IsNaN(i.Estimate))
				assert.Equal(t, []float64{-inf, inf, 1}, []float64{i.Lo, i.Hi, i.Confidence})
			}
		})
	}
	t.Run("averages neither overflow nor vanish", func(t *testing.T) {
		i := PairedShift([]float64{0, 0}, []float64{math.MaxFloat64, math.MaxFloat64 / 2}, 0.5)
		assert.Equal(t, []float64{0.75 * math.MaxFloat64, math.MaxFloat64 / 2, math.MaxFloat64}, []float64{i.Estimate, i.Lo, i.Hi})
		assert.Equal(t, 5e-324, arithmeticMean(5e-324, 5e-324))
		assert.Equal(t, 1e-200, geometricMean(1e-200, 1e-200))
		assert.Equal(t, 1e200, geometricMean(1e200, 1e200))
	})
	t.Run("50 million averages are not listed", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 1))
		baseline := normals(r, 10_000, 100, 0)
		candidate := normals(r, 10_000, 101, 0)
		i := PairedShift(baseline, candidate, 0.95)
		assert.InDelta(t, 1, i.Estimate, 0.05)
		assert.InDelta(t, 2*1.96*math.Sqrt2/100, i.Hi-i.Lo, 0.003)
	})
}

func TestPairedAgainstPlainList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.Float64Range(-1e6, 1e6), rapid.Float64Range(-1e-300, 1e-300),
			rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(-3, 3).Draw(t, "small")) }))
		n := rapid.IntRange(1, 64).Draw(t, "n")
		baseline := rapid.SliceOfN(value, n, n).Draw(t, "baseline")
		candidate := rapid.SliceOfN(value, n, n).Draw(t, "candidate")
		confidence := rapid.SampledFrom([]float64{0, 0.5, 0.9, 0.95, 0.99, 0.999}).Draw(t, "confidence")
		keep := slices.Concat(baseline, candidate)
		check := func(got Interval, changes []float64, mean func(lo, hi float64) float64, lo float64) {
			if !slices.Equal(keep, slices.Concat(baseline, candidate)) {
				t.Fatal("the caller's values were moved")
			}
			slices.Sort(changes)
			var averages []float64
			for i, x := range changes {
				for _, y := range changes[i:] {
					averages = append(averages, mean(x, y))
				}
			}
			slices.Sort(averages)
			last := len(averages) - 1
			estimate, hi := mean(averages[last/2], averages[(last+1)/2]), math.Inf(1)
			if k, _ := signedTail(n, 1-confidence); k > 0 {
				lo, hi = averages[k-1], averages[last+1-k]
			}
			if got.Estimate != estimate || got.Lo != lo || got.Hi != hi {
				t.Fatalf("%+v, want %v in %v..%v", got, estimate, lo, hi)
			}
			if !(got.Lo <= got.Estimate && got.Estimate <= got.Hi && got.Confidence >= confidence) {
				t.Fatalf("%+v does not hold its estimate at %v", got, confidence)
			}
		}
		check(PairedShift(baseline, candidate, confidence), differences(baseline, candidate), arithmeticMean, math.Inf(-1))
		for i := range n {
			baseline[i], candidate[i] = math.Exp(baseline[i]/1e5), math.Exp(candidate[i]/1e5)
		}
		keep = slices.Concat(baseline, candidate)
		quotients := make([]float64, n)
		for i := range quotients {
			quotients[i] = candidate[i] / baseline[i]
		}
		check(PairedRatio(baseline, candidate, confidence), quotients, geometricMean, 0)
	})
}

func BenchmarkPairedRatio(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{20, 60, 10_000} {
		baseline, candidate := normals(r, n, 100, 0), normals(r, n, 101, 0)
		b.Run("n="+strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				PairedRatio(baseline, candidate, 0.95)
			}
		})
	}
}

// differences returns candidate - baseline of each pair.
func differences(baseline, candidate []float64) []float64 {
	out := make([]float64, len(baseline))
	for i := range out {
		out[i] = candidate[i] - baseline[i]
	}
	return out
}

func logs(values []float64) []float64 {
	out := slices.Clone(values)
	for i := range out {
		out[i] = math.Log(out[i])
	}
	return out
}
