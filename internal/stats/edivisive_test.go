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
)

// byFormula is the largest Q of a division after t values, by the formula as it stands in Matteson and James (2014), for every end.
func byFormula(values []float64, t, least int) float64 {
	mean := func(x, y []float64, same bool) float64 {
		sum, n := 0.0, 0
		for i := range x {
			for j := range y {
				if !same || i < j {
					sum, n = sum+math.Abs(x[i]-y[j]), n+1
				}
			}
		}
		return sum / float64(n)
	}
	q := math.Inf(-1)
	for end := t + least; end <= len(values); end++ {
		x, y := values[:t], values[t:end]
		m, n := float64(len(x)), float64(len(y))
		q = max(q, m*n/(m+n)*(2*mean(x, y, false)-mean(x, x, true)-mean(y, y, true)))
	}
	return q
}

func TestEnergyByHand(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values []float64
		at     int
		q      float64
	}{
		// 2 * 2 / 4 * (2 * 1 - 0 - 0)
		{"two and two", []float64{0, 0, 1, 1}, 2, 2},
		// 2 * 2 / 4 * (2 * (1+2+0+1)/4 - 1 - 1): the sides overlap
		{"overlapping", []float64{0, 1, 1, 2}, 2, 0},
		// Of t = 2 and all six 2 * 4 / 6 * (2 * 3), of t = 3 less: 3 * 3 / 6 * (2 * 2 - 2)
		{"two and four", []float64{0, 0, 3, 3, 3, 3}, 2, 8},
		{"all alike", []float64{5, 5, 5, 5}, 2, 0},
	} {
		at, q := divide(tt.values, 2)
		assert.Equal(t, tt.at, at, tt.name)
		assert.InDelta(t, tt.q, q, 1e-12, tt.name)
	}
	at, _ := divide([]float64{1, 2, 3}, 2)
	assert.Equal(t, -1, at, "too few")
}

func TestDivideIsTheFormulaOverAllDivisions(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 14))
	for range 300 {
		values := make([]float64, 4+r.IntN(20))
		for i := range values {
			values[i] = math.Round(8*r.NormFloat64()) / 4 // with ties
			if i > len(values)/2 {
				values[i] += 2 * r.Float64()
			}
		}
		least := 2 + r.IntN(len(values)/2-1)
		at, q := divide(values, least)
		want := math.Inf(-1)
		for t := least; t <= len(values)-least; t++ {
			want = max(want, byFormula(values, t, least))
		}
		require.InDelta(t, want, q, 1e-9*(1+math.Abs(want)), "%v", values)
		require.InDelta(t, want, byFormula(values, at, least), 1e-9*(1+math.Abs(want)), "%v", values)
	}
}

// TestEDivisiveOnPublishedSeries compares with what the R package ecp of the method's authors finds, as ecp.R wrote it.
func TestEDivisiveOnPublishedSeries(t *testing.T) {
	series := map[string][]float64{}
	for _, row := range rowsOf(t, "testdata/ecp-series.csv") {
		v, err := strconv.ParseFloat(row[1], 64)
		require.NoError(t, err)
		series[row[0]] = append(series[row[0]], v)
	}
	want := map[string][][2]int{} // by series: least and place
	for _, row := range rowsOf(t, "testdata/ecp-found.csv") {
		least, err := strconv.Atoi(row[1])
		require.NoError(t, err)
		at, err := strconv.Atoi(row[2])
		require.NoError(t, err)
		want[row[0]] = append(want[row[0]], [2]int{least, at})
	}
	require.Len(t, want, len(series))
	for name, places := range want {
		least := places[0][0]
		var found []int
		for _, c := range EDivisive(series[name], least, 0.03) {
			found = append(found, c.At)
			assert.LessOrEqual(t, c.P, 0.03)
		}
		var wanted []int
		for _, p := range places {
			if p[1] > 0 {
				wanted = append(wanted, p[1])
			}
		}
		assert.Equal(t, wanted, found, name)
	}
}

// rowsOf are those of a file of comma-separated values, but for the head.
func rowsOf(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(name)
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(rows), 1, name)
	return rows[1:]
}

