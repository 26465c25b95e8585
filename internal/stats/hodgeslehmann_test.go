package stats

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestIntervalsAgainstR compares shifts, ratios and p with what R printed: see testdata/goldens.R.
func TestIntervalsAgainstR(t *testing.T) {
	samples := map[string]map[string][]float64{}
	for _, row := range readCSV(t, "testdata/samples.csv") {
		if samples[row["id"]] == nil {
			samples[row["id"]] = map[string][]float64{}
		}
		samples[row["id"]][row["side"]] = append(samples[row["id"]][row["side"]], printed(t, row["value"]))
	}
	for _, row := range readCSV(t, "testdata/goldens.csv") {
		t.Run(row["id"]+"/"+row["scale"]+"/"+row["confidence"], func(t *testing.T) {
			baseline, candidate := samples[row["id"]]["baseline"], samples[row["id"]]["candidate"]
			samePrinted(t, printed(t, row["p"]), MannWhitney(baseline, candidate).P, "p")
			estimate := Shift
			if row["scale"] == "ratio" {
				estimate = Ratio
			}
			asked := printed(t, row["confidence"])
			got := estimate(baseline, candidate, asked)
			samePrinted(t, printed(t, row["estimate"]), got.Estimate, "estimate")
			samePrinted(t, printed(t, row["lo"]), got.Lo, "lo")
			samePrinted(t, printed(t, row["hi"]), got.Hi, "hi")
			if attained := printed(t, row["attained"]); !math.IsNaN(attained) { // R does not say for many values
				samePrinted(t, attained, got.Confidence, "confidence")
			}
			assert.GreaterOrEqual(t, got.Confidence, asked)
		})
	}
}

func TestIntervalBoundaries(t *testing.T) {
	inf := math.Inf(1)
	two := []float64{100, 100}
	ten := slices.Repeat([]float64{100}, 10)
	slower := slices.Repeat([]float64{110}, 10)

	t.Run("quiet runs exactly 10 percent apart have a ratio of exactly 1.1", func(t *testing.T) {
		i := Ratio(ten, slower, 0.95)
		assert.Equal(t, []float64{1.1, 1.1, 1.1}, []float64{i.Estimate, i.Lo, i.Hi})
	})
	t.Run("so it is at every whole percent", func(t *testing.T) {
		for percent := 1.0; percent <= 100; percent++ {
			limit := (100 + percent) / 100
			i := Ratio(ten, slices.Repeat([]float64{100 + percent}, 10), 0.95)
			assert.Equal(t, []float64{limit, limit, limit}, []float64{i.Estimate, i.Lo, i.Hi})
		}
	})
	t.Run("an ulp more confidence than can be attained is taken for rounding", func(t *testing.T) {
		for n := 3; n <= 10; n++ {
			asked := math.Nextafter(1-SmallestP(n, n), 1)
			i := Shift(ten[:n], slower[:n], asked)
			assert.Equal(t, []float64{10, 10, asked}, []float64{i.Lo, i.Hi, i.Confidence})
		}
	})
	t.Run("quiet runs exactly 10 apart have a shift of exactly 10", func(t *testing.T) {
		i := Shift(ten, slower, 0.95)
		assert.Equal(t, []float64{10, 10, 10}, []float64{i.Estimate, i.Lo, i.Hi})
	})
	t.Run("too few values have infinite bounds", func(t *testing.T) {
		assert.Equal(t, Interval{0, -inf, inf, 1}, Shift(two, two, 0.95))
		assert.Equal(t, Interval{1, 0, inf, 1}, Ratio(two, two, 0.95))
	})
	t.Run("a confidence of 1 or NaN has infinite bounds", func(t *testing.T) {
		assert.Equal(t, Interval{10, -inf, inf, 1}, Shift(ten, slower, 1))
		fifty := slices.Repeat(ten, 5)
		assert.Equal(t, Interval{0, -inf, inf, 1}, Shift(fifty, fifty, 1))
		assert.Equal(t, Interval{10, -inf, inf, 1}, Shift(ten, slower, math.NaN()))
	})
	t.Run("a confidence of 0 or below leaves the middle differences", func(t *testing.T) {
		for _, confidence := range []float64{0, -1} {
			i := Shift([]float64{1, 3}, []float64{4, 5}, confidence) // 1, 2, 3, 4
			assert.Equal(t, []float64{2.5, 2, 3}, []float64{i.Estimate, i.Lo, i.Hi})
			assert.InDelta(t, 1.0/3, i.Confidence, 1e-12)
		}
	})
	for _, tt := range []struct {
		name                string
		baseline, candidate []float64
	}{
		{"no baseline", nil, two},
		{"no candidate", two, nil},
		{"NaN", two, []float64{1, math.NaN()}},
		{"infinite", []float64{1, inf}, two},
	} {
		t.Run(tt.name+" is unknown", func(t *testing.T) {
			for _, i := range []Interval{Shift(tt.baseline, tt.candidate, 0.95), Ratio(tt.baseline, tt.candidate, 0.95)} {
				assert.True(t, math.IsNaN(i.Estimate))
				assert.Equal(t, []float64{-inf, inf, 1}, []float64{i.Lo, i.Hi, i.Confidence})
			}
		})
	}
	t.Run("the ratio of zero or less is unknown", func(t *testing.T) {
		for _, bad := range []float64{0, -1} {
			for _, i := range []Interval{Ratio(two, []float64{5, bad}, 0.95), Ratio([]float64{bad, 5}, two, 0.95)} {
				assert.True(t, math.IsNaN(i.Estimate))
				assert.Equal(t, []float64{-inf, inf, 1}, []float64{i.Lo, i.Hi, i.Confidence})
			}
		}
	})
	t.Run("a million pairs times 400 are not listed", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 1))
		latencies := normals(r, 20_000, 100, 0)
		i := Shift(latencies, latencies, 0.95)
		assert.Zero(t, i.Estimate)
		assert.InDelta(t, 0.02, i.Hi, 0.005)
		assert.Equal(t, -i.Hi, i.Lo)
	})
}

