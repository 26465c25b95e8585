package kernel

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func newMLP(t require.TestingT, c MLPConfig) *MLP {
	m, err := NewMLP(c)
	require.NoError(t, err)
	return m
}

func TestZeroConfigIsTheOriginalModel(t *testing.T) {
	m := newMLP(t, MLPConfig{})

	assert.Equal(t, MLPConfig{Input: 1024, Hidden: []int{2048, 2048}, Classes: 1000, Batch: 16, Seed: 7}, m.Config())
	var shapes [][]int
	for _, l := range m.layers {
		shapes = append(shapes, l.weight.Shape())
	}
	assert.Equal(t, [][]int{{1024, 2048}, {2048, 2048}, {2048, 1000}}, shapes)

	y := m.Forward(m.Preprocess(m.Sample()))
	require.Len(t, y, 16*1000)
	var squares float64
	for _, v := range y {
		squares += float64(v) * float64(v)
	}
	size := math.Sqrt(squares / float64(len(y)))
	assert.Greater(t, size, 0.5, "logits fade from layer to layer")
	assert.Less(t, size, 4.0, "logits grow from layer to layer")
}

func TestBadConfigIsAnErrorThatNamesTheField(t *testing.T) {
	for _, test := range []struct {
		name   string
		config MLPConfig
		want   string
	}{
		{"negative input", MLPConfig{Input: -1}, "kernel: MLPConfig.Input is -1; want at least 1, or 0 for the default"},
		{"negative classes", MLPConfig{Classes: -2}, "kernel: MLPConfig.Classes is -2; want at least 1, or 0 for the default"},
		{"negative batch", MLPConfig{Batch: -3}, "kernel: MLPConfig.Batch is -3; want at least 1, or 0 for the default"},
		{"a hidden layer of none", MLPConfig{Hidden: []int{4, 0}}, "kernel: MLPConfig.Hidden[1] is 0; want at least 1"},
		{"a negative hidden layer", MLPConfig{Hidden: []int{-4}}, "kernel: MLPConfig.Hidden[0] is -4; want at least 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := NewMLP(test.config)
			assert.EqualError(t, err, test.want)
			assert.Nil(t, m)
		})
	}
}

func TestConfigIsNotShared(t *testing.T) {
	hidden := []int{4, 5}
	m := newMLP(t, MLPConfig{Input: 3, Hidden: hidden, Classes: 2, Batch: 1})
	hidden[0] = 99
	m.Config().Hidden[1] = 99
	assert.Equal(t, []int{4, 5}, m.Config().Hidden)
}

func TestForwardRefusesAnotherLength(t *testing.T) {
	m := newMLP(t, MLPConfig{Input: 3, Hidden: []int{4}, Classes: 2, Batch: 2})
	assert.PanicsWithValue(t, "kernel: Forward got 5 values; want 6 (batch 2, input 3)",
		func() { m.Forward(make([]float32, 5)) })
	assert.PanicsWithValue(t, "kernel: Preprocess got 7 features; want 6 (batch 2, input 3)",
		func() { m.Preprocess(make([]byte, 7)) })
}

// plainForward is Forward in float64 and naive loops.
func plainForward(m *MLP, x []float32) []float64 {
	var y []float64
	for sample := range slices.Chunk(x, m.config.Input) {
		act := make([]float64, len(sample)) // (width of the layer)
		for i, v := range sample {
			act[i] = float64(v)
		}
		for n, l := range m.layers {
			weight := l.weight.Data().([]float32) // as it lies
			if !storedByOutput {
				weight = transposed(weight, l.weight.Shape()[0], l.weight.Shape()[1])
			}
			next := make([]float64, len(l.bias))
			for o := range next {
				next[o] = float64(l.bias[o])
				for i, v := range act {
					next[o] += v * float64(weight[o*len(act)+i])
				}
				if n < len(m.layers)-1 && next[o] < 0 {
					next[o] = 0
				}
			}
			act = next
		}
		y = append(y, act...)
	}
	return y
}

// smallConfig draws shapes around and beyond the edges of gonum's blocks of 64, with one as often as any other size.
func smallConfig(t *rapid.T) MLPConfig {
	width := rapid.OneOf(rapid.Just(1), rapid.IntRange(2, 9), rapid.IntRange(63, 66))
	return MLPConfig{
		Input:   width.Draw(t, "input"),
		Hidden:  rapid.SliceOfN(width, 1, 3).Draw(t, "hidden"),
		Classes: width.Draw(t, "classes"),
		Batch:   rapid.OneOf(rapid.Just(1), rapid.IntRange(2, 9)).Draw(t, "batch"),
		Seed:    rapid.Uint64().Draw(t, "seed"),
	}
}

