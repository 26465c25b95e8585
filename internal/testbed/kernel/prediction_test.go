package kernel

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// plainSoftmax is Softmax in float64.
func plainSoftmax(row []float32) []float64 {
	top := float64(slices.Max(row))
	p := make([]float64, len(row))
	var sum float64
	for i, v := range row {
		p[i] = math.Exp(float64(v) - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func checkSoftmax(t require.TestingT, logits []float32) {
	got := slices.Clone(logits)
	Softmax(got)
	var sum float64
	for i, want := range plainSoftmax(logits) {
		sum += float64(got[i])
		require.InDelta(t, want, float64(got[i]), 1e-6, "of %v", logits) // NaN is in no delta
	}
	require.InDelta(t, 1, sum, 1e-5, "of %v", logits)
}

func TestSoftmaxOfExtremeLogits(t *testing.T) {
	const huge = math.MaxFloat32
	for _, test := range []struct {
		name   string
		logits []float32
	}{
		{"one class is certain", []float32{-3}},
		{"equal", []float32{5, 5, 5, 5}},
		{"equal and far below zero", []float32{-1e4, -1e4, -1e4}},
		{"both signs of 1e4", []float32{1e4, -1e4, 1e4}},
		{"one is huge", []float32{0, huge, 1}},
		{"one is hugely negative", []float32{0, -huge, 1}},
		{"as far apart as float32 goes", []float32{huge, -huge}},
		{"the first is far above the rest", []float32{1e3, 0, 1, 2}},
		{"the first is far below the rest", []float32{-1e3, 0, 1, 2}},
		{"denormal differences", []float32{math.SmallestNonzeroFloat32, 0, -math.SmallestNonzeroFloat32}},
	} {
		t.Run(test.name, func(t *testing.T) { checkSoftmax(t, test.logits) })
	}
	assert.NotPanics(t, func() { Softmax(nil) })
}

func TestSoftmaxAgreesWithPlainFloat64(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]float32{1, 100, 1e4, math.MaxFloat32}).Draw(t, "size")
		checkSoftmax(t, rapid.SliceOfN(rapid.Float32Range(-size, size), 1, 200).Draw(t, "logits"))
	})
}

// plainTopK is TopK by sorting all classes.
func plainTopK(row []float32, k int) []Prediction {
	var all []Prediction
	for class, p := range row {
		all = append(all, Prediction{class, p})
	}
	slices.SortStableFunc(all, func(a, b Prediction) int { return cmp.Compare(b.Probability, a.Probability) })
	return all[:min(k, len(all))]
}

func TestTopKAgreesWithSorting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom([]float32{0, 0.1, 0.2, 0.25, 0.5, 1}) // few values, many ties
		row := rapid.SliceOfN(p, 1, 30).Draw(t, "row")
		k := rapid.IntRange(1, 40).Draw(t, "k")
		assert.Equal(t, plainTopK(row, k), TopK(row, k))
	})
}

func TestTopKAtItsEdges(t *testing.T) {
	nan := float32(math.NaN())
	for _, test := range []struct {
		name string
		row  []float32
		k    int
		want []int
	}{
		{"ties go to the lowest class", []float32{0.2, 0.3, 0.2, 0.3}, 3, []int{1, 3, 0}},
		{"more than there are gives all", []float32{0.4, 0.6}, 5, []int{1, 0}},
		{"none", []float32{0.4, 0.6}, 0, nil},
		{"fewer than none", []float32{0.4, 0.6}, -1, nil},
		{"of an empty row", nil, 5, nil},
		{"NaN is below every number", []float32{nan, 0.1, nan, 0}, 3, []int{1, 3, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var classes []int
			for _, p := range TopK(test.row, test.k) {
				classes = append(classes, p.Class)
			}
			assert.Equal(t, test.want, classes)
		})
	}
}

func TestPredictionsInJSON(t *testing.T) {
	row := []float32{2, 2}
	Softmax(row)
	text, err := json.Marshal(TopK(row, 5))
	require.NoError(t, err)
	assert.JSONEq(t, `[{"class": 0, "probability": 0.5}, {"class": 1, "probability": 0.5}]`, string(text))
}