func TestShiftAgainstPlainList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.Float64Range(-1e6, 1e6), rapid.Float64Range(-1e-300, 1e-300),
			rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(-3, 3).Draw(t, "small")) }))
		baseline := rapid.SliceOfN(value, 1, 25).Draw(t, "baseline")
		candidate := rapid.SliceOfN(value, 1, 25).Draw(t, "candidate")
		confidence := rapid.SampledFrom([]float64{0, 0.5, 0.9, 0.95, 0.99, 0.999}).Draw(t, "confidence")
		keep := slices.Concat(baseline, candidate)
		got := Shift(baseline, candidate, confidence)
		if !slices.Equal(keep, slices.Concat(baseline, candidate)) {
			t.Fatal("the caller's values were moved")
		}
		var differences []float64
		for _, b := range baseline {
			for _, c := range candidate {
				differences = append(differences, c-b)
			}
		}
		slices.Sort(differences)
		n := len(differences)
		estimate := differences[(n-1)/2]/2 + differences[n/2]/2
		if n%2 == 1 {
			estimate = differences[n/2]
		}
		lo, hi := math.Inf(-1), math.Inf(1)
		if k, _ := tail(len(baseline), len(candidate), 1-confidence); k > 0 {
			lo, hi = differences[k-1], differences[n-k]
		}
		if got.Estimate != estimate || got.Lo != lo || got.Hi != hi {
			t.Fatalf("%+v, want %v in %v..%v", got, estimate, lo, hi)
		}
		if !(got.Lo <= got.Estimate && got.Estimate <= got.Hi && got.Confidence >= confidence) {
			t.Fatalf("%+v does not hold its estimate at %v", got, confidence)
		}
	})
}

func TestShiftAndRatioProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		baseline := rapid.SliceOfN(nanoseconds, 1, 60).Draw(t, "baseline")
		candidate := rapid.SliceOfN(nanoseconds, 1, 60).Draw(t, "candidate")
		moveWithTheirValues(t, Shift, Ratio, baseline, candidate)
	})
}

var nanoseconds = rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(1, 1<<20).Draw(t, "ns")) })

