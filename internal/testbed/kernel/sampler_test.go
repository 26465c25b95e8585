package kernel

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newSampler(t require.TestingT, temperature, topP float64, seed uint64) *Sampler {
	s, err := NewSampler(temperature, topP, seed)
	require.NoError(t, err)
	return s
}

var nan, inf = float32(math.NaN()), float32(math.Inf(1))

func TestGreedySamplerTakesTheFirstOfTheGreatest(t *testing.T) {
	for _, test := range []struct {
		name   string
		logits []float32
		want   int
	}{
		{"the greatest", []float32{1, 3, 2}, 1},
		{"the first of equals", []float32{1, 3, 3}, 1},
		{"negative ones", []float32{-3, -1, -2}, 1},
		{"not NaN", []float32{nan, -5, nan}, 1},
		{"NaN if there is nothing else", []float32{nan, nan}, 0},
		{"infinity", []float32{1, inf, inf}, 1},
		{"minus infinity rather than NaN", []float32{nan, -inf}, 1},
		{"the only one", []float32{7}, 0},
		{"none of none", nil, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, newSampler(t, 0, 1, 1).Next(test.logits))
			assert.Equal(t, test.want, newSampler(t, 1e-300, 1, 1).Next(test.logits[:min(len(test.logits), test.want+1)]), "nearly greedy")
		})
	}
}

func TestBadSamplerIsAnErrorThatNamesTheSetting(t *testing.T) {
	for _, test := range []struct {
		name              string
		temperature, topP float64
		want              string
	}{
		{"negative temperature", -0.1, 1, "kernel: temperature is -0.1; want a finite number of at least 0"},
		{"infinite temperature", math.Inf(1), 1, "kernel: temperature is +Inf; want a finite number of at least 0"},
		{"a temperature that is no number", math.NaN(), 1, "kernel: temperature is NaN; want a finite number of at least 0"},
		{"top_p of nothing", 1, 0, "kernel: top_p is 0; want above 0 and at most 1"},
		{"top_p above 1", 1, 1.0000000000000002, "kernel: top_p is 1.0000000000000002; want above 0 and at most 1"},
		{"a top_p that is no number", 1, math.NaN(), "kernel: top_p is NaN; want above 0 and at most 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := NewSampler(test.temperature, test.topP, 1)
			assert.EqualError(t, err, test.want)
			assert.Nil(t, s)
		})
	}
}

// shares draws 20,000 tokens and returns how often each came.
func shares(s *Sampler, logits []float32) []float64 {
	const n = 20_000
	counts := make([]float64, len(logits))
	for range n {
		counts[s.Next(logits)] += 1.0 / n
	}
	return counts
}

// logs are logits whose probabilities are p.
func logs(p ...float64) []float32 {
	var l []float32
	for _, v := range p {
		l = append(l, float32(math.Log(v)))
	}
	return l
}

func TestSamplerDrawsByProbability(t *testing.T) {
	for _, test := range []struct {
		name              string
		temperature, topP float64
		logits            []float32
		want              []float64
	}{
		{"temperature 1", 1, 1, logs(0.2, 0.5, 0.3), []float64{0.2, 0.5, 0.3}},
		{"temperature 1/2 squares", 0.5, 1, logs(0.2, 0.5, 0.3), []float64{0.04 / 0.38, 0.25 / 0.38, 0.09 / 0.38}},
		{"temperature 2 takes the root", 2, 1, logs(0.2, 0.8), []float64{1. / 3, 2. / 3}},
		{"top_p below the first keeps it", 1, 0.1, logs(0.2, 0.5, 0.3), []float64{0, 1, 0}},
		{"top_p of just the first keeps it alone", 1, 0.5, []float32{0, 0}, []float64{1, 0}},
		{"top_p above the first keeps two", 1, 0.51, logs(0.2, 0.5, 0.3), []float64{0, 0.625, 0.375}},
		{"top_p counts after the temperature", 0.5, 0.7, logs(0.2, 0.5, 0.3), []float64{0, 0.25 / 0.34, 0.09 / 0.34}},
		{"never NaN", 1, 1, []float32{nan, 0, 0, nan}, []float64{0, 0.5, 0.5, 0}},
		{"never minus infinity", 1, 0.9, []float32{-inf, 0, 0}, []float64{0, 0.5, 0.5}},
		{"among infinities", 1, 1, []float32{inf, 0, inf}, []float64{0.5, 0, 0.5}},
		{"among minus infinities", 1, 1, []float32{-inf, -inf}, []float64{0.5, 0.5}},
		{"logits of any size", 1, 1, []float32{-3e38, 3e38, 3e38}, []float64{0, 0.5, 0.5}},
	} {
		t.Run(test.name, func(t *testing.T) {
			logits := slices.Clone(test.logits)
			got := shares(newSampler(t, test.temperature, test.topP, 1), logits)
			for i, want := range test.want {
				if want == 0 || want == 1 {
					assert.Equal(t, want, math.Round(got[i]*1e9)/1e9, "token %d", i)
				}
				assert.InDelta(t, want, got[i], 0.015, "token %d", i) // 4 standard deviations
			}
			for i, v := range test.logits {
				assert.True(t, v == logits[i] || v != v, "logit %d was altered", i)
			}
		})
	}
}

func TestSeedDecidesWhatIsDrawn(t *testing.T) {
	logits := make([]float32, 1000)
	draw := func(seed uint64) (ids []int) {
		s := newSampler(t, 1, 0.9, seed)
		for range 20 {
			ids = append(ids, s.Next(logits))
		}
		return ids
	}
	assert.Equal(t, draw(1), draw(1))
	assert.NotEqual(t, draw(1), draw(2))
}

func BenchmarkSampler(b *testing.B) {
	logits := logitsOf(b, newDecoderOf(b, Small()), 1, 2, 3)
	for _, c := range []struct {
		name              string
		temperature, topP float64
	}{{"greedy", 0, 1}, {"temperature", 0.8, 1}, {"top_p", 0.8, 0.9}} {
		b.Run(c.name, func(b *testing.B) {
			s := newSampler(b, c.temperature, c.topP, 1)
			b.ReportAllocs()
			for b.Loop() {
				s.Next(logits)
			}
		})
	}
}