func TestForwardAgreesWithPlainFloat64(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMLP(t, smallConfig(t))
		n := m.config.Batch * m.config.Input
		x := rapid.SliceOfN(rapid.Float32Range(-3, 3), n, n).Draw(t, "x")
		checkAgainstPlain(t, m, x)
		checkAgainstPlain(t, m, make([]float32, n)) // no trace of the request before
	})
}

func TestForwardOnManyGoroutinesAgreesWithPlainFloat64(t *testing.T) {
	// 3 x 5 blocks of 64, none of them full at the edges: gonum multiplies such shapes on several goroutines.
	m := newMLP(t, MLPConfig{Input: 130, Hidden: []int{300, 257}, Classes: 301, Batch: 131})
	checkAgainstPlain(t, m, slices.Clone(m.Preprocess(m.Sample())))
}

func checkAgainstPlain(t require.TestingT, m *MLP, x []float32) {
	want := plainForward(m, x)
	got := m.Forward(x)
	require.Len(t, got, len(want))
	for i := range want {
		// A float32 sum of 300 terms of size 1 errs by about 1e-5.
		if d := math.Abs(float64(got[i]) - want[i]); !(d <= 1e-4*(1+math.Abs(want[i]))) {
			require.Failf(t, "differs", "logit %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestForwardDoesNotAlterItsInput(t *testing.T) {
	m := newMLP(t, MLPConfig{Input: 3, Hidden: []int{4}, Classes: 2, Batch: 2})
	x := []float32{1, -2, 3, -4, 5, -6}
	m.Forward(x)
	assert.Equal(t, []float32{1, -2, 3, -4, 5, -6}, x)
}

func TestSeedDecidesWeightsAndSample(t *testing.T) {
	x := []float32{1, -2, 3, -4, 5, -6, 7, -8, 9, -10}
	serve := func(seed uint64) (logits []float32, sample []byte) {
		m := newMLP(t, MLPConfig{Input: 5, Hidden: []int{30, 20}, Classes: 10, Batch: 2, Seed: seed})
		return m.Forward(x), m.Sample()
	}
	wantLogits, wantSample := serve(7)
	for _, test := range []struct {
		name string
		seed uint64
		same bool
	}{
		{"the same seed", 7, true},
		{"seed 0 means 7", 0, true},
		{"another seed", 8, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			logits, sample := serve(test.seed)
			assert.Equal(t, test.same, slices.Equal(wantLogits, logits), "logits")
			assert.Equal(t, test.same, slices.Equal(wantSample, sample), "sample")
		})
	}
}

func TestClonesServeAtTheSameTime(t *testing.T) {
	m := newMLP(t, MLPConfig{Input: 70, Hidden: []int{260, 260}, Classes: 30, Batch: 4})
	raw := m.Sample()
	want := slices.Clone(m.Forward(m.Preprocess(raw)))

	var all sync.WaitGroup
	for _, m := range []*MLP{m.Clone(), m.Clone(), m} {
		all.Go(func() {
			for range 20 {
				assert.Equal(t, want, m.Forward(m.Preprocess(raw)))
			}
		})
	}
	all.Wait()
}

func TestPreprocessNormalisesEachRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMLP(t, MLPConfig{Input: rapid.IntRange(1, 50).Draw(t, "input"), Hidden: []int{1}, Classes: 1, Batch: 2})
		n := 2 * m.config.Input
		raw := rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "raw")
		x := m.Preprocess(raw)
		for i := 0; i < n; i += m.config.Input {
			from, row := raw[i:i+m.config.Input], x[i:i+m.config.Input]
			var sum, squares float64
			for _, v := range row {
				sum += float64(v)
				squares += float64(v) * float64(v)
			}
			want := 1.0
			if slices.Min(from) == slices.Max(from) {
				want = 0
			}
			assert.InDelta(t, 0, sum/float64(len(row)), 1e-4)
			assert.InDelta(t, want, squares/float64(len(row)), 1e-3)
		}
	})
}

func BenchmarkForward(b *testing.B) {
	for _, c := range []MLPConfig{
		{Input: 256, Hidden: []int{192, 192}, Classes: 100},
		{},
	} {
		m := newMLP(b, c)
		c = m.Config()
		b.Run(fmt.Sprintf("hidden=%dx%d/batch=%d", len(c.Hidden), c.Hidden[0], c.Batch), func(b *testing.B) {
			x := slices.Clone(m.Preprocess(m.Sample()))
			b.ReportAllocs()
			for b.Loop() {
				m.Forward(x)
			}
		})
	}
}

func BenchmarkNewMLP(b *testing.B) {
	for b.Loop() {
		newMLP(b, MLPConfig{})
	}
}