// noises draw values as changes of commits may spread.
var noises = map[string]func(r *rand.Rand) float64{
	"normal":     func(r *rand.Rand) float64 { return r.NormFloat64() },
	"heavy tail": func(r *rand.Rand) float64 { return r.NormFloat64() / math.Sqrt(r.Float64()+1e-3) },
	"in steps":   func(r *rand.Rand) float64 { return math.Round(2 * r.NormFloat64()) },
	"rare jumps": func(r *rand.Rand) float64 {
		if r.IntN(12) == 0 {
			return 20 * r.NormFloat64()
		}
		return r.NormFloat64()
	},
}

func TestEDivisiveRarelyAlarmsFalsely(t *testing.T) {
	const level = 0.05
	repeats := 800
	if testing.Short() {
		repeats = 100
	}
	for name, draw := range noises {
		for _, n := range []int{10, 30, 60} {
			r := rand.New(rand.NewPCG(19, uint64(n)))
			alarms := 0
			values := make([]float64, n)
			for range repeats {
				for i := range values {
					values[i] = draw(r)
				}
				if len(EDivisive(values, 5, level)) > 0 {
					alarms++
				}
			}
			share := float64(alarms) / float64(repeats)
			t.Logf("%s, %d values: %.3f", name, n, share)
			assert.LessOrEqual(t, share, level+4*math.Sqrt(level*(1-level)/float64(repeats)), "%s, %d values", name, n)
		}
	}
}

// TestEDivisiveFindsWhatCreeps plants, after 20 commits that change nothing, 10 that each make a metric slower by twice the spread.
func TestEDivisiveFindsWhatCreeps(t *testing.T) {
	found, near := 0, 0
	const repeats = 100
	for seed := range uint64(repeats) {
		r := rand.New(rand.NewPCG(23, seed))
		values := make([]float64, 30)
		for i := range values {
			values[i] = 0.01 * r.NormFloat64()
			if i >= 20 {
				values[i] += 0.02
			}
		}
		if c := EDivisive(values, 5, 0.01); len(c) > 0 {
			found++
			if c[0].At >= 18 && c[0].At <= 22 {
				near++
			}
		}
	}
	t.Logf("found in %d of %d, within two commits in %d", found, repeats, near)
	assert.GreaterOrEqual(t, found, 80)
	assert.GreaterOrEqual(t, near, 70)
}

// A small change is found beside a large one: values are permuted within the segments that have been found, not across.
func TestEDivisiveFindsASmallChangeBesideALargeOne(t *testing.T) {
	r := rand.New(rand.NewPCG(29, 1))
	var values []float64
	var places []int
	for _, level := range []float64{0, 100, 103} {
		for range 20 {
			values = append(values, level+r.NormFloat64())
		}
	}
	for _, c := range EDivisive(values, 5, 0.01) {
		places = append(places, c.At)
	}
	assert.Equal(t, []int{20, 40}, places)
}

func TestEDivisiveTakesAnySeries(t *testing.T) {
	assert.Empty(t, EDivisive(nil, 5, 0.05))
	assert.Empty(t, EDivisive([]float64{1, 2, 3}, 5, 0.05))
	assert.Empty(t, EDivisive(slices.Repeat([]float64{1}, 40), 5, 0.05), "all alike")
	assert.Empty(t, EDivisive(append(slices.Repeat([]float64{1}, 20), math.NaN()), 5, 0.05))
	assert.Empty(t, EDivisive(append(slices.Repeat([]float64{-math.MaxFloat64, math.MaxFloat64}, 9), 0), 5, 0.05), "sums overflow")

	step := append(slices.Repeat([]float64{1, 2}, 10), slices.Repeat([]float64{11, 12}, 10)...)
	before := slices.Clone(step)
	found := EDivisive(step, 5, 0.01)
	assert.Equal(t, before, step, "the caller's values are left alone")
	require.Len(t, found, 1)
	assert.Equal(t, 20, found[0].At)
	assert.InDelta(t, 1.0/(permutations+1), found[0].P, 1e-12)
	assert.Equal(t, found, EDivisive(step, 5, 0.01), "twice the same")
	scaled := make([]float64, len(step))
	for i, v := range step {
		scaled[i] = 1e-6*v - 3
	}
	assert.Equal(t, 20, EDivisive(scaled, 5, 0.01)[0].At, "whatever the unit")
}
