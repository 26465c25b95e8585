package kernel

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newDecoderOf(t require.TestingT, c DecoderConfig) *Decoder {
	d, err := NewDecoder(c, 7)
	require.NoError(t, err)
	return d
}

func newCache(t require.TestingT, d *Decoder, tokens int) *Cache {
	c, err := d.NewCache(tokens)
	require.NoError(t, err)
	return c
}

func newLoRA(t require.TestingT, d *Decoder, seed uint64) *LoRA {
	l, err := d.NewLoRA(8, 16, seed)
	require.NoError(t, err)
	return l
}

// counted is a sequence of n tokens.
func counted(d *Decoder, n int) []int {
	tokens := make([]int, n)
	for i := range tokens {
		tokens[i] = i * 7 % d.config.Vocab
	}
	return tokens
}

func TestZeroDecoderConfigIsTiny(t *testing.T) {
	assert.Equal(t, Tiny(), newDecoderOf(t, DecoderConfig{}).Config())
	assert.Equal(t, Small(), newDecoderOf(t, Small()).Config())
}

func TestBadDecoderConfigIsAnErrorThatNamesTheField(t *testing.T) {
	for _, test := range []struct {
		name  string
		alter func(*DecoderConfig)
		want  string
	}{
		{"negative width", func(c *DecoderConfig) {
			c.Dim = -1
		}, "kernel: DecoderConfig.Dim is -1; want 1 to 2147483647, or 0 for the default"},
		{"more positions than any", func(c *DecoderConfig) { c.MaxSeqLen = 1 << 40 },
			"kernel: DecoderConfig.MaxSeqLen is 1099511627776; want 1 to 2147483647, or 0 for the default"},
		{"a theta that is no number", func(c *DecoderConfig) { c.RopeTheta = math.NaN() },
			"kernel: DecoderConfig.RopeTheta is NaN; want a finite number above 0, or 0 for the default"},
		{"an infinite epsilon", func(c *DecoderConfig) { c.NormEps = math.Inf(1) },
			"kernel: DecoderConfig.NormEps is +Inf; want a finite number above 0, or 0 for the default"},
		{"heads that do not divide the width", func(c *DecoderConfig) { c.Heads = 6 },
			"kernel: DecoderConfig.Dim is 128 with 6 heads; want a multiple of 12, as RoPE turns pairs of numbers in each head"},
		{"heads of an odd width", func(c *DecoderConfig) { c.Dim = 12 },
			"kernel: DecoderConfig.Dim is 12 with 4 heads; want a multiple of 8, as RoPE turns pairs of numbers in each head"},
		{"key and value heads that do not divide the heads", func(c *DecoderConfig) { c.KVHeads = 3 },
			"kernel: DecoderConfig.Heads is 4 with 3 key and value heads; want a multiple"},
		{"weights beyond any memory", func(c *DecoderConfig) { c.Vocab = math.MaxInt32 },
			"kernel: weights of 2.2e+12 bytes; want at most 68719476736 ({Dim:128 Layers:2 Heads:4 KVHeads:2 FFN:352 " +
				"Vocab:2147483647 MaxSeqLen:2048 RopeTheta:10000 NormEps:1e-05})"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := Tiny()
			test.alter(&c)
			d, err := NewDecoder(c, 1)
			assert.EqualError(t, err, test.want)
			assert.Nil(t, d)
		})
	}
}

func TestSeedDecidesWeightsOfDecoderAndAdapter(t *testing.T) {
	base := newDecoderOf(t, small)
	want := logitsOf(t, base, 1, 2, 3)
	for _, test := range []struct {
		name string
		seed uint64
		same bool
	}{{"the same seed", 7, true}, {"another seed", 8, false}} {
		t.Run(test.name, func(t *testing.T) {
			d, err := NewDecoder(small, test.seed)
			require.NoError(t, err)
			assert.Equal(t, test.same, slices.Equal(want, logitsOf(t, d, 1, 2, 3)))
			assert.Equal(t, test.same, slices.Equal(newLoRA(t, base, 7).layers[1].upOut, newLoRA(t, base, test.seed).layers[1].upOut))
		})
	}
}

