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

// stepOf returns one step of a batch that Forward takes, and room for its logits.
func stepOf(t require.TestingT, d *Decoder) ([]Step, [][]float32) {
	return []Step{{Cache: newCache(t, d, 4), Tokens: []int{1, 2}, LoRA: newLoRA(t, d, 1)}}, [][]float32{
		make([]float32, d.config.Vocab),
	}
}

func TestBadStepIsRefusedAndNothingChanges(t *testing.T) {
	d := newDecoderOf(t, small)
	other := small
	other.Layers = 1
	stranger := newDecoderOf(t, other)
	for _, test := range []struct {
		name  string
		alter func(*Step, *[]float32)
		want  string
	}{
		{"no cache", func(s *Step, _ *[]float32) { s.Cache = nil }, "kernel: step 1: no cache; make one with NewCache"},
		{"a stranger's cache", func(s *Step, _ *[]float32) { s.Cache = newCache(t, stranger, 4) },
			"kernel: step 1: cache of another shape, "},
		{"a stranger's adapter", func(s *Step, _ *[]float32) { s.LoRA = newLoRA(t, stranger, 1) },
			"kernel: step 1: adapter of another shape, "},
		{"no tokens", func(s *Step, _ *[]float32) { s.Tokens = nil }, "kernel: step 1: no tokens; want at least one"},
		{"one token more than the cache holds", func(s *Step, _ *[]float32) { s.Tokens = make([]int, 5) },
			"kernel: step 1: 5 tokens after 0; the cache holds 4"},
		{"one token more than there is room after those before", func(s *Step, _ *[]float32) {
			require.NoError(t, d.Forward([]Step{{Cache: s.Cache, Tokens: []int{1, 2, 3}}}, [][]float32{nil}))
		}, "kernel: step 1: 2 tokens after 3; the cache holds 4"},
		{"a negative token", func(s *Step, _ *[]float32) { s.Tokens = []int{0, -1} }, "kernel: step 1: token 1 is -1; want 0 to 9"},
		{"a token beyond the vocabulary", func(s *Step, _ *[]float32) { s.Tokens = []int{10} },
			"kernel: step 1: token 0 is 10; want 0 to 9"},
		{"room for too few logits", func(_ *Step, l *[]float32) { *l = make([]float32, 9) },
			"kernel: step 1: room for 9 logits; want 10, or none if they are not wanted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			batch, logits := stepOf(t, d)
			second, room := stepOf(t, d)
			test.alter(&second[0], &room[0])
			require.ErrorContains(t, d.Forward(append(batch, second...), append(logits, room...)), test.want)
			assert.Zero(t, batch[0].Cache.Len())
			assert.Equal(t, make([]float32, 10), logits[0])

			require.NoError(t, d.Forward(batch, logits), "the good step goes on by itself")
			assert.Equal(t, 2, batch[0].Cache.Len())
		})
	}
	t.Run("the same cache twice", func(t *testing.T) {
		batch, logits := stepOf(t, d)
		assert.EqualError(t, d.Forward(append(batch, batch...), append(logits, logits...)),
			"kernel: step 1: a step before it has the same cache; give each sequence one step a batch")
	})
	t.Run("logits of fewer steps", func(t *testing.T) {
		batch, _ := stepOf(t, d)
		assert.EqualError(t, d.Forward(batch, nil), "kernel: batch of 1 steps with room for the logits of 0; want as many")
	})
	t.Run("an empty batch is nothing", func(t *testing.T) {
		assert.NoError(t, d.Forward(nil, nil))
	})
}

func TestCacheAtItsEdges(t *testing.T) {
	d := newDecoderOf(t, small)
	for _, tokens := range []int{0, -1, 17, math.MaxInt} {
		c, err := d.NewCache(tokens)
		assert.ErrorContains(t, err, "want 1 to MaxSeqLen, 16")
		assert.Nil(t, c)
	}
	vast := small
	vast.MaxSeqLen = math.MaxInt32
	_, err := newDecoderOf(t, vast).NewCache(math.MaxInt32)
	assert.EqualError(t, err, "kernel: cache of 2147483647 tokens takes 1.37e+11 bytes; want at most 68719476736")

	c := newCache(t, d, 16)
	assert.Equal(t, 16, c.tokens)
	require.NoError(t, d.Forward([]Step{{Cache: c, Tokens: counted(d, 16)}}, [][]float32{nil}), "full to the last token")
	assert.Equal(t, 16, c.Len())
	assert.EqualError(t, c.Truncate(17), "kernel: truncate a cache of 16 tokens to 17; want 0 to 16")
	assert.EqualError(t, c.Truncate(-1), "kernel: truncate a cache of 16 tokens to -1; want 0 to 16")
	require.NoError(t, c.Truncate(16))
	require.NoError(t, c.Truncate(5))
	assert.Equal(t, 5, c.Len())
}

func TestTruncatedCacheIsAsIfTheTokensHadNeverBeen(t *testing.T) {
	d := newDecoderOf(t, small)
	c := newCache(t, d, 16)
	got := make([]float32, 10)
	require.NoError(t, d.Forward([]Step{{Cache: c, Tokens: []int{1, 2, 3, 9, 9, 9}}}, [][]float32{nil}))
	require.NoError(t, c.Truncate(3))
	require.NoError(t, d.Forward([]Step{{Cache: c, Tokens: []int{4, 5}}}, [][]float32{got}))
	assert.InDeltaSlice(t, logitsOf(t, d, 1, 2, 3, 4, 5), got, 1e-5)
}

func TestAdapterAtItsEdges(t *testing.T) {
	d := newDecoderOf(t, small)
	for _, rank := range []int{0, -1, 9} {
		l, err := d.NewLoRA(rank, 16, 1)
		assert.ErrorContains(t, err, "want 1 to Dim, 8")
		assert.Nil(t, l)
	}
	for _, alpha := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300} {
		_, err := d.NewLoRA(8, alpha, 1)
		assert.ErrorContains(t, err, "want a finite number")
	}
	assert.Equal(t, 8, newLoRA(t, d, 1).rank)
}

func TestAdapterChangesWhatIsSaidUnlessItsAlphaIsZero(t *testing.T) {
	d := newDecoderOf(t, small)
	base := logitsOf(t, d, 1, 2, 3)
	for _, test := range []struct {
		name  string
		alpha float64
		same  bool
	}{{"alpha 16", 16, false}, {"alpha 0", 0, true}} {
		t.Run(test.name, func(t *testing.T) {
			l, err := d.NewLoRA(8, test.alpha, 1)
			require.NoError(t, err)
			got := make([]float32, 10)
			require.NoError(t, d.Forward([]Step{{newCache(t, d, 3), []int{1, 2, 3}, l}}, [][]float32{got}))
			assert.Equal(t, test.same, slices.Equal(base, got))
		})
	}
}

func TestStepsOfABatchMayShareAdaptersInAnyOrder(t *testing.T) {
	d := newDecoderOf(t, small)
	one, two := newLoRA(t, d, 1), newLoRA(t, d, 2)
	var batch []Step
	var got [][]float32
	for i, lora := range []*LoRA{one, nil, one, one, two, one} {
		batch = append(batch, Step{newCache(t, d, 3), []int{i, 2, 3}, lora})
		got = append(got, make([]float32, 10))
	}
	require.NoError(t, d.Forward(batch, got))
	for i, s := range batch {
		want := make([]float32, 10)
		require.NoError(t, s.Cache.Truncate(0))
		require.NoError(t, d.Forward([]Step{s}, [][]float32{want}))
		assert.InDeltaSlice(t, want, got[i], 1e-5, "step %d", i)
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