// moveWithTheirValues holds two estimators, of a shift and of a ratio, to what they must do where sides are swapped,
// moved or scaled.
func moveWithTheirValues(t *rapid.T, shiftOf, ratioOf func(baseline, candidate []float64, confidence float64) Interval,
	baseline, candidate []float64) {
	by := nanoseconds.Draw(t, "by")
	apply := func(f func(x float64) float64) []float64 {
		out := slices.Clone(candidate)
		for i := range out {
			out[i] = f(out[i])
		}
		return out
	}
	shift := shiftOf(baseline, candidate, 0.95)
	if swapped := shiftOf(candidate, baseline, 0.95); swapped != (Interval{-shift.Estimate, -shift.Hi, -shift.Lo, shift.Confidence}) {
		t.Fatalf("%+v, sides swapped %+v", shift, swapped)
	}
	moved := shiftOf(baseline, apply(func(x float64) float64 { return x + by }), 0.95)
	if moved != (Interval{shift.Estimate + by, shift.Lo + by, shift.Hi + by, shift.Confidence}) {
		t.Fatalf("%+v, candidate moved by %v %+v", shift, by, moved)
	}

	near := func(got, want float64) bool { return got == want || math.Abs(got-want) <= 1e-12*math.Abs(want) }
	nearly := func(a, b Interval) bool {
		return near(a.Estimate, b.Estimate) && near(a.Lo, b.Lo) && near(a.Hi, b.Hi) && a.Confidence == b.Confidence
	}
	ratio := ratioOf(baseline, candidate, 0.95)
	inverse := Interval{1 / ratio.Estimate, 1 / ratio.Hi, 1 / ratio.Lo, ratio.Confidence}
	if swapped := ratioOf(candidate, baseline, 0.95); !nearly(swapped, inverse) {
		t.Fatalf("%+v, sides swapped %+v", ratio, swapped)
	}
	scaled := ratioOf(baseline, apply(func(x float64) float64 { return x * by }), 0.95)
	if !nearly(scaled, Interval{ratio.Estimate * by, ratio.Lo * by, ratio.Hi * by, ratio.Confidence}) {
		t.Fatalf("%+v, candidate times %v %+v", ratio, by, scaled)
	}
	of := shiftOf(logs(baseline), logs(candidate), 0.95)
	if !nearly(ratio, Interval{math.Exp(of.Estimate), math.Exp(of.Lo), math.Exp(of.Hi), of.Confidence}) {
		t.Fatalf("%+v, by logarithms %+v", ratio, of)
	}
}

// TestIntervalAgreesWithTest: without ties the interval leaves out 0 just when p reaches the level.
func TestIntervalAgreesWithTest(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	significant := 0
	for range 500 {
		baseline, candidate := normals(r, 2+r.IntN(20), 0, 0), normals(r, 2+r.IntN(20), r.Float64()*2, 0)
		i := Shift(baseline, candidate, 0.95)
		p := MannWhitney(baseline, candidate).P
		require.Equal(t, p <= 0.05, i.Lo > 0 || i.Hi < 0, "p = %v, %+v", p, i)
		if p <= 0.05 {
			significant++
		}
	}
	assert.Greater(t, significant, 50)
}

// TestTiedIntervalCoversInEveryPermutation: R is no golden with ties, since it looks for a root to a tolerance there. So for
// pools with many ties all deals are tried, and of them at most 1 - Confidence may have an interval without 0.
func TestTiedIntervalCoversInEveryPermutation(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	pools := 30
	if testing.Short() {
		pools = 8
	}
	for range pools {
		n1, n2 := 3+r.IntN(4), 3+r.IntN(4)
		pool := normals(r, n1+n2, 0, []float64{0.5, 1, 2}[r.IntN(3)])
		for _, confidence := range []float64{0.8, 0.9, 0.95} {
			covered, all, attained := 0, 0, 0.0
			deals(pool, n1, func(baseline, candidate []float64) {
				i := Shift(baseline, candidate, confidence)
				all++
				if i.Lo <= 0 && 0 <= i.Hi {
					covered++
				}
				attained = i.Confidence
			})
			require.GreaterOrEqual(t, float64(covered)/float64(all), attained-1e-12, "%v dealt %d and %d at %v", pool, n1, n2, confidence)
		}
	}
}

func BenchmarkShift(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{20, 50} {
		baseline, candidate := normals(r, n, 0, 0), normals(r, n, 1, 0)
		b.Run("n="+strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				Shift(baseline, candidate, 0.95)
			}
		})
	}
}

// printed reads a number as R prints it.
func printed(t *testing.T, s string) float64 {
	t.Helper()
	if s == "NA" {
		return math.NaN()
	}
	x, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	return x
}

// samePrinted asserts that we got what R printed, infinities and zeros to the last bit.
func samePrinted(t *testing.T, want, got float64, what string) {
	t.Helper()
	if math.IsInf(want, 0) || want == 0 {
		assert.Equal(t, want, got, what)
		return
	}
	assert.InDelta(t, want, got, 1e-10*max(1, math.Abs(want)), what)
}

// readCSV returns the rows of a file by the names in its first row.
func readCSV(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	var out []map[string]string
	for _, row := range rows[1:] {
		named := map[string]string{}
		for i, name := range rows[0] {
			named[name] = row[i]
		}
		out = append(out, named)
	}
	require.NotEmpty(t, out)
	return out
}