func TestSizesOfPresetsKeepLogitsInReach(t *testing.T) {
	for _, c := range []DecoderConfig{Tiny(), Small()} {
		d := newDecoderOf(t, c)
		logits := logitsOf(t, d, counted(d, 20)...)
		var squares float64
		for _, v := range logits {
			squares += float64(v) * float64(v)
		}
		size := math.Sqrt(squares / float64(len(logits)))
		assert.Greater(t, size, 0.5)
		assert.Less(t, size, 2.0)
	}
}

func TestLongSequenceAgreesWithPlainFloat64(t *testing.T) {
	c := small
	c.MaxSeqLen = 500
	d := newDecoderOf(t, c)
	s := &sequence{tokens: counted(d, 450), cache: newCache(t, d, 450), logits: make([]float32, 10)}
	s.plain(d)
	for _, n := range []int{190, 1, 1, 1, 200, 1, 56} { // across the keys that one product takes, and twice that
		require.NoError(t, d.Forward([]Step{s.step(n)}, [][]float32{s.logits}))
		s.requireNear(t, s.want[s.cache.Len()-1])
	}
	assert.Equal(t, 450, s.cache.Len())
}

func TestResultsDoNotDependOnGOMAXPROCS(t *testing.T) {
	d := newDecoderOf(t, Tiny())
	l := newLoRA(t, d, 1)
	forward := func(procs int) []float32 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		got := make([]float32, d.config.Vocab)
		c := newCache(t, d, 200)
		require.NoError(t, d.Forward([]Step{{c, counted(d, 199), l}}, [][]float32{nil}))
		require.NoError(t, d.Forward([]Step{{c, []int{3}, l}}, [][]float32{got}))
		return got
	}
	want := forward(1)
	for _, procs := range []int{2, 3, 8} {
		assert.Equal(t, want, forward(procs), "GOMAXPROCS %d", procs)
	}
}

func TestClonesOfADecoderWorkAtTheSameTime(t *testing.T) {
	d := newDecoderOf(t, Tiny())
	tokens := counted(d, 150)
	want := logitsOf(t, d, tokens...)
	var all sync.WaitGroup
	for _, d := range []*Decoder{d, d.Clone(), d.Clone()} {
		all.Go(func() {
			for range 3 {
				assert.Equal(t, want, logitsOf(t, d, tokens...))
			}
		})
	}
	all.Wait()
}

// TestDecodeAllocatesNothingButTensors holds that a decode step allocates what its tensor products allocate when they are called
// by themselves: four a layer and one for the logits.
func TestDecodeAllocatesNothingButTensors(t *testing.T) {
	if raceEnabled {
		t.Skip("sync.Pool drops what it holds at random under -race")
	}
	d := newDecoderOf(t, Tiny())
	for _, test := range []struct {
		name  string
		batch int
		lora  *LoRA
	}{
		{"one sequence", 1, nil},
		{"one sequence with an adapter", 1, newLoRA(t, d, 1)},
		{"three sequences with an adapter", 3, newLoRA(t, d, 1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			var batch []Step
			var logits [][]float32
			for range test.batch {
				c := newCache(t, d, 100)
				require.NoError(t, d.Forward([]Step{{c, counted(d, 50), test.lora}}, [][]float32{nil}))
				batch, logits = append(batch, Step{c, []int{1}, test.lora}), append(logits, make([]float32, d.config.Vocab))
			}
			step := func() { assert.NoError(t, d.Forward(batch, logits)) }
			step()
			got := testing.AllocsPerRun(40, step)

			// What is multiplied row by row calls the product of a matrix and a vector once a row.
			w, b := d.work, d.weights.layers[0]
			product := func(m matrix, x, y *activation) {
				var err error
				if test.batch > rowByRow {
					_, err = x.whole.tensor.MatMul(m.across, y.whole.into)
					assert.NoError(t, err)
					return
				}
				for row := range test.batch {
					_, err = m.rows.MatVecMul(x.vector[row].tensor, y.vector[row].into)
					assert.NoError(t, err)
				}
			}
			want := testing.AllocsPerRun(40, func() {
				for range d.config.Layers {
					product(b.qkv, w.normed, w.qkv)
					product(b.out, w.mixed, w.added)
					product(b.gateUp, w.normed, w.gateUp)
					product(b.down, w.hidden, w.added)
				}
				product(d.weights.head, w.last, w.logits)
			})
			assert.LessOrEqual(t, got, want)
			assert.Positive(t, got, "nothing was counted")
		})
	}
}
