package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// fuzzed turns a fuzzer's bytes into small numbers; when they run out all that follow are 0.
type fuzzed []byte

// n is the next number, 0 to below-1.
func (f *fuzzed) n(below int) int {
	if len(*f) == 0 {
		return 0
	}
	v := int((*f)[0]) % below
	*f = (*f)[1:]
	return v
}

// of is one of the numbers.
func (f *fuzzed) of(numbers ...int) int { return numbers[f.n(len(numbers))] }

// decoder draws a shape: with one as often as any other number, and widths on both sides of gonum's blocks of 64.
func (f *fuzzed) decoder(t *testing.T) *Decoder {
	kv, group, half := f.of(1, 2, 3), f.of(1, 2, 4), f.of(1, 2, 5, 9)
	c := DecoderConfig{
		Dim: 2 * half * kv * group, Layers: f.of(1, 2, 3), Heads: kv * group, KVHeads: kv, FFN: f.of(1, 7, 63, 65),
		Vocab:     f.of(1, 2, 11, 65),
		MaxSeqLen: 300, RopeTheta: float64(f.of(1, 100, 10000)), NormEps: 1e-5,
	}
	d, err := NewDecoder(c, uint64(f.n(256)))
	require.NoError(t, err)
	return d
}

// lora draws an adapter, or none.
func (f *fuzzed) lora(t *testing.T, d *Decoder) *LoRA {
	rank := min(f.of(8, 0, 1, 3), d.config.Dim)
	if rank == 0 {
		return nil
	}
	l, err := d.NewLoRA(rank, float64(f.of(16, 1, 0)), uint64(f.n(256)))
	require.NoError(t, err)
	return l
}

// tokens draws a sequence.
func (f *fuzzed) tokens(d *Decoder) []int {
	r := rand.New(rand.NewPCG(uint64(f.n(256)), 0))
	tokens := make([]int, f.of(1, 2, 3, 9, 33, 70))
	for i := range tokens {
		tokens[i] = r.IntN(d.config.Vocab)
	}
	return tokens
}

// sequence is one that is cut into steps.
type sequence struct {
	tokens []int
	cache  *Cache
	lora   *LoRA
	logits []float32 // of the last step

	want  [][]float64 // (tokens, vocab), of plain
	error []float64   // (tokens), how far from want float32 may end
}

// plain computes what s should give.
//
// Some positions are ill-conditioned: what comes out differs by 10,000 times the relative error of what went in, where a residual
// cancels or a softmax is balanced. So the error allowed is measured: how far plain itself ends with embeddings that are off by
// 1e-6, a few times what float32 makes of its sums.
func (s *sequence) plain(d *Decoder) {
	s.want = plainOf(d).merge(s.lora).logits(s.tokens)
	s.error = make([]float64, len(s.tokens))
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 0))
		off := plainOf(d).merge(s.lora)
		for _, row := range off.embedding {
			for i := range row {
				row[i] *= 1 + 1e-6*(2*r.Float64()-1)
			}
		}
		for at, row := range off.logits(s.tokens) {
			for i, v := range row {
				s.error[at] = max(s.error[at], 5*math.Abs(v-s.want[at][i]))
			}
		}
	}
}

func (f *fuzzed) sequence(t *testing.T, d *Decoder) *sequence {
	s := &sequence{tokens: f.tokens(d), lora: f.lora(t, d), logits: make([]float32, d.config.Vocab)}
	s.cache = newCache(t, d, len(s.tokens))
	s.plain(d)
	return s
}

// step is the sequence's next n tokens.
func (s *sequence) step(n int) Step {
	at := s.cache.Len()
	return Step{Cache: s.cache, Tokens: s.tokens[at:min(at+n, len(s.tokens))], LoRA: s.lora}
}

// rest is all of its tokens that are left.
func (s *sequence) rest() Step { return s.step(len(s.tokens)) }

// addSeeds gives the fuzzer inputs that are long enough for all choices, some of them only just.
func addSeeds(f *testing.F) {
	f.Add([]byte(nil))
	for seed := range uint64(16) {
		r := rand.New(rand.NewPCG(seed, 0))
		data := make([]byte, 10+8*seed)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		f.Add(data)
	}
}

// requireNear holds that the logits of s at its last token are those wanted, but for rounding.
func (s *sequence) requireNear(t *testing.T, want []float64) {
	t.Helper()
	at := s.cache.Len() - 1
	require.Len(t, s.logits, len(want))
	for i, v := range s.logits {
		// Logits of size 1 to 3 after up to 3 layers of float32 sums of 200 terms.
		if d := math.Abs(float64(v) - want[i]); !(d <= s.error[at]+1e-4*(1+math.Abs(want[i]))) {
			require.Failf(t, "differs", "token %d: logit %d is %v, want %v; error allowed %v", at, i, v, want[i], s.error[at])
		}
	}
}

func widened(x []float32) []float64 { return wide(x, len(x))[0] }

// FuzzForward cuts sequences into steps and throws these together into batches: whatever the cut, every logit agrees with
// plain float64 over the whole sequence.
func FuzzForward(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		in := fuzzed(data)
		d := in.decoder(t)
		waiting := []*sequence{in.sequence(t, d)}
		for range in.n(4) {
			waiting = append(waiting, in.sequence(t, d))
		}
		for len(waiting) > 0 {
			var batch []Step
			var logits [][]float32
			var chosen []*sequence
			for i, s := range waiting {
				if i > 0 && in.n(3) == 0 {
					continue
				}
				batch = append(batch, s.step(1+in.of(0, 0, 1, 7, 100)))
				logits = append(logits, s.logits)
				if in.n(4) == 3 {
					logits[len(logits)-1] = nil
				}
				chosen = append(chosen, s)
			}
			require.NoError(t, d.Forward(batch, logits))
			for i, s := range chosen {
				if logits[i] != nil {
					s.requireNear(t, s.want[s.cache.Len()-1])
				}
			}
			waiting = slices.DeleteFunc(waiting, func(s *sequence) bool { return s.cache.Len() == len(s.tokens) })
		}
	})
}

// FuzzCachedDecode holds that a sequence fed token by token gives at each what the prefill up to there gives.
func FuzzCachedDecode(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		in := fuzzed(data)
		d := in.decoder(t)
		s := in.sequence(t, d)
		whole := newCache(t, d, len(s.tokens))
		want := make([]float32, d.config.Vocab)
		for n := range s.tokens {
			require.NoError(t, whole.Truncate(0))
			require.NoError(t, d.Forward([]Step{{whole, s.tokens[:n+1], s.lora}}, [][]float32{want}))
			require.NoError(t, d.Forward([]Step{s.step(1)}, [][]float32{s.logits}))
			s.requireNear(t, widened(want))
		}
	})
}

// FuzzBatch holds that a batch of n sequences gives what n batches of one give.
func FuzzBatch(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		in := fuzzed(data)
		d := in.decoder(t)
		var batch []Step
		var got [][]float32
		var all []*sequence
		for range 1 + in.n(6) {
			s := in.sequence(t, d)
			all, batch, got = append(all, s), append(batch, s.rest()), append(got, s.logits)
		}
		require.NoError(t, d.Forward(batch, got))
		for _, s := range all {
			require.NoError(t, s.cache.Truncate(0))
			want := make([]float32, d.config.Vocab)
			require.NoError(t, d.Forward([]Step{s.rest()}, [][]float32{want}))
			s.requireNear(t, widened(want))
		}
	})
}

// FuzzLoRA holds that an adapter gives what a decoder gives into whose weights it was merged.
func FuzzLoRA(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		in := fuzzed(data)
		d := in.decoder(t)
		s := in.sequence(t, d)
		if s.lora == nil {
			return
		}
		require.NoError(t, d.Forward([]Step{s.rest()}, [][]float32{s.logits}))

		merged := mergedInto(t, d, s.lora)
		require.NoError(t, s.cache.Truncate(0))
		s.lora = nil
		want := make([]float32, d.config.Vocab)
		require.NoError(t, merged.Forward([]Step{s.rest()}, [][]float32{want}))
		s.requireNear(t, widened(want))
	})
}

// mergedInto returns a decoder whose weights are those of d and l together.
func mergedInto(t *testing.T, d *Decoder, l *LoRA) *Decoder {
	w := *d.weights
	w.layers = nil
	p := plainOf(d).merge(l)
	for i, b := range d.weights.layers {
		for _, m := range []struct {
			to   *matrix
			rows [][]float64
		}{{&b.qkv, slices.Concat(p.layers[i].q, p.layers[i].k, p.layers[i].v)}, {&b.out, p.layers[i].o}} {
			var data []float32
			for _, row := range m.rows {
				for _, v := range row {
					data = append(data, float32(v))
				}
			}
			var err error
			*m.to, err = newMatrix(data, len(m.rows), d.config.Dim)
			require.NoError(t, err)
		}
		w.layers = append(w.layers, b)
	}
	return newDecoder(d.config, &w)
}
